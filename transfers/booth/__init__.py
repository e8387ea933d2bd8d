"""Booth mode: a device for guests, started by a signed-in host, that reaches nothing else here.

A *booth* is the host's settings. A device on which it was opened holds a session that is nobody's
and that ``guard`` turns away from every other address. A *sitting* is one guest's turn: a photo,
its transfer and the picture that comes of it. All of that is in no gallery, is seen by whoever
holds the sitting's link, and is deleted when its time has come.
"""
