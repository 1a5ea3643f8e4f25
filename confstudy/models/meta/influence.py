"""How a pooled estimate depends on the studies: one left out, one after another, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.meta.pool import pooled
from confstudy.models.meta.result import Meta
from confstudy.models.meta.studies import Studies
from confstudy.models.table import coefficient_table

__all__ = ["Subgroups", "cumulative", "leave_one_out", "subgroups"]


def leave_one_out(found: Meta) -> pd.DataFrame:
    """The pooled estimate without each of the studies.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, of three studies or more, without moderators.

    Returns
    -------
    DataFrame
        ``left_out``, the columns of its table but the term, ``tau2, i2``.

    Notes
    -----
    Estimand: as :func:`confstudy.meta`, of the studies that stay. Assumes: what it assumes.
    Does not show: why a study differs; leaving out those that do biases the rest.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003])
    >>> leave_one_out(found)["estimate"].round(3).tolist()
    [0.231, 0.294, 0.316, 0.15]
    """
    _require_pooled(found, 3)
    rows = [
        (found.studies.labels[i], _again(found, np.arange(found.k) != i)) for i in range(found.k)
    ]
    return _listed("left_out", rows)


def cumulative(found: Meta, order: Sequence[float] | None = None) -> pd.DataFrame:
    """The pooled estimate as the studies come in.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, without moderators.
    order
        (k,) numbers that put them in order, such as years; by default as they stand.

    Returns
    -------
    DataFrame
        ``added``, ``studies``, the columns of its table but the term, ``tau2, i2``. The first
        row is the first study, with its own standard error.

    Notes
    -----
    Estimand: as :func:`confstudy.meta`, of the studies so far. Assumes: what it assumes. Does
    not show: a test at each row would be one of many.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003])
    >>> cumulative(found, [2020, 2018, 2022, 2019])["added"].tolist()
    ['Study 2', 'Study 4', 'Study 1', 'Study 3']
    """
    _require_pooled(found, 2)
    keys = pd.to_numeric(pd.Series(range(found.k) if order is None else list(order)), "coerce")
    if len(keys) != found.k or keys.isna().any():
        raise AnalysisError(f"'order' holds one number for each of the {found.k} studies used.")
    places = np.argsort(keys.to_numpy(dtype=float), kind="stable")
    rows = [(found.studies.labels[places[0]], _alone(found.studies.only(places[:1]), found.level))]
    rows += [
        (found.studies.labels[places[many - 1]], _again(found, places[:many]))
        for many in range(2, found.k + 1)
    ]
    table = _listed("added", rows)
    table.insert(1, "studies", np.arange(1, found.k + 1))
    return table


@dataclass(frozen=True, repr=False)
class Subgroups:
    """Pooled estimates by group, and the test that they are alike.

    Attributes
    ----------
    table
        ``group, studies``, the columns of a table but the term, ``tau2, i2``.
    q, df, p_value
        Of the test: the groups' estimates around their weighted mean.
    """

    table: pd.DataFrame
    q: float
    df: int
    p_value: float

    def __repr__(self) -> str:
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            rows = self.table.to_string(index=False)
        return f"{rows}\nbetween groups: Q({self.df}) = {self.q:.2f}, p = {self.p_value:.4f}"


def subgroups(found: Meta, by: Sequence[object]) -> Subgroups:
    """Pool each group of studies by itself, with its own τ².

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, without moderators.
    by
        (k,): the group of each study used. A group of one study has its own standard error.

    Notes
    -----
    For one common τ² use the group as a moderator instead. The test between groups takes their
    standard errors as known (Borenstein et al. 2009, chapter 19).

    Estimand: the mean true effect of each group of studies. Assumes: as :func:`confstudy.meta`,
    within groups. Does not show: that the group is why they differ.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003])
    >>> subgroups(found, ["online", "ward", "ward", "online"]).df
    1
    """
    _require_pooled(found, 2)
    codes, names = pd.factorize(pd.Series(list(by)), sort=True)
    if len(codes) != found.k or (codes < 0).any():
        raise AnalysisError(f"'by' names the group of each of the {found.k} studies used.")
    rows = []
    for code, name in enumerate(names):
        one = int((codes == code).sum()) == 1
        some = found.studies.only(codes == code)
        rows.append((name, _alone(some, found.level) if one else _again(found, codes == code)))
    table = _listed("group", rows)
    table.insert(1, "studies", np.bincount(codes))
    centre, weight = table["estimate"].to_numpy(float), 1 / table["std_error"].to_numpy(float) ** 2
    q = float(weight @ (centre - np.average(centre, weights=weight)) ** 2)
    df = len(names) - 1
    return Subgroups(table, q, df, float(stats.chi2.sf(q, df)) if df else float("nan"))


def _require_pooled(found: Meta, least: int) -> None:
    if len(found.coefficients) > 1:
        raise AnalysisError("This is for a pooled estimate, without moderators.")
    if found.studies.groups is not None:
        raise AnalysisError("This is for independent studies, without clusters.")
    if found.k < least:
        raise AnalysisError(f"It takes {least} studies or more; there are {found.k}.")


def _again(found: Meta, kept: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> pd.DataFrame:
    """One row: the same analysis of some of the studies."""
    again = pooled(found.studies.only(kept), found.method, found.adjustment, found.level)
    return again.table.assign(tau2=again.tau2, i2=again.i2)


def _alone(studies: Studies, level: float) -> pd.DataFrame:
    """One row: a study by itself."""
    table = coefficient_table(
        ["pooled"], studies.estimates, np.diag(studies.variances), np.inf, level, ()
    )
    return table.assign(tau2=np.nan, i2=np.nan)


def _listed(name: str, rows: Sequence[tuple[object, pd.DataFrame]]) -> pd.DataFrame:
    table = pd.concat([row for _, row in rows], ignore_index=True).drop(columns="term")
    table.insert(0, name, [label for label, _ in rows])
    return table
