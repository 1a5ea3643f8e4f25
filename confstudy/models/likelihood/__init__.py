"""Likelihoods of outcome models with exact first and second derivatives, and their maximum."""
