"""What is done with a range of replications: draw them, analyse them, keep the estimates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from confstudy.design.batch import Answer, Estimates
from confstudy.design.declare import Design
from confstudy.design.drawing import draw_batch
from confstudy.design.estimands import Inquiry
from confstudy.design.scales import scale_of
from confstudy.design.working import Result

__all__ = ["CHUNK", "Task", "chunks", "estimates_of", "joined"]

#: Replications in a chunk, whatever the workers.
CHUNK = 500
#: Clients that are drawn at once at the most, so that a chunk of large studies fits in memory.
_ROWS = 250_000


@dataclass(frozen=True, repr=False)
class Task:
    """Analyses of a design; called with a range of replications, it gives their estimates.

    The same range gives the same bits in any process. It can be pickled.

    Attributes
    ----------
    null
        Whether each replication is also analysed as it would be without the effect.
    """

    design: Design
    asked: tuple[Inquiry, ...]
    answers: tuple[Answer, ...]
    null: bool = False

    def __call__(self, first: int, count: int) -> Result:
        """Estimates of replications ``first`` to ``first + count``; see :func:`estimates_of`."""
        size = max(1, min(count, _ROWS // self.design.n))
        ends = [*range(first, first + count, size), first + count]
        return joined([self._part(a, b - a) for a, b in pairwise(ends)])

    @property
    def columns(self) -> tuple[str, ...]:
        """What is drawn: all that any of the answers needs."""
        return tuple(dict.fromkeys(name for answer in self.answers for name in answer.columns))

    @property
    def key(self) -> str:
        """Equal for tasks that give the same estimates."""
        parts = [self.design.key, [_told(part) for part in (*self.asked, *self.answers)], self.null]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _part(self, first: int, count: int) -> Result:
        found: Result = {}
        batch = draw_batch(self.design, first, count, self.columns)
        for i, asked in enumerate(self.asked):
            twin = None
            if self.null and asked.cause:
                cause = _variable(self.design, asked.cause)
                twin = draw_batch(self.design, first, count, self.columns, null=cause)
            for j, answer in enumerate(self.answers):
                analysed = answer.estimates(batch, cause=asked)
                found |= {f"{i}.{j}.{k.name}": getattr(analysed, k.name) for k in fields(analysed)}
                if twin is not None:
                    without = answer.estimates(twin, cause=asked)
                    found |= {
                        f"{i}.{j}.null_{name}": getattr(without, name)
                        for name in ("p_value", "failed")
                    }
        return found


def chunks(first: int, last: int) -> list[tuple[int, int]]:
    """(first, count) of the chunks from one replication up to another.

    >>> chunks(0, 1200)
    [(0, 500), (500, 500), (1000, 200)]
    """
    return [(start, min(CHUNK, last - start)) for start in range(first, last, CHUNK)]


def joined(parts: Sequence[Result]) -> Result:
    """The estimates of ranges that follow each other."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def estimates_of(whole: Result, asked: int, answer: int) -> Estimates:
    """The estimates of one estimand (by its place) by one answer (by its place)."""
    return Estimates(
        **{each.name: whole[f"{asked}.{answer}.{each.name}"] for each in fields(Estimates)}
    )


def _variable(design: Design, cause: str) -> str:
    scale = scale_of(design, cause)
    return design.variable(cause) if scale is None else scale.of


def _told(part: Any) -> Any:
    """A part in plain words and numbers, which equal parts have in common."""
    if is_dataclass(part):
        return [type(part).__name__, *(_told(getattr(part, each.name)) for each in fields(part))]
    if isinstance(part, dict):
        return [[_told(name), _told(value)] for name, value in part.items()]
    if isinstance(part, list | tuple):
        return [_told(each) for each in part]
    return part if isinstance(part, str | int | float | bool | None) else repr(part)
