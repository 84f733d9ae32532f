"""The three ways to write a form, and base64 inside them: bytes in, events out, nothing read or kept."""
