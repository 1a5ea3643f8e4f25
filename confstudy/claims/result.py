"""What testing a claim comes to, in numbers and in hedged words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

__all__ = ["ClaimResult", "Verdict", "verdict_of"]

Verdict = Literal["supported", "against", "inconclusive"]


@dataclass(frozen=True, repr=False)
class ClaimResult:
    """Estimates that bear on a claim, the first of them deciding.

    ``table`` has one row an estimand: ``estimand, estimate, std_error, statistic, df, p_value,
    conf_low, conf_high, unit, key``. The key names the estimand of the bundled model, in the same
    unit; it is empty where the model declares none.
    """

    claim: str
    verdict: Verdict
    table: pd.DataFrame
    n: int
    assumes: str
    does_not_show: str

    def __repr__(self) -> str:
        lines = [
            f"  {row['estimand']}: {row['estimate']:.3f} "
            f"[{row['conf_low']:.3f}, {row['conf_high']:.3f}] {row['unit']}"
            for row in self.table.to_dict("records")
        ]
        head = f"{self.claim}: {self.verdict} (n = {self.n:,})"
        tail = [f"  Assumes: {self.assumes}", f"  Does not show: {self.does_not_show}"]
        return "\n".join([head, *lines, *tail])


def verdict_of(sign: str, conf_low: float, conf_high: float) -> Verdict:
    """Whether an interval speaks for the hypothesised sign, against it, or for neither.

    >>> verdict_of("negative", -0.4, -0.1)
    'supported'
    """
    if sign == "negative":
        conf_low, conf_high = -conf_high, -conf_low
    if conf_low > 0 or (sign == "two-sided" and conf_high < 0):
        return "supported"
    return "against" if conf_high < 0 else "inconclusive"
