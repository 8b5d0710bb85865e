"""Staleness: a second build, after a change, equals a clean one and runs no more than it must."""
