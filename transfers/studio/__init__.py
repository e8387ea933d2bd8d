"""The page on which a picture is set up: from its fields to a complete order.

`form` reads the fields, `controls` says what each setting is called and may be, `times` how long
the picture takes. Views are in `transfers.views.new`; docs/studio.md says what may build on it.
"""
