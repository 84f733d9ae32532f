"""What outlives a request: job messages, batches, notices."""
