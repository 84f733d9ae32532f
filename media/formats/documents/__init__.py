"""Documents of pages: PDF and PostScript, written and never read; TIFF, each page of its own size."""
