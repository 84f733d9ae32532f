"""The Upload API."""
