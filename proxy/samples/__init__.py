"""The photographs of `cutout dev`, free of rights: cat and coffee (CC0), rocket (CC0), astronaut (NASA, public domain)."""
