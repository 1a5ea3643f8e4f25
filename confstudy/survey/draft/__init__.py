"""A first codebook for a file, written from its columns and marked where it is unsure."""
