"""The worker: a fresh Python process that runs a document's chunks, one after the other.

Nothing here may import torch, matplotlib or pandas: only the user's own code does, and
what has to be done about them is done right after (`imports`).
"""
