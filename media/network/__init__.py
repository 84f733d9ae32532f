"""The way out: vetted addresses only."""
