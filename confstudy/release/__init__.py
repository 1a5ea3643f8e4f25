"""What may leave: the first disclosure checks, for counts and for models."""
