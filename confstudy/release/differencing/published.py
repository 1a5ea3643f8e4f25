"""A number as the ledger remembers it: what it is of, and which respondents stand behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["Published"]


@dataclass(frozen=True, repr=False, eq=False)
class Published:
    """A number of an output that left, or is about to leave.

    Attributes
    ----------
    label, quantity, of, shown, exact
        As in :class:`~confstudy.release.cell.Cell`.
    members
        (bytes,) the respondents behind it: bits over respondent numbers, as ``np.packbits`` makes
        them. Those of a shorter one end with zeros.
    output, at
        What the output is called, and when it left.
    table
        Which output it belongs to, as a number.

    Raises
    ------
    AnalysisError
        The members are not packed bits.

    Examples
    --------
    >>> Published("all", "count", (), np.packbits(np.ones(12, bool)), output="Table 1").n
    12
    """

    label: str
    quantity: str
    of: tuple[str, ...]
    members: NDArray[np.uint8]
    shown: bool = True
    exact: bool = True
    output: str = ""
    at: str = ""
    table: int = 0

    def __post_init__(self) -> None:
        if self.members.dtype != np.uint8 or self.members.ndim != 1:
            raise AnalysisError(
                "The members of a published number are packed bits in one dimension: "
                "np.packbits of a boolean over respondent numbers."
            )

    @property
    def n(self) -> int:
        """How many respondents stand behind it."""
        return int(np.bitwise_count(self.members).sum())

    @property
    def known(self) -> bool:
        """Whether a reader can calculate with it."""
        return self.shown and self.exact

    def __repr__(self) -> str:
        return f"Published({self.label}: {self.quantity})"
