"""From an executed notebook to its page, and the page over all reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from confstudy.report.notebooks import NotebookNode
from confstudy.report.writers.document import document
from confstudy.report.writers.html import TEMPLATES, render_html
from confstudy.report.writers.trend import Trend

__all__ = ["Row", "render_index", "render_report"]

State = Literal["", "fresh", "stale", "held", "never built"]


@dataclass(frozen=True)
class Row:
    """A report's variant on the index page.

    Attributes
    ----------
    title, finding, variant
        The report, its latest finding, its parameters.
    link, files
        Where the page is, and other files by their names, such as ``{"PDF": "…/report.pdf"}``.
    built, failed, held
        The days of the last good build, and of a newer one that failed or waits for a person.
    state
        Whether the last good build is still what would be built; empty where nobody looked.
    trends
        Recorded numbers over builds.
    """

    title: str
    finding: str
    variant: str = ""
    link: str = ""
    files: Mapping[str, str] | None = None
    built: str = ""
    failed: str = ""
    held: str = ""
    state: State = ""
    trends: Sequence[Trend] = ()

    @property
    def notice(self) -> str:
        """What a reader must know before opening it; empty where all is well."""
        good = "this is the last good one" if self.link else "there is no good one yet"
        if self.failed:
            return f"The latest build failed on {self.failed}; {good}."
        if self.held:
            return f"A new build of {self.held} is held for review; {good}."
        if self.state == "stale" and self.link:
            return "Something changed since: build it anew before citing it."
        return ""


def render_report(
    notebook: NotebookNode, pieces: list[dict[str, Any]], fallback: str, built: datetime
) -> str:
    """The report as self-contained HTML."""
    return render_html(document(notebook, pieces, fallback, built)).decode()


def render_index(rows: Sequence[Row | Mapping[str, Any]], now: datetime | None = None) -> str:
    """The page over all reports.

    Parameters
    ----------
    rows
        One a variant; as :class:`Row` or its attributes by name.
    now
        When the page is written; the present moment by default.

    Examples
    --------
    >>> page = render_index([Row("Outcomes", "Trust rose", link="a/latest/report.html")])
    >>> page.count("Trust rose")
    1
    """
    listed = [row if isinstance(row, Row) else Row(**row) for row in rows]
    moment = now or datetime.now(UTC)
    day = f"{moment.day} {moment:%B %Y, %H:%M} UTC"
    return TEMPLATES.get_template("index.html").render(rows=listed, written=day)
