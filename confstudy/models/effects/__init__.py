"""Average effects, contrasts and predictions of any fitted model."""
