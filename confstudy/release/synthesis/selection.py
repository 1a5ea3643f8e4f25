"""Which of several candidates stands at each place, so that means are those of the source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["chosen"]

Places = NDArray[np.intp]
Narrow = NDArray[np.float32]
_SWEEPS = 30
#: Means need not be nearer to the source than a tenth of what chance makes of them.
_NEAR = 0.1


def chosen(
    values: Narrow, allowed: NDArray[np.bool_], rng: np.random.Generator, start: Places
) -> Places:
    """Pick one candidate a place by coordinate descent on the sum of squared means.

    Parameters
    ----------
    values
        (n, m, p): what the m candidates of each place add to p means, which are 0 in the source.
    allowed
        (n, m); a place without any keeps its candidate.
    start
        (n,) candidates to begin with.

    Returns
    -------
    ndarray
        (n,) of candidates.

    Notes
    -----
    Places are visited in random order, as often as it helps, until means are a tenth of what
    chance makes of those of n respondents (so that no mean is told more exactly than needed).

    Examples
    --------
    >>> values = np.array([[[1.0], [-1.0]]] * 4, dtype=np.float32)
    >>> rng = np.random.default_rng(1)
    >>> int(chosen(values, np.ones((4, 2), dtype=bool), rng, np.zeros(4, dtype=int)).sum())
    2
    """
    n = len(values)
    picked = start.copy()
    open_to = np.flatnonzero(allowed.any(axis=1))
    if not values.shape[2]:
        return picked
    total = values[np.arange(n), picked].sum(axis=0, dtype=np.float64)
    own = np.einsum("nmp,nmp->nm", values, values)
    own[~allowed] = np.inf
    for _ in range(_SWEEPS):
        moved = 0
        for place in rng.permutation(open_to):
            rest = total - values[place, picked[place]]
            costs = 2 * (values[place] @ rest.astype(np.float32)) + own[place]
            best = int(costs.argmin())
            if costs[best] < costs[picked[place]]:
                picked[place] = best
                total = rest + values[place, best]
                moved += 1
        if not moved or (total**2).mean() <= _NEAR**2 * n:
            break
    return picked
