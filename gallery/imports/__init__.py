"""Many presets at once: in from a zip or a folder with a table, and out again the same way.

``archive`` opens what was given and knows its limits, ``table`` reads ``styles.csv``, ``judging``
says what a row would do, ``carrying_out`` does it, ``exporting`` writes the same kind of zip.
"""
