"""remove.bg v1.0: one photograph in, its cutout out, in one synchronous request."""
