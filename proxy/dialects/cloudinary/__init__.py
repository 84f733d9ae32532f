"""Cloudinary's language: delivery URLs, upload and admin calls."""
