"""Power, and every other diagnosand, over sizes or any other number of a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd

from confstudy.design.batch import Answer
from confstudy.design.declare import Design
from confstudy.design.diagnose import diagnose
from confstudy.design.estimands import Inquiry
from confstudy.design.executors import Executor
from confstudy.design.result import Diagnosis
from confstudy.design.stopping import Until
from confstudy.errors import DeclarationError

__all__ = ["Curve", "power_curve"]


@dataclass(frozen=True, repr=False, eq=False)
class Curve:
    """A diagnosis of a design at several values of its numbers.

    Attributes
    ----------
    points
        One row a design: its name, and the value of each number.
    target
        The power that is wanted.
    """

    diagnosis: Diagnosis
    points: pd.DataFrame
    target: float

    @property
    def over(self) -> list[str]:
        """The numbers that are varied."""
        return [name for name in self.points.columns if name != "design"]

    @property
    def table(self) -> pd.DataFrame:
        """As :attr:`Diagnosis.table`, with a column for each number."""
        return self.points.merge(self.diagnosis.table, on="design", validate="1:m")

    @property
    def long(self) -> pd.DataFrame:
        """As :attr:`Diagnosis.long`, with a column for each number."""
        return self.points.merge(self.diagnosis.long, on="design", validate="1:m")

    def __repr__(self) -> str:
        table = self.table
        shown = table[[*self.over, "estimand", "answer", "usable"]].copy()
        for name in ("power", "coverage", "bias"):
            pairs = zip(table[name], table[f"{name}_mcse"], strict=True)
            shown[name] = [f"{value:.3f} ({error:.3f})" for value, error in pairs]
        failed = int(self.diagnosis.failures["count"].sum())
        lines = [shown.to_string(index=False), f"{failed:,} fits failed." if failed else ""]
        lines += [f"Mind: {doubt}" for doubt in self.diagnosis.doubts]
        return "\n".join(line for line in lines if line)


def power_curve(
    design: Design,
    estimands: Inquiry | Sequence[Inquiry],
    answers: Answer | Sequence[Answer],
    *,
    over: Mapping[str, Sequence[float]],
    target: float = 0.8,
    replications: int | None = None,
    until: Until | None = None,
    null: bool = False,
    level: float = 0.05,
    executor: Executor = None,
    record: str | Path | None = None,
    progress: bool | None = None,
) -> Curve:
    """Diagnose a design at every combination of some numbers, with common random numbers.

    Replication r has the same clients at every value, so that differences along the curve are
    far more precise than its points.

    Parameters
    ----------
    over
        Number → its values, as :meth:`Design.vary` takes them: ``{"clients": [10, 20, 40]}``.
    target
        The power that is wanted, for the figure.
    replications, until, null, level, executor, record, progress
        As in :func:`confstudy.diagnose`.

    Returns
    -------
    Curve
        Draw it by ``cs.plot.power(curve)``.

    Raises
    ------
    DeclarationError
        No values, or a number that the design does not have.

    Examples
    --------
    >>> from confstudy.design.answers import difference
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_arms
    >>> effect, answer = ate("y", arm=("treated", "control")), difference("y", by="arm")
    >>> curve = power_curve(two_arms(0.5, 64, seed=1), effect, answer, over={"n": [60, 120]})
    >>> curve.table["power"].is_monotonic_increasing
    True
    """
    lists = [() if np.ndim(values) != 1 else tuple(values) for values in over.values()]
    if not lists or not all(lists) or not all(isinstance(x, Real) for one in lists for x in one):
        raise DeclarationError("A curve goes over some values, such as over={'n': [100, 200]}.")
    if not 0 < target < 1:
        raise DeclarationError(f"The target lies between 0 and 1, not at {target:g}.")
    rows, designs = [], dict[str, Design]()
    for values in product(*over.values()):
        point = dict(zip(over, values, strict=True))
        name = ", ".join(f"{number} = {value:g}" for number, value in point.items())
        designs[name] = design.vary(**point)
        rows.append({"design": name, **point})
    if len(designs) < len(rows):
        raise DeclarationError("Each value of a curve is given once.")
    found = diagnose(
        designs,
        estimands,
        answers,
        replications=replications,
        until=until,
        null=null,
        level=level,
        executor=executor,
        record=record,
        progress=progress,
    )
    return Curve(found, pd.DataFrame(rows), target)
