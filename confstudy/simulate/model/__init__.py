"""Structural models: their declaration, their worlds, what follows from their arrows."""
