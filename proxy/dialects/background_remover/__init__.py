"""BackgroundRemover's API (`POST /v1/convert/`, `POST /v1/results/`) and the HTTP server of its engine."""
