"""How each family is fitted: a design and weights in, an estimate out."""
