"""A picture in memory, and what operations and formats share about its pixels."""
