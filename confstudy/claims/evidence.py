"""What others have published on a claim: for it, against it, and what can be pooled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict
from scipy import stats

from confstudy.claims.registry import claims
from confstudy.claims.result import verdict_of
from confstudy.codebook.lines import parse_yaml
from confstudy.errors import DeclarationError
from confstudy.models.meta.pool import meta
from confstudy.models.meta.published import published
from confstudy.models.meta.result import Meta

__all__ = ["Evidence", "Result", "evidence_for", "results"]

Metric = Literal["log OR", "z", "d", "log odds"]
_HEADS = {
    "for": "For the claim",
    "against": "Against the claim",
    "no effect": "No effect found",
    "unclear": "Unclear: the interval includes no effect",
    "context": "Beside the claim",
}
_NORMAL = float(stats.norm.ppf(0.975))
_MISSING = float("nan")


class Check(BaseModel):
    """A printed number, and the printed numbers ``by`` which it can be recomputed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    printed: str
    by: str
    note: str = ""


class Result(BaseModel):
    """One published result; ``published.yaml`` says what its fields are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    source: str
    citation: str
    design: str
    quantity: str
    claims: dict[str, Literal["positive", "negative", "context"]]
    verified: bool
    effect: str = ""
    found: Literal["positive", "negative", "none", ""] = ""
    group: str = ""
    apart: str = ""
    note: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def measured(self) -> tuple[Metric | Literal[""], float, float]:
        """The metric, the estimate and its standard error; missing where none is printed."""
        if not self.effect:
            return "", _MISSING, _MISSING
        kind, *numbers = self.effect.split()
        return _EFFECTS[kind](*map(float, numbers))


@dataclass(frozen=True, repr=False)
class Evidence:
    """What is published on a claim.

    Attributes
    ----------
    table
        One row a result: ``id, source, quantity, design, metric, estimate, std_error, conf_low,
        conf_high, d, stance, verified, pooled, left_out, note, citation``. Estimates are log odds
        ratios, Fisher's z, standardised differences or the log odds of a share; ``d`` is the same
        as a standardised difference. ``stance`` is what the result says of the claim.
    pools
        Group → meta-analysis of its results.
    """

    claim: str
    text: str
    table: pd.DataFrame
    pools: dict[str, Meta]

    @property
    def pooled(self) -> pd.DataFrame:
        """One row a group: ``group, k, estimate, conf_low, conf_high, pred_low, pred_high, tau2``.

        By REML with Knapp–Hartung intervals, on the scale of the group's metric.
        """
        names = "group k estimate conf_low conf_high pred_low pred_high tau2".split()
        rows = [
            (group, found.k, *found.predict().drop(columns="std_error").iloc[0], found.tau2)
            for group, found in self.pools.items()
        ]
        return pd.DataFrame(rows, columns=names)

    @property
    def left_out(self) -> pd.DataFrame:
        """The results that were not pooled: ``id, source, left_out``."""
        return self.table.loc[~self.table["pooled"], ["id", "source", "left_out"]]

    def __repr__(self) -> str:
        head = f"{self.claim} · {self.text}"
        if self.table.empty:
            return f"{head}\n  No published result is on record."
        lines = [head]
        for stance, words in _HEADS.items():
            rows = self.table[self.table["stance"] == stance].to_dict("records")
            lines += [f"  {words}"] * bool(rows) + [f"    {_said(row)}" for row in rows]
        for group, found in self.pools.items():
            metric = self.table.loc[self.table["pooled"], ["id", "metric"]].set_index("id")
            scale = str(metric.loc[found.studies.labels[0], "metric"])
            row = found.predict().iloc[0]
            lines.append(
                f"  Pooled, {group} ({found.k} results): {_numbers(scale, *row.iloc[[0, 2, 3]])}; "
                f"a new study's: {_range(scale, row['pred_low'], row['pred_high'])}"
            )
        count = int((~self.table["pooled"]).sum())
        return "\n".join([*lines, f"  Not pooled: {count} of {len(self.table)}; see .left_out"])


def evidence_for(claim: str) -> Evidence:
    """Gather what is published on a claim, for and against, and pool what is comparable.

    Parameters
    ----------
    claim
        An id, such as ``C21``.

    Returns
    -------
    Evidence
        With ``.table``, ``.pooled`` and ``.left_out``.

    Raises
    ------
    DeclarationError
        There is no such claim.

    Notes
    -----
    Estimand: each result's own; pooled, the mean of the true effects of a group's studies.
    Assumes: what is printed is right; results of a group measure the same thing.
    Does not show: what was never published; that clients in therapy are like those who were
    studied, many of them adolescents or survey panels. A stance says whether an interval excludes
    no effect (where none is printed, only the sign), not whether a study was good.

    Results pool only where their ``group`` in ``published.yaml`` is the same, they have a standard
    error, were read in their source (``verified``) and share no respondents. Two results give a
    Knapp–Hartung interval with one degree of freedom, which is wide. Log odds ratios become d by
    √3/π (Hasselblad and Hedges 1995).

    Examples
    --------
    >>> found = evidence_for("C11")
    >>> found.table.groupby("stance").size().to_dict()
    {'against': 3, 'no effect': 1}
    """
    chosen = claims(claim)
    found = [one for one in results() if chosen.id in one.claims]
    groups = _pooled_together(found)
    rows = [_row(one, one.claims[chosen.id], groups) for one in found]
    pools = {
        group: meta(
            [one.measured[1] for one in members],
            std_errors=[one.measured[2] for one in members],
            labels=[one.id for one in members],
        )
        for group, members in groups.items()
        if len(members) > 1
    }
    table = pd.DataFrame(rows, columns=_COLUMNS).astype({"verified": bool, "pooled": bool})
    return Evidence(chosen.id, chosen.claim, table, pools)


_COLUMNS = (
    "id source quantity design metric estimate std_error conf_low conf_high d stance verified "
    "pooled left_out note citation"
).split()


def _pooled_together(found: list[Result]) -> dict[str, list[Result]]:
    """Group → the results that may be pooled: verified, with an error, one a sample."""
    groups: dict[str, list[Result]] = {}
    for one in found:
        members = groups.setdefault(one.group, []) if one.group else []
        usable = one.verified and np.isfinite(one.measured[2])
        if usable and one.source not in {other.source for other in members}:
            members.append(one)
    return groups


def _left_out(one: Result, groups: dict[str, list[Result]]) -> str:
    members = groups.get(one.group, [])
    if not one.verified:
        return "UNVERIFIED: not read in the source's own text"
    if not one.group:
        return one.apart
    if one not in members:
        twin = [other.id for other in members if other.source == one.source]
        return f"shares its respondents with {twin[0]}" if twin else "no standard error"
    return "" if len(members) > 1 else "nothing from other respondents to pool it with"


def _row(one: Result, sign: str, groups: dict[str, list[Result]]) -> dict[str, object]:
    metric, estimate, error = one.measured
    low, high = estimate - _NORMAL * error, estimate + _NORMAL * error
    left_out = _left_out(one, groups)
    return {
        **one.model_dump(include={"id", "source", "quantity", "design", "verified", "citation"}),
        "metric": metric,
        "estimate": estimate,
        "std_error": error,
        "conf_low": low,
        "conf_high": high,
        "d": _AS_D[metric](estimate) if metric in _AS_D else _MISSING,
        "stance": _stance(one, sign, estimate, low, high),
        "pooled": not left_out,
        "left_out": left_out,
        "note": one.note,
    }


def _stance(one: Result, sign: str, estimate: float, low: float, high: float) -> str:
    if sign == "context":
        return "context"
    if np.isfinite(low):
        verdict = verdict_of(sign, low, high)
        return {"supported": "for", "inconclusive": "unclear"}.get(verdict, "against")
    if one.found == "none":
        return "no effect"
    found = one.found or ("positive" if estimate > 0 else "negative")
    return "for" if found == sign else "against"


def _said(row: dict[Hashable, Any]) -> str:
    mark = "" if row["verified"] else "  UNVERIFIED"
    numbers = [row[name] for name in ("metric", "estimate", "conf_low", "conf_high")]
    size = f": {_numbers(*numbers)}" if row["metric"] else ""
    return f"{row['source']}, {row['quantity']}{size}{mark}"


def _numbers(metric: str, estimate: float, low: float, high: float) -> str:
    """An estimate as papers print it, with its interval where there is one."""
    name, back = _SHOWN[metric]
    limits = f" {_range(metric, low, high)}" if np.isfinite(low) else ""
    return f"{name} {back(estimate):.2f}{limits}"


def _range(metric: str, low: float, high: float) -> str:
    back = _SHOWN[metric][1]
    return f"[{back(low):.2f}, {back(high):.2f}]"


@lru_cache(maxsize=1)
def results() -> tuple[Result, ...]:
    """Every published result on record, in the order of ``published.yaml``."""
    text = (files("confstudy.claims") / "published.yaml").read_text("utf-8")
    content = parse_yaml(text, "published.yaml", DeclarationError).content
    return tuple(Result(id=name, **entry) for name, entry in content.items())


def _limits(to: Callable[[float], float], low: float, high: float) -> float:
    return (to(high) - to(low)) / (2 * _NORMAL)


def _cells(*cells: float) -> tuple[Metric, float, float]:
    row = published("OR", cells[:2], cells[2:]).iloc[0]
    return "log OR", float(row["estimate"]), float(np.sqrt(row["variance"]))


def _share(events: float, n: float) -> tuple[Metric, float, float]:
    row = published("PLO", (events, n)).iloc[0]
    return "log odds", float(row["estimate"]), float(np.sqrt(row["variance"]))


_EFFECTS: dict[str, Callable[..., tuple[Metric, float, float]]] = {
    "cells": _cells,
    "shares": lambda p, n, q, m: _cells(p * n, n, q * m, m),
    "ratio": lambda ratio, low, high: ("log OR", float(np.log(ratio)), _limits(np.log, low, high)),
    "log_ratio": lambda estimate, error: ("log OR", estimate, error),
    "correlation": lambda r, low, high: ("z", float(np.arctanh(r)), _limits(np.arctanh, low, high)),
    "difference": lambda d: ("d", d, _MISSING),
    "share": _share,
}
_AS_D: dict[str, Callable[[float], float]] = {
    "log OR": lambda value: value * float(np.sqrt(3)) / float(np.pi),
    "z": lambda value: 2 * float(np.sinh(value)),
    "d": float,
}
_SHOWN: dict[str, tuple[str, Callable[[float], float]]] = {
    "log OR": ("odds ratio", lambda value: float(np.exp(value))),
    "z": ("r", lambda value: float(np.tanh(value))),
    "d": ("d", float),
    "log odds": ("share", lambda value: float(1 / (1 + np.exp(-value)))),
}
