"""Check: what a strict reader would ask of a document that has no errors."""
