"""Meta-analysis: pooling what several studies found, and judging how far it can be believed."""
