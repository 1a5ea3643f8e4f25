"""Differentially private counts, histograms and means, under a budget that is kept."""
