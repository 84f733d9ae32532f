"""What the CDN answers: files as they are, pictures, JSON about them, groups."""
