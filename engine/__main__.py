"""The same run from a terminal: `python -m engine photo.jpg style.jpg -o out.jpg`."""
