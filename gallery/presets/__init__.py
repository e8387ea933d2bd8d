"""The presets that ship with Stylesite: pictures, catalog, and the code that draws them.

At run time the site reads only the JPEGs and the catalog; drawing needs the packages of
requirements-dev.txt.
"""
