"""Latent-variable models: measurement and structure fitted as one, and how well they fit."""
