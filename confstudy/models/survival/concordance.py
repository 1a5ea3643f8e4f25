"""How well a risk score orders who has the event first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.models.survival.partial import Risks

__all__ = ["concordance"]

Floats = NDArray[np.float64]


def concordance(risks: Risks, score: Floats) -> float:
    """Harrell's C: the share of pairs in which the higher score has the event first.

    A pair counts where one has the event while the other is at risk and stays so; equal scores
    count half (Harrell et al. 1982).

    Parameters
    ----------
    risks
        Who is at risk when.
    score
        (n,): higher for an earlier event.
    """
    better = level = pairs = 0.0
    lives = ~np.isin(np.arange(len(score)), risks.dead)
    # Scores that differ by rounding alone are equal.
    ordered, place = np.unique(score, return_inverse=True)
    apart = np.diff(ordered, prepend=ordered[0]) > 1e-12 * (1 + np.abs(ordered).max())
    rank = np.cumsum(apart)[place].astype(np.int32)
    for chunk in np.array_split(risks.dead, max(1, len(risks.dead) * len(score) // 4_000_000)):
        now, mine = risks.leave[chunk, None], rank[chunk, None]
        beside = (risks.leave > now) & (risks.enter < now) | (risks.leave == now) & lives
        weight = risks.weight[chunk]
        pairs += float(weight @ (beside @ risks.weight))
        level += float(weight @ ((beside & (mine == rank)) @ risks.weight))
        better += float(weight @ ((beside & (mine > rank)) @ risks.weight))
    return (better + level / 2) / pairs if pairs else float("nan")
