"""Typeset: LaTeX to PDF, and what LaTeX has to say about it at lines of the `.pmd`."""
