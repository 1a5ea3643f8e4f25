"""When enough replications are enough: at a wanted Monte Carlo standard error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from confstudy.design.diagnosands import DIAGNOSANDS, SHARES, Diagnosand, Replications
from confstudy.design.task import CHUNK
from confstudy.errors import DeclarationError, unknown

__all__ = ["Until", "mcse"]


@dataclass(frozen=True)
class Until:
    """Wanted Monte Carlo standard errors, by diagnosand, and the bounds of replications."""

    targets: tuple[tuple[str, float], ...]
    least: int = 1_000
    most: int = 100_000

    def lacking(self, found: Sequence[Replications]) -> float:
        """How many times as many replications it needs; 1 or less where the errors are met.

        Infinite where a diagnosand has no value yet.
        """
        return max(
            (_error(name, each) / target) ** 2 for each in found for name, target in self.targets
        )

    def expected(self, done: int, lacking: float) -> int:
        """After how many replications the errors should be met, as whole chunks."""
        wanted = min(done * lacking, self.most)
        return min(self.most, max(done + CHUNK, math.ceil(wanted / CHUNK) * CHUNK))

    def __str__(self) -> str:
        return " and ".join(f"MCSE of {name} ≤ {target:g}" for name, target in self.targets)


def mcse(*, least: int = 1_000, most: int = 100_000, **targets: float) -> Until:
    """Draw replications until Monte Carlo standard errors are small enough.

    Errors are looked at after every 500 replications, from ``least`` on. A share near 0 or 1
    is not believed to be exact: its error counts as 2/R at least.

    Parameters
    ----------
    least, most
        Replications in all.
    targets
        Diagnosand → wanted error, such as ``power=0.005``.

    Raises
    ------
    DeclarationError
        An unknown diagnosand, or errors or bounds that cannot be met.

    Examples
    --------
    >>> print(mcse(power=0.005, bias=0.01))
    MCSE of power ≤ 0.005 and MCSE of bias ≤ 0.01
    """
    strange = [name for name in targets if name not in DIAGNOSANDS]
    if strange:
        raise DeclarationError(unknown("Diagnosands", strange, list(DIAGNOSANDS), "a diagnosis"))
    if not targets or min(targets.values()) <= 0 or not CHUNK <= least <= most:
        raise DeclarationError(
            "'mcse' takes an error above 0 of a diagnosand or more, such as power=0.005, and "
            f"'least' and 'most' replications, {CHUNK} or more."
        )
    return Until(tuple(targets.items()), least, most)


def _error(name: str, found: Replications) -> float:
    if not len(found.estimate):
        return math.inf
    measured: Diagnosand = DIAGNOSANDS[name](found)
    if math.isnan(measured.mcse):
        return math.inf
    return max(measured.mcse, 2 / found.requested) if name in SHARES else measured.mcse
