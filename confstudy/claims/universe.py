"""All linear models that a set of covariates allows, by one decomposition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

__all__ = ["Null", "Universe", "together"]

Floats = NDArray[np.float64]
Null = Literal["bootstrap", "permute"]
_CHUNK = 8
_NOTHING = 1e-20


@dataclass(frozen=True, repr=False)
class Universe:
    """One outcome, one exposure, one subset: what all sets of covariates are tried on.

    Attributes
    ----------
    columns
        (n, always + covariates + 2): intercept and what is always adjusted for, covariates,
        exposure, outcome; all but the intercept centred and scaled to length 1.
    always, widths
        Columns always adjusted for, the intercept included; columns of each covariate.
    scale
        The outcome's unit per unit of the exposure, of a coefficient of the scaled columns, which
        itself counts in standard deviations.
    rows
        (n of all complete rows,): who is in it.
    everyone
        (n of all complete rows,): the exposure, scaled as in ``columns``.
    term
        The exposure's name in a model.
    """

    outcome: str
    exposure: str
    subset: str
    columns: Floats
    always: int
    widths: tuple[int, ...]
    scale: float
    rows: NDArray[np.bool_]
    everyone: Floats
    term: str

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """(2^covariates, covariates): which covariates are in each model."""
        places = np.arange(len(self.widths))
        return (np.arange(1 << len(places))[:, None] >> places & 1).astype(bool)

    def models(self, columns: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
        """The exposure's coefficient, its standard error and degrees of freedom in each model.

        Parameters
        ----------
        columns
            (draws, n, columns): as the universe's own, with rows weighted or shuffled.
        n
            (draws,): how many respondents these are.

        Returns
        -------
        tuple
            Three of (draws, 2^covariates).
        """
        triangle = np.asarray(np.linalg.qr(columns, mode="r"))
        models = triangle[:, None, self.always :, self.always :]
        for width in self.widths:
            without = models[..., width:]
            for _ in range(width):
                models = _swept(models)
            models = np.concatenate([without, models], axis=1)
        x, y = models[..., 0], models[..., 1]
        size = (x**2).sum(axis=-1)
        slope = (x * y).sum(axis=-1) / size
        rest = ((y - slope[..., None] * x) ** 2).sum(axis=-1)
        df = n[:, None] - self.always - 1 - self.chosen @ np.array(self.widths, dtype=float)
        return slope, np.sqrt(rest / df / size), df


def _swept(models: Floats) -> Floats:
    """All columns but the first, less what the first explains of them."""
    first, others = models[..., :1], models[..., 1:]
    size = (first**2).sum(axis=-2, keepdims=True)
    # A level that nobody of a resample has leaves a column of nothing.
    share = (first * others).sum(axis=-2, keepdims=True) / np.where(size > _NOTHING, size, np.inf)
    return np.asarray(others - first * share)


def together(
    universes: Sequence[Universe], several: bool, null: Null, draws: int, seed: int
) -> pd.DataFrame:
    """Test all models of all universes at once: ``statistic, observed, null, p_value``.

    Parameters
    ----------
    several
        Whether effects must be standardised to be compared.
    """
    found = [
        one.models(one.columns[None], np.array([float(len(one.columns))])) for one in universes
    ]
    units = [1.0 if several else one.scale for one in universes]
    observed = _statistics([(*parts, unit) for parts, unit in zip(found, units, strict=True)])[0]
    centres = [slope if null == "bootstrap" else 0.0 for slope, _, _ in found]
    parts = []
    with np.errstate(all="ignore"):
        for drawn in _drawn(universes, null, draws, seed):
            moved = [
                (slope - centre, error, df, unit)
                for (slope, error, df), centre, unit in zip(drawn, centres, units, strict=True)
            ]
            parts.append(_statistics(moved))
    table = pd.DataFrame({"statistic": ["median effect", "share significant", "Stouffer's Z"]})
    drawn_ones = np.concatenate(parts) if parts else np.full((0, 3), np.nan)
    # A draw in which some model has no estimate counts as extreme.
    extreme = (~(np.abs(drawn_ones) < np.abs(observed) * (1 - 1e-12))).sum(axis=0)
    return table.assign(
        observed=observed,
        null=np.nanmedian(drawn_ones, axis=0) if parts else np.nan,
        p_value=(1 + extreme) / (1 + draws) if parts else np.nan,
    )


def _drawn(
    universes: Sequence[Universe], null: Null, draws: int, seed: int
) -> Iterator[list[tuple[Floats, Floats, Floats]]]:
    """Each universe's models in draws where respondents are the same for all universes."""
    rng = np.random.default_rng(seed)
    n = len(universes[0].rows)
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        if null == "bootstrap":
            picked = rng.integers(0, n, (size, n))
            counts = np.stack([np.bincount(row, minlength=n) for row in picked]).astype(float)
            yield [
                one.models(
                    np.sqrt(counts[:, one.rows, None]) * one.columns,
                    counts[:, one.rows].sum(axis=1),
                )
                for one in universes
            ]
        else:
            order = np.stack([rng.permutation(n) for _ in range(size)])
            yield [_shuffled(one, order) for one in universes]


def _shuffled(one: Universe, order: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    columns = np.repeat(one.columns[None], len(order), axis=0)
    columns[..., -2] = one.everyone[order][:, one.rows]
    return one.models(columns, np.full(len(order), float(len(one.columns))))


def _statistics(found: Sequence[tuple[Floats, Floats, Floats, float]]) -> Floats:
    """(draws, 3): the median effect, the share significant, Stouffer's Z."""
    effect = np.concatenate([slope * unit for slope, _, _, unit in found], axis=1)
    z = np.concatenate(
        [
            -np.sign(slope) * special.ndtri(special.stdtr(df, -np.abs(slope / error)))
            for slope, error, df, _ in found
        ],
        axis=1,
    )
    limit = special.ndtri(0.975)
    share = np.maximum((z > limit).mean(axis=1), (z < -limit).mean(axis=1))
    stouffer = z.sum(axis=1) / np.sqrt(z.shape[1])
    return np.column_stack([np.median(effect, axis=1), share, stouffer])
