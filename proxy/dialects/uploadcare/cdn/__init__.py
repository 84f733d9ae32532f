"""Uploadcare's CDN: addresses that say what to make of a file."""
