"""The HTTP side: vendors' languages in, pictures out. Renders; never runs a network."""
