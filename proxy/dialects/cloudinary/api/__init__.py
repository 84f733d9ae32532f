"""Cloudinary's upload and admin APIs. Read :mod:`routes` for the table, :mod:`call` for what an endpoint gets."""
