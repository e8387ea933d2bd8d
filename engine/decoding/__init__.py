"""Pictures of strangers are decoded in a process that has nothing to lose.

``decoder`` is the site's end, ``child`` the process at the other end, ``confinement`` what that
process gives up before it looks at a file, ``wire`` what the two say to each other. What a picture
may be is decided by ``engine.images``, there as everywhere. Torch-free.
"""
