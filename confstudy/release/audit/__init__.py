"""The audit of notebooks: a second look at everything a notebook holds."""
