"""Whether an output, subtracted from all that left before, would show a few respondents."""
