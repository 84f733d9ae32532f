"""One log format for every process; libvips' own messages are left out."""

import logging


def configure_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("pyvips", "httpx", "botocore", "numba"):
        logging.getLogger(name).setLevel(logging.WARNING)
