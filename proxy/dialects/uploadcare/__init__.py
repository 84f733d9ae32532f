"""Uploadcare: files by their uuids, through the REST API, the Upload API and the CDN."""
