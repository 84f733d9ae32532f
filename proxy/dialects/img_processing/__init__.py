"""IMG Processing v1: images with ids, every edit a new image."""
