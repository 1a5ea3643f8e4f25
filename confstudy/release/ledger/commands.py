"""The verbs ``confstudy ledger show`` and ``confstudy ledger verify``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from confstudy.errors import AnalysisError, unknown
from confstudy.release.decision import THRESHOLD
from confstudy.release.ledger.entry import Output
from confstudy.release.ledger.ledger import Ledger

__all__ = ["show", "verify"]

Say = Callable[[str], object]


def show(folder: Path, say: Say, *, study: str | None = None, last: int = 20) -> None:
    """Say the last outputs of a ledger, a line each; never who stands behind them.

    Raises
    ------
    AnalysisError
        Nothing was released from ``study``, but from others.
    """
    outputs = Ledger(folder).outputs
    studies = list(dict.fromkeys(output.study for output in outputs))
    if study is not None and studies and study not in studies:
        raise AnalysisError(unknown("Studies", [study], studies, "the ledger"))
    wanted = [output for output in outputs if study is None or output.study == study]
    for output in wanted[max(0, len(wanted) - last) :]:
        say(_line(output))
    shown = min(max(last, 0), len(wanted))
    say(f"{shown} of {len(wanted)} outputs" if wanted else "nothing was released yet")


def verify(folder: Path, say: Say) -> int:
    """Say whether a ledger is whole: 0 if it is, 1 with what is wrong and what to do."""
    ledger = Ledger(folder)
    found = ledger.verify()
    for problem in found:
        say(str(problem))
    if not found:
        say(f"whole: {len(ledger.entries)} entries, {len(ledger.outputs)} outputs")
    return 1 if found else 0


def _line(output: Output) -> str:
    decision = f"{output.decision.status} ({output.decision.rule})"
    shown = [cell.n for cell in output.cells if cell.shown]
    smallest = ""
    if shown:
        words = f"{THRESHOLD}+" if min(shown) >= THRESHOLD else f"under {THRESHOLD}"
        smallest = f", smallest n {words}"
    cells = f"{len(output.cells)} cell{'s' * (len(output.cells) != 1)}"
    return f"{output.at}  {output.study}  {output.output}  {decision}  {cells}{smallest}"
