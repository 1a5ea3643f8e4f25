"""Regression tables as journals print them."""
