"""Effects in samples drawn again from the respondents, or from their clusters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.effects.model import Model
from confstudy.models.fit import Fit

__all__ = ["drawn_counts", "redrawn", "refitted"]

Floats = NDArray[np.float64]


def drawn_counts(model: Model, draws: int, cluster: str | None, seed: int) -> Floats:
    """(n, draws) how often each respondent is in each sample."""
    if not isinstance(model.fit, Fit):
        raise AnalysisError("The bootstrap refits the model: it is for fits by cs.fit only.")
    if draws < 100:
        raise AnalysisError(f"{draws} bootstrap samples are too few for intervals: 100 or more.")
    if model.designed:
        raise AnalysisError(
            "The fit has a sample design, which a bootstrap of respondents would ignore: leave "
            "out 'bootstrap', or declare bootstrap replicate weights in the design."
        )
    if model.fit.clusters is not None and cluster is None:
        raise AnalysisError("The fit has clusters: name their column as 'cluster'.")
    if model.people.max() > 1:
        raise AnalysisError("A bootstrap needs one row a respondent: repeat the rows that count.")
    frame, rng = model.design.frame, np.random.default_rng(seed)
    if cluster is None:
        units = np.arange(len(frame))
    elif cluster in frame:
        units = np.asarray(pd.factorize(frame[cluster])[0], dtype=np.intp)
    else:
        raise AnalysisError(unknown("Clusters", [cluster], map(str, frame), "the data used"))
    count = int(units.max()) + 1
    if count < 2:
        raise AnalysisError(f"'{cluster}' has one group only: a bootstrap needs two or more.")
    often = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    return often.T[units].astype(float)


def refitted(model: Model, counts: Floats) -> Floats:
    """(draws, p) coefficients; missing numbers where the fit cannot be believed."""
    family, start = model.fit.family, model.coefficients
    weights = counts if model.weights is None else counts * model.weights[:, None]
    found = np.full((counts.shape[1], len(start)), np.nan)
    with np.errstate(all="ignore"):
        if family.many is not None:
            found = family.many(model.design, weights, start)
        for place in np.flatnonzero(~np.isfinite(found).all(axis=1)):
            again = family.fit(model.design, weights[:, place], start)
            whole = not again.problems and len(again.coefficients) == len(start)
            found[place] = again.coefficients if whole else np.nan
    return found


def redrawn(
    coefficients: Floats, counts: Floats, effects: Callable[[Floats, Floats], Floats]
) -> Floats:
    """(draws, rows) effects; missing numbers where there is no fit.

    Parameters
    ----------
    effects
        Takes coefficients (p,) and counts (n,); gives (rows,).
    """
    one = [bool(np.isfinite(row).all()) for row in coefficients]
    found: list[Floats] = []
    width = None
    for fine, beta, count in zip(one, coefficients, counts.T, strict=True):
        made = effects(beta, count) if fine else np.empty(0)
        width = len(made) if fine else width
        found.append(made)
    if width is None:
        raise AnalysisError("The model could not be fitted to any bootstrap sample.")
    missing = np.full(width, np.nan)
    return np.array([made if fine else missing for fine, made in zip(one, found, strict=True)])
