"""Surveys with a sample design: weights, strata, clusters, replicate weights."""
