"""Code out of the document: modules and tests under `code/`."""
