"""How the bundled network is made and judged. torch is imported only here, never by the running product (extra `train`)."""
