"""Figures, diagrams, tables and sentences of released numbers."""
