"""From a file to a survey: read, load through the codebook, check, score."""
