"""Weave: a document and its results to LaTeX, with a line map."""
