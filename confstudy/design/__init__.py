"""Study design over the simulator and the models: so far, the population value of an analysis."""

from confstudy.design.population import population_values

__all__ = ["population_values"]
