"""One script per preset, each with `draw(size_px)`, which paints the same picture every time.

Positions and lengths are in units of the picture's side, so that a script gives the same
composition at any size. `python -m gallery.presets.draw` writes the JPEGs.
"""
