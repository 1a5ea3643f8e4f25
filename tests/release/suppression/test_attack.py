"""Attackers of their own, who know every margin, on many tables of the size that surveys give."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from confstudy.release.suppression.moves import inside
from confstudy.release.suppression.primary import with_margins
from confstudy.release.suppression.suppression import suppression

LIMIT = 10


def attacked(shown, cells):
    """What a linear program, told all that is shown, says of each of some hidden cells."""
    known = np.flatnonzero(~np.isnan(shown.ravel()))
    lines = csr_matrix([inside(shown.shape, place).ravel() for place in known], dtype=float)
    for cell in cells:
        weights = inside(shown.shape, cell).ravel().astype(float)
        yield tuple(
            sign * solved.fun if solved.status == 0 else np.inf
            for sign in (1, -1)
            for solved in [linprog(sign * weights, A_eq=lines, b_eq=shown.ravel()[known])]
        )


def skewed(rng, most):
    """Counts as surveys have them: two to three variables of so many levels, some of them rare."""
    shape = tuple(rng.integers(2, most + 1, rng.integers(2, 4)))
    chances = np.ones(1)
    for size in shape:
        chances = np.outer(chances, rng.dirichlet(np.full(size, 1.2))).ravel()
    return rng.multinomial(int(rng.integers(80, 2000)), chances).reshape(shape)


@pytest.mark.parametrize(
    ("tables", "most"), [(4, 3), pytest.param(120, 5, marks=pytest.mark.validate)]
)
@pytest.mark.parametrize("outcome", [False, True])
def test_no_attacker_with_all_margins_bounds_a_small_count(tables, most, outcome):
    attacks = shown_cells = 0
    for seed in range(tables):
        counts = skewed(np.random.default_rng([seed, outcome]), most)
        found = suppression(counts, classes=counts.ndim - 1 if outcome else None)
        if found.decision.status == "fail":
            continue
        full = with_margins(counts)
        shown = np.where(found.hidden, np.nan, full)
        small = np.flatnonzero(found.reason == "threshold")
        for low, high in attacked(shown, small):
            assert low < 0.5
            assert high > LIMIT - 0.5
        attacks += len(small)
        shown_cells += (~found.hidden).sum()
    assert attacks > 2 * tables
    assert shown_cells > 5 * tables
