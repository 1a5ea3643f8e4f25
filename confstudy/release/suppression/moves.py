"""Ways to change a table so that its sums still agree: boxes, circulations, transfers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

from confstudy.release.suppression.primary import with_margins

__all__ = ["additivity", "box", "circulation", "inside", "transfer"]

Shape = tuple[int, ...]
_NODES = 200


def additivity(shape: Shape) -> csr_array:
    """(sums, cells) that are zero for every table with margins: inner cells less their margin.

    >>> additivity((3,)).toarray()
    array([[ 1.,  1., -1.]])
    """
    blocks = []
    for axis, size in enumerate(shape):
        line = csr_array(np.append(np.ones(size - 1), -1.0)[None, :])
        before = eye_array(int(np.prod(shape[:axis], dtype=int)))
        after = eye_array(int(np.prod(shape[axis + 1 :], dtype=int)))
        blocks.append(kron(kron(before, line), after))
    return csr_array(vstack(blocks))


def inside(shape: Shape, cell: int) -> NDArray[np.bool_]:
    """(l1, …, lk) the inner cells that add up to a cell of a table with margins."""
    inner = np.ones([size - 1 for size in shape], dtype=bool)
    for axis, level in enumerate(np.unravel_index(cell, shape)):
        if level < shape[axis] - 1:
            inner &= (np.arange(shape[axis] - 1) == level).reshape(
                [-1 if other == axis else 1 for other in range(len(shape))]
            )
    return inner


def box(
    full: NDArray[np.int64], price: NDArray[np.float64], cell: int, up: int, down: int
) -> NDArray[np.int64] | None:
    """The cheapest 2ᵏ cells that let a cell rise by ``up`` and fall by ``down``, or None.

    A box takes a second level on each axis, the margin counting as a level: its corners rise
    and fall by turns, or together where one of the two levels is the margin.

    Parameters
    ----------
    full
        (l1 + 1, …, lk + 1) respondents, the margins as last levels.
    price
        Same shape: what hiding each cell costs; infinite where it may not change.
    cell
        The flat number of the cell.
    """
    place = np.unravel_index(cell, full.shape)
    cost, blocked = np.zeros(full.shape), np.zeros(full.shape, dtype=bool)
    signs = []
    for axis, (level, size) in enumerate(zip(place, full.shape, strict=True)):
        sign = np.full(size, 1 if level == size - 1 else -1)
        sign[-1] = 1
        signs.append(sign.reshape([-1 if other == axis else 1 for other in range(full.ndim)]))
        np.moveaxis(blocked, axis, 0)[level] = True
    for far in product((False, True), repeat=full.ndim):
        key = tuple(
            slice(None) if second else slice(level, level + 1)
            for second, level in zip(far, place, strict=True)
        )
        turn = np.ones((1,) * full.ndim, dtype=int)
        for sign, second in zip(signs, far, strict=True):
            turn = turn * sign if second else turn
        cost = cost + price[key]
        blocked |= ((turn < 0) & (full[key] < up)) | ((turn > 0) & (full[key] < down))
    cost[blocked] = np.inf
    best = int(np.argmin(cost))
    if not np.isfinite(cost.flat[best]):
        return None
    pairs = zip(place, np.unravel_index(best, full.shape), strict=True)
    corners = np.array(list(product(*pairs))).T
    return np.asarray(np.ravel_multi_index(tuple(corners), full.shape))


def circulation(
    sums: csr_array, full: NDArray[np.int64], price: NDArray[np.float64], change: Mapping[int, int]
) -> NDArray[np.int64] | None:
    """The cells of the cheapest change of a table that makes ``change``, or None.

    The change is one of whole respondents: where a linear program ends at fractions, as it can
    from three variables on, an integer program with a limit of nodes follows.

    Parameters
    ----------
    sums
        The table's :func:`additivity`.
    full, price
        As for :func:`box`; cells that are hidden cost nothing.
    change
        By how many respondents some cells must differ; those that differ by none may be shown.
    """
    counts, cost = full.ravel(), price.flatten()
    cost[[cell for cell, by in change.items() if not by]] = np.inf
    free, priced = np.flatnonzero(cost == 0), np.flatnonzero((cost > 0) & np.isfinite(cost))
    low = np.concatenate([-counts[free], np.zeros(2 * len(priced))]).astype(float)
    high = np.concatenate([np.full(len(free) + len(priced), np.inf), counts[priced]])
    for cell, by in change.items():
        if by:
            at = np.searchsorted(free, cell)
            low[at] = high[at] = by
    moving = hstack([sums[:, free], sums[:, priced], -sums[:, priced]], format="csr")
    moving = moving[np.diff(moving.indptr) > 0]
    costs = np.concatenate([np.zeros(len(free)), cost[priced], cost[priced]])
    for whole in (0, 1):
        found = milp(
            costs,
            integrality=np.full(len(costs), whole),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(moving, 0, 0),
            options={"node_limit": _NODES} if whole else {},
        )
        if found.x is None:
            return None
        moved = np.rint(found.x)
        if not (moving @ moved).any() and (moved >= low).all() and (moved <= high).all():
            by_cell = np.zeros(len(counts))
            by_cell[free], up, down = np.split(moved, [len(free), len(free) + len(priced)])
            by_cell[priced] = up - down
            return np.flatnonzero(by_cell)
    return None


def transfer(
    full: NDArray[np.int64], price: NDArray[np.float64], change: Mapping[int, int]
) -> NDArray[np.int64] | None:
    """The cells of a change that moves respondents between inner cells, dear but always whole.

    None where nobody else is in the table, so that no change makes ``change``.
    """
    core = tuple(slice(0, -1) for _ in full.shape)
    counts, cost = full[core], price[core]
    touched = np.logical_or.reduce([inside(full.shape, cell) for cell in change])
    moved = np.zeros_like(counts)
    usable = np.isfinite(cost)
    need = sum(change.values())
    source, sink = (~touched, touched) if need > 0 else (touched, ~touched)
    if not (sink & usable).any():
        return None
    left = abs(need)
    for giver in np.argsort(np.where(source, cost, np.inf), axis=None, kind="stable"):
        if left and source.flat[giver]:
            given = min(left, int(counts.flat[giver]))
            moved.flat[giver] -= given
            left -= given
    if left:
        return None
    moved.flat[np.argmin(np.where(sink, cost, np.inf))] += abs(need)
    return np.flatnonzero(with_margins(moved))
