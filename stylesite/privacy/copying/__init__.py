"""A copy of everything that is somebody's: one zip, written while it is sent.

``archive`` puts it together, ``rows`` says what of a row is in it, ``turns`` that nobody has many
made at once.
"""
