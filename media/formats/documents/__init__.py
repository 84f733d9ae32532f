"""Pictures as pages of a document: written, never read."""
