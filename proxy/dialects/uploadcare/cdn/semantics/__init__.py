"""Directives to a chain. Pure."""
