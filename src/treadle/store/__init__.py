"""Keep: what chunks computed, content-addressed, whole or not at all."""
