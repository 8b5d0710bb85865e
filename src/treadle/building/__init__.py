"""Build: the stages strung together, from a `.pmd` to the `.tex` and the PDF."""
