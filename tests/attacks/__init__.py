"""What strangers send to stop, fill, read or repaint the house: each refused with a sentence, and cheaply."""
