"""What is asked for: a chain of steps and an output, their values as text, their arithmetic. Pure."""
