"""From latent variables to answers: items, styles, tests, vignettes."""
