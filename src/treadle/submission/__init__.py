"""Submission: what a build made, in one archive that works without this project."""
