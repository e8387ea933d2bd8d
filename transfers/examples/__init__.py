"""Examples of presets, painted by the ordinary workers because a curator ordered them.

An order is a transfer like any other, of the curator's, on a sample photo of the catalogue. Its
picture becomes the preset's example instead of an artwork: nothing of it hangs in a gallery.
"""
