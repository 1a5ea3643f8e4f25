"""Sensitive questions asked so that no answer gives its giver away: prevalence and regression."""
