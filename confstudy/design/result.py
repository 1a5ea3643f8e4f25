"""What a diagnosis found: a table, every number with its error, what failed, any replication."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from confstudy.design.declare import Design
from confstudy.design.diagnosands import Diagnosand
from confstudy.design.drawing import draw
from confstudy.design.finding import Finding
from confstudy.errors import DeclarationError, unknown

__all__ = ["Diagnosis"]

_SHOWN = ("bias", "rmse", "power", "power_all", "coverage", "false_positives", "type_s", "type_m")


@dataclass(frozen=True, repr=False, eq=False)
class Diagnosis:
    """Designs crossed with estimands and answers, diagnosed by replications.

    Attributes
    ----------
    designs
        By name.
    findings
        One a combination of design, estimand and answer.
    columns
        What the analyses use.
    realised
        Design → response rate, ICC, α, as :func:`confstudy.design.realised.realised` has them.
    stopped
        Design → how many replications were drawn, and why no more.
    doubts
        What a reader of the plan should know.
    """

    designs: Mapping[str, Design]
    findings: tuple[Finding, ...]
    columns: tuple[str, ...]
    realised: Mapping[str, Mapping[str, Diagnosand]]
    stopped: Mapping[str, str]
    doubts: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row a design, estimand and answer.

        ``design, estimand, answer, n_clients, replications, usable, failed, truth``, each
        diagnosand with its ``_mcse``, and ``closed_form`` with the diagnosand it is of.
        """
        return pd.DataFrame([each.row for each in self.findings])

    @property
    def long(self) -> pd.DataFrame:
        """One row a diagnosand: ``value, mcse, conf_low, conf_high``, intervals of 95 %."""
        rows = [
            (*each.label, name, found.value, found.mcse, found.low, found.high)
            for each in self.findings
            for name, found in each.diagnosands.items()
        ]
        names = ["design", "estimand", "answer", "diagnosand"]
        return pd.DataFrame(rows, columns=[*names, "value", "mcse", "conf_low", "conf_high"])

    @property
    def failures(self) -> pd.DataFrame:
        """Why replications gave no estimate, with ``count`` and ``share``; empty if none failed."""
        return pd.concat([each.failures for each in self.findings], ignore_index=True)

    @property
    def conditions(self) -> pd.DataFrame:
        """What the replications look like: ``design, quantity, value, mcse``."""
        rows = [
            (design, quantity, each.value, each.mcse)
            for design, found in self.realised.items()
            for quantity, each in found.items()
        ]
        return pd.DataFrame(rows, columns=["design", "quantity", "value", "mcse"])

    def replay(
        self, rep: int, design: str = "", columns: Collection[str] | None = None
    ) -> pd.DataFrame:
        """The respondents of one replication, exactly as they were analysed.

        Parameters
        ----------
        rep
            From 0.
        design
            Its name; may be left out where there is one.
        columns
            By default those that the analyses use; none for all.
        """
        name = design or next(iter(self.designs))
        if name not in self.designs or (not design and len(self.designs) > 1):
            raise DeclarationError(unknown("Designs", [name], self.designs, "the diagnosis"))
        drawn = max(len(each.found.failed) for each in self.findings if each.design == name)
        if not 0 <= rep < drawn:
            raise DeclarationError(f"Replications of '{name}' are 0 to {drawn - 1:,}, not {rep}.")
        return draw(self.designs[name], rep, self.columns if columns is None else columns)

    def save(self, path: str | Path) -> None:
        """Write designs, estimates and results to one file, which :meth:`load` reads."""
        from confstudy.design.saved import write

        write(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> Diagnosis:
        """Read what :meth:`save` wrote."""
        from confstudy.design.saved import read

        return read(Path(path))

    def __repr__(self) -> str:
        table = self.table
        many = len(self.designs) > 1
        names = [*(["design"] if many else []), "estimand", "answer", "usable", "truth"]
        shown = table[names].copy()
        for name in _SHOWN:
            if table[name].notna().any() and (name != "power_all" or table["failed"].any()):
                shown[name] = [
                    _with_error(*pair)
                    for pair in zip(table[name], table[f"{name}_mcse"], strict=True)
                ]
        shown["truth"] = [f"{value:.4g}" for value in shown["truth"]]
        lines = [shown.to_string(index=False)]
        if not many:
            lines.insert(0, repr(next(iter(self.designs.values()))))
        lines += [f"{name}: {words}" for name, words in self.stopped.items()]
        lines += sorted({f"'{each.answer}' ran as {each.path}" for each in self.findings})
        lines += [_closed(each) for each in self.findings if each.closed]
        failed = self.failures.to_dict("records")
        lines += [f"Failed: {_failed(row)}" for row in failed] or ["No fit failed."]
        realised = [
            f"{row['quantity']} {row['value']:.3f}" for row in self.conditions.to_dict("records")
        ]
        lines += [f"Realised: {', '.join(realised)}"] if realised and not many else []
        return "\n".join([*lines, *(f"Mind: {doubt}" for doubt in self.doubts)])


def _with_error(value: float, error: float) -> str:
    return f"{value:.3f} ({error:.3f})" if value == value else "–"


def _closed(each: Finding) -> str:
    closed = each.closed
    if closed is None:
        return ""
    found = each.diagnosands[closed.diagnosand]
    simulated = _with_error(found.value, found.mcse)
    return (
        f"{closed.diagnosand} of '{each.answer}': {simulated} simulated, "
        f"{closed.value:.4f} by formula ({closed.formula})"
    )


def _failed(row: Mapping[Any, Any]) -> str:
    where = " without effect" if row["under"] == "null" else ""
    return f"'{row['answer']}' in {row['count']} replications{where}: {row['reason']}"
