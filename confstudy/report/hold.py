"""Which change of a recorded number is so surprising that a person looks before it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from confstudy.errors import did_you_mean
from confstudy.words import number, percent

__all__ = ["Tolerance", "surprises"]


class Tolerance(BaseModel):
    """How much a recorded number may change from one accepted run to the next.

    Every rule that is given must hold.

    Attributes
    ----------
    rel, abs
        The largest change, over the size of the last accepted number (0.2 is a fifth), and as it
        stands.
    sign
        Whether it must stay on its side of ``null``.
    null
        The value of no effect: 0, or 1 for a ratio.
    ci
        ``outside``: it may not leave the interval of the last accepted number. ``apart``: the two
        intervals must overlap.

    Examples
    --------
    >>> Tolerance(rel=0.2, sign=True, null=1).rules
    ['rel', 'sign']
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rel: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    abs: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    sign: bool = False
    null: float = Field(default=0.0, allow_inf_nan=False)
    ci: Literal["outside", "apart"] | None = None

    @property
    def rules(self) -> list[str]:
        """The names of the rules that are given."""
        given = {"rel": self.rel is not None, "abs": self.abs is not None}
        given |= {"sign": self.sign, "ci": self.ci is not None}
        return [name for name, there in given.items() if there]

    @model_validator(mode="after")
    def _some_rule(self) -> Self:
        if not self.rules:
            raise ValueError("give at least one of rel, abs, sign, ci")
        return self


def surprises(
    gates: Mapping[str, Tolerance],
    before: Mapping[str, Mapping[str, Any]] | None,
    now: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Why a build should be held: one sentence for each surprise, without the new numbers.

    Parameters
    ----------
    gates
        Tolerances by the name of a number; ``*`` and ``or_*`` stand for several. A number that is
        named exactly is judged by that gate alone.
    before, now
        The numbers of the last accepted run (None when there is none) and of the new one, by
        name: value, conf_low, conf_high.

    Returns
    -------
    Nothing when the build may be published.

    Examples
    --------
    >>> gates = {"or_privacy": Tolerance(rel=0.2)}
    >>> surprises(gates, {"or_privacy": {"value": 1.5}}, {"or_privacy": {"value": 1.9}})
    ["'or_privacy' changed by more than 20 %."]
    """
    found = [
        f"'{name}' has a gate and was not recorded.{did_you_mean(name, now)}"
        for name in gates
        if not _open(name) and name not in now
    ]
    was = before or {}
    for name in {**was, **now}:
        gate = gates.get(name) or next((g for p, g in gates.items() if fnmatchcase(name, p)), None)
        if gate is None or (name not in now and name in gates):
            continue
        if name not in now:
            found.append(f"'{name}' was recorded in the last accepted run and is missing.")
        elif before is None:
            found += [f"'{name}' is no number."] if _value(now[name]) is None else []
        elif name not in was:
            found.append(f"'{name}' is new: the last accepted run did not record it.")
        else:
            found += [f"'{name}' {what}." for what in _broken(gate, was[name], now[name])]
    return found


def _broken(gate: Tolerance, was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    old, new = _value(was), _value(now)
    if old is None or new is None:
        if old is new:
            return []
        return ["is no number" if new is None else "was no number and is one now"]
    found, size = [], abs(new - old)
    if gate.rel is not None and size > gate.rel * abs(old) + 1e-12 * abs(old):
        found.append(f"changed by more than {percent(gate.rel).replace(chr(0x202F), ' ')}")
    if gate.abs is not None and size > gate.abs + 1e-12 * abs(old):
        found.append(f"changed by more than {number(gate.abs, 3)}")
    if gate.sign and (old - gate.null) * (new - gate.null) < 0:
        found.append(f"moved to the other side of {gate.null:g}")
    if gate.ci is not None:
        found += _by_interval(gate.ci, was, now, new)
    return found


def _by_interval(
    rule: str, was: Mapping[str, Any], now: Mapping[str, Any], new: float
) -> list[str]:
    old = [_value(was, end) for end in ("conf_low", "conf_high")]
    own = [_value(now, end) for end in ("conf_low", "conf_high")] if rule == "apart" else [new, new]
    (low, high), (start, end) = old, own
    if low is None or high is None:
        return ["had no interval in the last accepted run"]
    if start is None or end is None:
        return ["has no interval"]
    if start <= high and low <= end:
        return []
    if rule == "apart":
        return ["has an interval apart from the last accepted one"]
    return ["left the interval of the last accepted run"]


def _value(row: Mapping[str, Any], part: str = "value") -> float | None:
    value = row.get(part)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)


def _open(name: str) -> bool:
    return any(sign in name for sign in "*?[")
