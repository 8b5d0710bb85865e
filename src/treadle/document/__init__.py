"""The document as the author wrote it: reading a `.pmd` file."""
