"""What an analysis comes to in the simulated population, beside what a survey shows of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pandas as pd

from confstudy.models.fit import Fit
from confstudy.models.fit import fit as fit_model
from confstudy.simulate.simulate import simulate
from confstudy.survey.scoring import Scores, score
from confstudy.survey.survey import Survey

__all__ = ["population_values"]

_CLIENTS, _THERAPISTS, _SEED = 100_000, 5_000, 20_260_102


def population_values(
    fit: Fit, model: str = "therapy", prepare: Callable[[Survey], Survey] | None = None
) -> pd.DataFrame:
    """The coefficients of the same analysis on 100,000 simulated clients who all answered.

    It is the value that the analysis estimates, not a causal effect: an omitted confounder
    or an unreliable scale moves both alike.

    Parameters
    ----------
    fit
        Fitted to a survey simulated from ``model``.
    model
        A bundled structural model, or the path of one.
    prepare
        What was done to the survey before the fit, to be done to the population as well.

    Returns
    -------
    DataFrame
        ``term, truth``.
    """
    # Only what the formula names is drawn, unless more was done to the survey.
    named = tuple(fit.design.frame.columns) if prepare is None else None
    population: Survey = _population(model, named)
    frame = (prepare(population) if prepare else population).frame
    frame = _with_levels_of(fit, frame)
    found = fit_model(fit.formula, frame, fit.family.name)
    return pd.DataFrame({"term": found.terms, "truth": found.coefficients})


@lru_cache(maxsize=4)
def _population(model: str, named: tuple[str, ...] | None) -> Scores:
    drawn = simulate(
        model,
        clients=_CLIENTS,
        therapists=_THERAPISTS,
        seed=_SEED,
        nonresponse="none",
        columns=named,
    )
    return score(drawn.complete)


def _with_levels_of(fit: Fit, frame: pd.DataFrame) -> pd.DataFrame:
    """The clients whose levels occur in the fit, so that references are the same."""
    for name, column in fit.design.frame.items():
        used = re.search(rf"\b{re.escape(str(name))}\b", fit.formula)
        if used and isinstance(column.dtype, pd.CategoricalDtype):
            frame = frame[frame[name].isin(column.cat.categories)]
    return frame
