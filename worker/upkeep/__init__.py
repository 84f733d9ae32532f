"""Keeping the store in bounds: the janitor beside the jobs, and `cutout purge`."""
