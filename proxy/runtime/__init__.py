"""What services are made of: queue, pools, memory, counters."""
