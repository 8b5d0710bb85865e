"""Treadle: a LaTeX-first report generator with literate Python code."""

__version__ = "0.1.0"
