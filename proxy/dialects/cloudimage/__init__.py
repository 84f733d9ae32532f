"""Cloudimage's language, version 7: an origin in the path, everything else in the query."""
