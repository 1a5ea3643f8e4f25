"""Whether odds are proportional: Brant's test, and likelihood ratios beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.models.estimate import Estimate
from confstudy.models.fitting.judge import judged
from confstudy.models.fitting.ordered import OrderedModel
from confstudy.models.formula import Design
from confstudy.models.likelihood.binary import LINKS, binary_kernel
from confstudy.models.likelihood.index import IndexModel, inverse, maximise

__all__ = ["proportional_odds"]

Floats = NDArray[np.float64]


def proportional_odds(design: Design, estimate: Estimate) -> pd.DataFrame:
    """Test whether an ordered logit's slopes are the same at every threshold.

    Parameters
    ----------
    design, estimate
        Of an ordered logit without weights.

    Returns
    -------
    DataFrame
        One row a term of the formula, and ``all``: ``term, df, brant, brant_p, lr, lr_p``;
        missing where a model with freer slopes has no estimate.

    Notes
    -----
    Brant (1990), Biometrics 46, 1171: slopes of the logits of passing each threshold, compared
    by a Wald test. The likelihood ratio sets free the slopes of one term at a time (all: every
    slope), as ``nominal_test`` of R's ordinal.

    Estimand: differences of slopes between thresholds. Assumes independent respondents.
    Does not show that odds are proportional where a test is silent: it may lack power.
    """
    groups = _groups(design)
    everything = sorted(place for places in groups.values() for place in places)
    slopes, covariance = _binary_logits(design)
    rows = []
    for term, places in [*groups.items(), ("all", everything)]:
        statistic, df = _wald(slopes, covariance, places)
        ratio = _likelihood_ratio(design, estimate, places)
        rows.append(
            {
                "term": term,
                "df": df,
                "brant": statistic,
                "brant_p": float(stats.chi2.sf(statistic, df)),
                "lr": ratio,
                "lr_p": float(stats.chi2.sf(ratio, df)),
            }
        )
    return pd.DataFrame(rows)


def _groups(design: Design) -> dict[str, list[int]]:
    """Places of each term of the formula in the matrix, which has no intercept."""
    indices = design.spec.term_indices
    return {
        str(term): [place - 1 for place in places]
        for term, places in indices.items()
        if str(term) != "1"
    }


def _binary_logits(design: Design) -> tuple[Floats, Floats]:
    """Slopes (cuts, p) of passing each threshold, and their covariance (cuts·p, cuts·p)."""
    rank = np.unique(design.outcome, return_inverse=True)[1]
    cuts, p = int(rank.max()), design.matrix.shape[1]
    matrix = np.column_stack([np.ones(len(rank)), design.matrix])
    weight = np.ones(len(rank))
    offsets = None if design.offset is None else design.offset[None]
    slopes, chances, breads = np.full((cuts, p), np.nan), [], []
    for cut in range(cuts):
        passed = (rank > cut).astype(float)
        model = IndexModel(binary_kernel(passed, LINKS["logit"]), (matrix,), weight, offsets)
        found = maximise(model, np.zeros(p + 1))
        names = ["Intercept", *design.terms]
        if judged(model, found, names):
            return slopes, np.full((cuts * p, cuts * p), np.nan)
        slopes[cut] = found.coefficients[1:]
        chances.append(LINKS["logit"].chance(model.indices(found.coefficients)[0]))
        breads.append(inverse(found.information))
    covariance = np.zeros((cuts * p, cuts * p))
    for low in range(cuts):
        for high in range(low, cuts):
            # Who passes the higher threshold has passed the lower one.
            shared = chances[high] * (1 - chances[low])
            block = breads[low] @ (matrix.T @ (shared[:, None] * matrix)) @ breads[high]
            rows, columns = slice(low * p, low * p + p), slice(high * p, high * p + p)
            covariance[rows, columns] = block[1:, 1:]
            covariance[columns, rows] = block[1:, 1:].T
    return slopes, covariance


def _wald(slopes: Floats, covariance: Floats, places: list[int]) -> tuple[float, int]:
    """Wald test that the slopes at these places are the same at every threshold."""
    cuts, p = slopes.shape
    picked = [cut * p + place for cut in range(cuts) for place in places]
    k = len(places)
    contrast = np.hstack([np.tile(-np.eye(k), (cuts - 1, 1)), np.eye((cuts - 1) * k)])
    apart = contrast @ slopes.ravel()[picked]
    spread = contrast @ covariance[np.ix_(picked, picked)] @ contrast.T
    if not np.isfinite(spread).all():
        return float("nan"), len(apart)
    try:
        return float(apart @ np.linalg.solve(spread, apart)), len(apart)
    except np.linalg.LinAlgError:
        return float("nan"), len(apart)


def _likelihood_ratio(design: Design, estimate: Estimate, places: list[int]) -> float:
    """Twice the log likelihood that slopes of their own at every threshold win."""
    p = design.matrix.shape[1]
    cuts = len(estimate.coefficients) - p
    model = OrderedModel("logit").model(design, free=places)
    kept = np.delete(estimate.coefficients[:p], places)
    free = np.repeat(estimate.coefficients[places], cuts)
    start = np.concatenate([kept, estimate.coefficients[p:], free])
    found = maximise(model, start)
    if judged(model, found, [str(place) for place in range(len(start))]):
        return float("nan")
    return max(0.0, 2 * (found.value - estimate.log_likelihood))
