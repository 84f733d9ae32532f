"""Fonts: of the system, bundled, uploaded."""
