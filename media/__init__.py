"""The shared language of proxy and worker: chains, operations, plans, pixels, keys, records and stores."""
