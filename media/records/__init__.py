"""The catalog: JSON records in the store, their paths and indexes."""
