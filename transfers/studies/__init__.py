"""Studies: what is painted to choose by, and hangs in no gallery.

A study is an ordinary transfer in the ordinary queue whose ``purpose`` is not a picture: a look at
the settings as they stand (``looks``), or a cell of a sheet that compares two settings
(``sweeps``). Its finished picture stays beside its row until it is thrown away, or kept
(``keeping``) as an artwork like any other.
"""
