"""A chain on a source: bound, planned, executed."""
