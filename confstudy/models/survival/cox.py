"""Cox regression: what speeds up or slows down an event, such as leaving therapy."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data, as_frame, build_design
from confstudy.models.survival.coxfit import CoxFit, standardised
from confstudy.models.survival.maximise import Maximum, maximise
from confstudy.models.survival.partial import Risks, Ties
from confstudy.models.survival.times import checked, clusters_of, happened, numbers_of, strata_of

__all__ = ["cox", "quoted", "split_left"]

Floats = NDArray[np.float64]


def cox(
    formula: str,
    data: Data,
    *,
    strata: str | tuple[str, ...] | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    robust: bool | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> CoxFit:
    """Fit a Cox proportional-hazards model; rows that lack a value are left out and counted.

    Parameters
    ----------
    formula
        ``time + event ~ predictors``, or ``start + stop + event ~ predictors`` where a
        respondent has several rows, each over (start, stop] with its own predictors.
    data
        A survey, scores or a frame.
    strata
        Columns whose levels each have a baseline hazard of their own.
    weights
        Column of case weights.
    cluster
        Column whose groups may be alike: sandwich errors summed over them, with one degree of
        freedom less than there are groups. Name the respondent where one has several rows.
    robust
        Sandwich errors of single rows (Lin and Wei); the default where there are weights.
    ties
        ``efron`` or ``breslow``.
    level
        Of the intervals.

    Returns
    -------
    CoxFit
        With ``.table`` (log hazard ratios), ``.hazard_ratios``, ``.baseline()``,
        ``.proportional_hazards()``, ``.concordance``.

    Raises
    ------
    AnalysisError
        Unknown columns, no event, collinear columns, a formula without predictors.

    Warns
    -----
    FitWarning
        The likelihood has no maximum (monotone) or does not determine it; no numbers then.

    Notes
    -----
    Cox (1972); ties by Efron (1977) or Breslow (1974); errors by Lin and Wei (1989).

    Estimand: log ratios of hazards that stay the same over time (else, an average that
    depends on who is censored).
    Assumes: proportional hazards, independent censoring given the predictors, independent
    respondents or clusters.
    Does not show: an effect on the hazard even where randomised, as those who stay differ more
    and more between arms; ``rmst`` compares whole arms.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> x = rng.normal(size=400)
    >>> stays = rng.exponential(np.exp(-0.7 * x))
    >>> weeks = pd.DataFrame({"x": x, "until": np.minimum(stays, 2), "dropout": stays < 2})
    >>> bool(abs(cox("until + dropout ~ x", weeks).table["estimate"][0] - 0.7) < 0.2)
    True
    """
    _require_choices(ties, level)
    start, stop, event, right = split_left(formula)
    names = (strata,) if isinstance(strata, str) else tuple(strata or ())
    asked = tuple(name for name in (stop, event, start, weights, cluster, *names) if name)
    design = build_design(f"{quoted(stop)} ~ {right}", data, intercept=False, also=asked)
    if not design.terms:
        raise AnalysisError(f"'{formula}' has no predictor: for curves use survival_curve.")
    frame = as_frame(data).loc[design.used]
    entry, time = checked(frame, stop, start)
    seen = happened(frame[event], event)
    weight = _weights(frame, weights)
    if not (seen & (weight > 0)).any():
        raise AnalysisError(f"Nobody has the event '{event}': hazards cannot be compared.")
    stratum, labels = strata_of(frame, names)
    risks = Risks.of(entry, time, seen & (weight > 0), weight, stratum, ties)
    matrix, scale = standardised(design.matrix, weight)
    with np.errstate(all="ignore"):
        found = maximise(risks, matrix, design.terms)
    groups = clusters_of(frame, cluster) if cluster else None
    wanted = bool(weights) if robust is None else robust
    naive, covariance = _covariances(found, scale, groups, wanted or groups is not None)
    fitted = CoxFit(
        formula=formula,
        design=design,
        risks=risks,
        times=(entry, time),
        maximum=found,
        terms=design.terms,
        coefficients=found.coefficients / scale,
        covariance=covariance,
        naive=naive,
        scores=found.at.residuals * scale,
        df=float(groups.max()) if groups is not None else float("inf"),
        errors=f"Lin-Wei by {cluster}" if cluster else "Lin-Wei" if wanted else "nonrobust",
        clusters=int(groups.max()) + 1 if groups is not None else None,
        strata=labels,
        ties=ties,
        dropped=design.dropped,
        problems=found.problems,
        level=level,
    )
    if fitted.problems:
        warnings.warn(f"'{formula}': {'; '.join(fitted.problems)}.", FitWarning, stacklevel=2)
    return fitted


def split_left(formula: str) -> tuple[str | None, str, str, str]:
    """The start (if any), stop and event a formula names on its left, and its right side.

    >>> split_left("until + dropout ~ arm * privacy")
    (None, 'until', 'dropout', 'arm * privacy')
    """
    left, tilde, right = formula.partition("~")
    names = [name.strip().strip("`") for name in left.split("+")]
    if not tilde or len(names) not in (2, 3) or not all(names) or not right.strip():
        raise AnalysisError(
            f"'{formula}' is no formula for times: write 'time + event ~ predictors', or "
            "'start + stop + event ~ predictors'."
        )
    start = names[0] if len(names) == 3 else None
    return start, names[-2], names[-1], right.strip()


def quoted(name: str) -> str:
    """A column's name as formulas want it.

    >>> quoted("until"), quoted("weeks until")
    ('until', '`weeks until`')
    """
    return name if name.isidentifier() else f"`{name}`"


def _require_choices(ties: str, level: float) -> None:
    if ties not in ("efron", "breslow"):
        raise AnalysisError(
            f"'{ties}' is no way with ties.{did_you_mean(ties, ('efron', 'breslow'))} "
            f"There are: {listing(('efron', 'breslow'))}."
        )
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")


def _weights(frame: pd.DataFrame, name: str | None) -> Floats:
    if name is None:
        return np.ones(len(frame))
    weight = numbers_of(frame[name], name)
    if (weight < 0).any() or not (weight > 0).any():
        raise AnalysisError(f"'{name}' has negative weights, or none above 0.")
    return weight


def _covariances(
    found: Maximum, scale: Floats, groups: NDArray[np.intp] | None, robust: bool
) -> tuple[Floats, Floats]:
    """The naive and the wanted covariance, on the predictors' own scale."""
    information = found.at.information
    if found.problems:
        missing = np.full_like(information, np.nan)
        return missing, missing
    inverse = np.linalg.inv(information)
    naive = inverse / np.outer(scale, scale)
    if not robust:
        return naive, naive
    moved = found.at.residuals @ inverse / scale
    if groups is not None:
        sums = np.zeros((int(groups.max()) + 1, moved.shape[1]))
        np.add.at(sums, groups, moved)
        moved = sums
    return naive, np.asarray(moved.T @ moved)
