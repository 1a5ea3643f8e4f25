"""When reports are due, and texts that let a computer's own scheduler ask."""
