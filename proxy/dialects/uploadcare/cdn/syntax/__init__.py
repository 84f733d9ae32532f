"""The text rules of CDN addresses. Pure."""
