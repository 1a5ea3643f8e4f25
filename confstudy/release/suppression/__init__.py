"""Tables of respondents with all their margins: what is hidden, so that no small count follows."""
