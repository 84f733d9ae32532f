"""From an asset and a chain to bytes."""
