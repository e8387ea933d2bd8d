"""Pages and files of the transfers app: one module for each page."""
