"""The shared language of proxy and worker: chains, operations, plans, pixels, keys, records and stores."""

import os

# Read by libvips when it is loaded, so they stand in front of every import of it. Parallelism is across requests; one
# thread per picture wastes the least. Its warnings are about the files of strangers, who could fill a log with them.
os.environ.setdefault("VIPS_CONCURRENCY", "1")
os.environ.setdefault("VIPS_WARNING", "1")
