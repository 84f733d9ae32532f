"""Components to a chain. Pure."""
