"""Motion: animations made of still pictures, and how often they play."""
