"""Parameterized notebooks into published reports."""
