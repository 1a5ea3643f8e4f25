"""Mediation within and between groups: all three variables vary from person to person (1-1-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.mediation.linear import LinearPaths
from confstudy.models.mediation.stages import Fitted, Stage

__all__ = ["Levels", "within_between"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Levels:
    """The effects within groups, then those between them."""

    parts: tuple[LinearPaths, ...]

    @property
    def names(self) -> list[str]:
        """The effects, in the order of the columns."""
        return [name for part in self.parts for name in part.names]

    def effects(self, fits: Sequence[Fitted]) -> Floats:
        """(B, effects) of B samples."""
        return np.hstack([part.effects(fits) for part in self.parts])


def within_between(
    stages: Sequence[Stage], paths: LinearPaths, groups: NDArray[np.intp], cluster: str | None
) -> tuple[tuple[Stage, ...], Levels]:
    """Split every predictor into its group's mean and the distance from it.

    The group means take all that differs between groups out of the slopes within them
    (Zhang, Zyphur and Preacher 2009), as a dummy for each group would.
    """
    split, whole, inside = [], [], []
    for stage in stages:
        means = _group_means(stage.matrix, groups, stage.weights)
        apart = stage.matrix - means
        spread = np.sqrt(stage.matrix.var(axis=0)) + 1e-300
        varies = np.abs(apart).max(axis=0) > 1e-9 * spread
        slopes = np.array([term != "Intercept" for term in stage.terms])
        moving = slopes & (np.abs(means - means[0]).max(axis=0) > 1e-9 * spread)
        inside.append(varies)
        whole.append(moving)
        names = [stage.terms[i] for i in range(len(varies))]
        terms = (
            "Intercept",
            *(f"{names[i]} within" for i in np.flatnonzero(varies)),
            *(f"{names[i]} between" for i in np.flatnonzero(moving)),
        )
        matrix = np.column_stack([np.ones(len(apart)), apart[:, varies], means[:, moving]])
        _require_rank(matrix, stage.name, cluster)
        split.append(replace(stage, matrix=matrix, terms=terms))
    parts = [_part(paths, "within", inside, whole, cluster)]
    if all(_reaches(vector, kept) for vector, kept in _vectors(paths, whole)):
        parts.append(_part(paths, "between", inside, whole, cluster))
    return tuple(split), Levels(tuple(parts))


def _group_means(matrix: Floats, groups: NDArray[np.intp], weights: Floats) -> Floats:
    total = np.bincount(groups, weights=weights)
    sums = [np.bincount(groups, weights=weights * column) for column in matrix.T]
    return np.asarray((np.stack(sums, axis=1) / total[:, None])[groups])


def _require_rank(matrix: Floats, name: str, cluster: str | None) -> None:
    scale = np.linalg.norm(matrix, axis=0)
    if (
        matrix.shape[0] <= matrix.shape[1]
        or np.linalg.matrix_rank(matrix / scale) < matrix.shape[1]
    ):
        raise AnalysisError(
            f"The equation of '{name}' cannot be split by '{cluster}': there are too few groups "
            "for the means of all its predictors."
        )


def _vectors(
    paths: LinearPaths, kept: Sequence[NDArray[np.bool_]]
) -> list[tuple[Floats, NDArray[np.bool_]]]:
    moves = [(vector, kept[to]) for (to, _), vector in paths.moves.items()]
    return [*zip(paths.exposed, kept, strict=True), *moves]


def _reaches(vector: Floats, kept: NDArray[np.bool_]) -> bool:
    return bool(np.abs(vector[~kept]).max(initial=0) == 0)


def _part(
    paths: LinearPaths,
    side: str,
    inside: Sequence[NDArray[np.bool_]],
    whole: Sequence[NDArray[np.bool_]],
    cluster: str | None,
) -> LinearPaths:
    def placed(vector: Floats, place: int) -> Floats:
        varies, moving = inside[place], whole[place]
        kept = varies if side == "within" else moving
        if not _reaches(vector, kept):
            raise AnalysisError(
                f"The exposure and the mediators must vary within the groups of '{cluster}'."
            )
        one, two = np.zeros(int(varies.sum())), np.zeros(int(moving.sum()))
        if side == "within":
            one = vector[varies]
        else:
            two = vector[moving]
        return np.concatenate([[0.0], one, two])

    return replace(
        paths,
        exposed=[placed(vector, place) for place, vector in enumerate(paths.exposed)],
        moves={(to, i): placed(vector, to) for (to, i), vector in paths.moves.items()},
        prefix=f"{side}: ",
    )
