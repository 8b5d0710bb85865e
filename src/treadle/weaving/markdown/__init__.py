"""Markdown to LaTeX: pandoc's prose syntax, parsed by markdown-it-py, rendered by our own hand."""
