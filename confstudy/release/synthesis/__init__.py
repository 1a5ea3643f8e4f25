"""Synthetic respondents drawn from models of real ones, with what that keeps and what it risks."""
