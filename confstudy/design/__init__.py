"""Study design over the simulator and the models: so far, the population value of an analysis."""
