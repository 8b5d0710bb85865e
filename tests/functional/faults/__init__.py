"""Faults: whatever a build runs into, nothing of the user's is lost, and it says what it was."""
