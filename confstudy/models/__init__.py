"""Outcome models on statsmodels: one front door, one shape of result."""
