"""`treadle verify`: the last build beside a clean one of a copy of its folder."""
