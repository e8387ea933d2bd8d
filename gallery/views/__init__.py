"""Pages and files of the gallery: what people painted, and the styles they paint in."""
