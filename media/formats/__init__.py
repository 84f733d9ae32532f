"""Files: what is read and written, one row per format, one file per format that libvips leaves to us."""
