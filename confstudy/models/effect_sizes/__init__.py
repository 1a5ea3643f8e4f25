"""How large a difference or relation is: effect sizes with their intervals."""
