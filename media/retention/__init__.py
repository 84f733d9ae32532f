"""What a sweep takes out of the store, and when: what no record names; of what can be made again, the least used."""
