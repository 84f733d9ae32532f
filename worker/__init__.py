"""The jobs that need a network or minutes. Speaks no HTTP and no vendor's language."""
