"""How the bundled network is made and judged. torch is imported nowhere else (extra `train`)."""
