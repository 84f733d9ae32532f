"""What a worker tells of itself: whether its job still moves, what it did, over a port of its own."""
