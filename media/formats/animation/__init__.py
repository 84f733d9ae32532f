"""Pictures that move: their frames taken out of a file, laid over each other, put into one."""
