"""Mediation: how much of an effect runs through what, with exact natural effects."""
