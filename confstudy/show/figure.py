"""A figure that carries its words: what it shows, for those who see it and those who do not."""

from __future__ import annotations

import base64
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from confstudy.release.cell import Cell
from confstudy.release.counts import check_count
from confstudy.release.decision import Decision
from confstudy.show.theme import svg

__all__ = ["Figure"]


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawing of released numbers.

    Attributes
    ----------
    canvas
        The Matplotlib figure, to save in another format. What is published is what it was when
        the figure was made: nothing that is drawn on it later.
    alt
        What the figure shows, in words, with its numbers.
    caption
        What stands under it.
    table
        The numbers drawn.
    smallest
        How many respondents the smallest of them stands for.
    cells
        The respondents behind the numbers, to compare with what was released before.
    """

    canvas: Canvas
    alt: str
    caption: str
    table: pd.DataFrame
    smallest: int
    cells: tuple[Cell, ...] = ()
    _made: Canvas = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_made", deepcopy(self.canvas))

    @property
    def decision(self) -> Decision:
        """Whether the figure may leave."""
        return check_count(self.smallest)

    @property
    def html(self) -> str:
        """The figure as one HTML element with its alternative text and caption."""
        self.decision.require("The figure")
        data = base64.b64encode(svg(self._made).encode()).decode()
        return (
            f'<figure><img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}">'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"
