"""A DATA_DIR that an older commit made, and what it answered: derived keys and records must not move."""
