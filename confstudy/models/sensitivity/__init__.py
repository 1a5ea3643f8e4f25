"""Sensitivity analysis: how strong what was not measured would have to be."""
