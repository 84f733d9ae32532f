"""The text rules of URLs and transformations. Pure."""
