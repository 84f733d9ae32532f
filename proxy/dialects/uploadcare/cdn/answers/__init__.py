"""What the CDN answers: files as they are, pictures, videos, JSON about them, groups."""
