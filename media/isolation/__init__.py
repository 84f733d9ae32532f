"""Work on strangers' bytes in a process that may be killed: a crash, a hang or a flood of memory takes one request."""
