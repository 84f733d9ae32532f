"""`cutout`: the commands, and the processes that they start."""
