"""What an analysis comes to in the simulated population, beside what a survey shows of it."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from confstudy.models.fit import Fit
from confstudy.models.fit import fit as fit_model
from confstudy.simulate.simulate import simulate
from confstudy.survey.scoring import Scores, score

__all__ = ["population_values"]

_CLIENTS, _THERAPISTS, _SEED = 100_000, 5_000, 20_260_102


def population_values(fit: Fit, model: str = "therapy") -> pd.DataFrame:
    """The coefficients of the same analysis on 100,000 simulated clients who all answered.

    It is the value that the analysis estimates, not a causal effect: an omitted confounder
    or an unreliable scale moves both alike.

    Parameters
    ----------
    fit
        Fitted to a survey simulated from ``model``.
    model
        A bundled structural model, or the path of one.

    Returns
    -------
    DataFrame
        ``term, truth``.
    """
    population = fit_model(fit.formula, _population(model), fit.family.name)
    return pd.DataFrame({"term": population.terms, "truth": population.coefficients})


@lru_cache(maxsize=2)
def _population(model: str) -> Scores:
    drawn = simulate(
        model, clients=_CLIENTS, therapists=_THERAPISTS, seed=_SEED, nonresponse="none"
    )
    return score(drawn.complete)
