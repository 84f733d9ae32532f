"""The photographs of `cutout dev`: cat, coffee and rocket are CC0, the astronaut is NASA's, in the public domain."""
