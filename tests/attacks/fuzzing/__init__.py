"""What the fuzzers are made of: seeds and mutations of files, phrases and requests of every API."""
