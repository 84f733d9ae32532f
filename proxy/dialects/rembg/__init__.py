"""The HTTP server of rembg (`rembg s`): ``GET`` and ``POST /api/remove``."""
