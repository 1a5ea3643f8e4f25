"""Identified data do not get in: identifier rules, risk measures, the load gate."""
