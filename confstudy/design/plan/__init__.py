"""Registered plans: written and signed before the data are analysed, compared afterwards."""
