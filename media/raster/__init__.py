"""A picture in memory, and what everybody may do to its pixels."""
