"""A new study's folder, which builds its reports at once."""
