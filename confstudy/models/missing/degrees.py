"""Degrees of freedom of pooled coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["barnard_rubin", "complete_degrees", "ratio"]

Floats = NDArray[np.float64]


def barnard_rubin(within: Floats, between: Floats, m: int, complete: Floats | float) -> Floats:
    """Degrees of freedom of Barnard and Rubin (1999) from (p,) variances.

    ``complete``, one number or (p,), are those without missing answers; where they are infinite
    the result is Rubin's (1987), infinite where nothing is missing.

    >>> barnard_rubin(np.ones(1), np.zeros(1), 5, 40.0).round(3).tolist()
    [38.14]
    """
    share = ratio((1 + 1 / m) * between, within + (1 + 1 / m) * between)
    whole = np.asarray(complete, dtype=float)
    with np.errstate(divide="ignore"):
        imputed = 1 / (share**2 / (m - 1))
        # (ν + 1) / (ν + 3) · ν, written so that infinity stays infinite.
        observed = (whole - 2 + 6 / (whole + 3)) * (1 - share)
        return np.asarray(1 / (1 / imputed + 1 / observed))


def ratio(top: Floats, bottom: Floats) -> Floats:
    """The quotient; not a number where ``bottom`` is 0."""
    return np.asarray(np.divide(top, bottom, out=np.full_like(bottom, np.nan), where=bottom > 0))


def complete_degrees(fits: tuple[Any, ...], terms: int) -> Floats:
    """(p,) degrees of freedom without missing answers: the mean of what the fits have.

    Where those are infinite or unknown: events (of survival) or respondents, less the terms.
    """
    own = np.mean([np.broadcast_to(_own(fit, terms), terms) for fit in fits], axis=0)
    sizes = [getattr(fit, "events", getattr(fit, "n", np.inf)) for fit in fits]
    return np.where(np.isfinite(own), own, max(float(np.mean(sizes)) - terms, 1.0))


def _own(fit: Any, terms: int) -> Floats:
    """Of each coefficient where the fit knows them so, else one number."""
    for name in ("degrees", "df"):
        if getattr(fit, name, None) is not None:
            return np.asarray(getattr(fit, name), dtype=float)
    table = getattr(fit, "table", None)
    if table is None or "df" not in table or len(table) != terms:
        return np.asarray(np.inf)
    return np.asarray(table["df"], dtype=float)
