"""Values of the session: what they are by content, what shares memory, how they are kept."""
