"""Time to an event, such as leaving therapy: curves, tests and regressions under censoring."""
