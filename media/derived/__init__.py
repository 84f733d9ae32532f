"""What is made of a source and kept: its identity, its place in the store."""
