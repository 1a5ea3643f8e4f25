"""The page over all reports, from what is known of each variant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

from confstudy.report.writers.html import TEMPLATES
from confstudy.report.writers.trend import Trend
from confstudy.words import join

__all__ = ["Event", "Group", "Row", "Status", "render_index"]

#: In the order in which the page counts them.
Status = Literal[
    "fresh", "stale", "failed", "held", "refused", "damaged", "never built", "retired", "unknown"
]


@dataclass(frozen=True)
class Event:
    """A line of a variant's history: when, what became of it, why, and where its page is."""

    at: str
    status: str
    reason: str = ""
    link: str = ""


@dataclass(frozen=True)
class Row:
    """A report's variant on the index page.

    Attributes
    ----------
    status
        What a reader must know first; ``unknown`` where nobody could tell.
    finding, variant
        Its latest finding, empty where nothing is published; its parameters.
    link, files
        Where the page is, and other files by their names, such as ``{"PDF": "…/report.pdf"}``.
    built, due
        When the last good build was made, and when the next is due; empty where never.
    notice, reasons
        What is the matter, and why, one sentence each; nothing where all is well.
    trends
        Recorded numbers over builds.
    history
        The last builds and decisions, the newest first.
    """

    status: Status
    finding: str = ""
    variant: str = ""
    link: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    built: str = ""
    due: str = ""
    notice: str = ""
    reasons: Sequence[str] = ()
    trends: Sequence[Trend] = ()
    history: Sequence[Event] = ()

    @property
    def heading(self) -> str:
        """The finding, else what there is to call it by."""
        return self.finding or self.variant or "Nothing published yet"

    @property
    def named(self) -> str:
        """The heading and the variant, for those who hear a link alone."""
        apart = self.variant and self.variant != self.heading
        return f"{self.heading}, {self.variant}" if apart else self.heading


@dataclass(frozen=True)
class Group:
    """The variants of one report."""

    title: str
    rows: Sequence[Row]


def render_index(groups: Sequence[Group], now: datetime | None = None) -> str:
    """The page over all reports.

    Parameters
    ----------
    groups
        One a report, in the order of the page; variants whose status is ``retired`` stand last,
        under a heading of their own.
    now
        When the page is written; the present moment by default.

    Examples
    --------
    >>> page = render_index([Group("Outcomes", [Row("fresh", "Trust rose", link="a.html")])])
    >>> page.count("Trust rose"), "1 fresh" in page
    (1, True)
    """
    moment = now or datetime.now(UTC)
    standing = [(g.title, [r for r in g.rows if r.status != "retired"]) for g in groups]
    retired = [(g.title, row) for g in groups for row in g.rows if row.status == "retired"]
    return TEMPLATES.get_template("index.html").render(
        groups=[(title, rows) for title, rows in standing if rows],
        retired=retired,
        summary=_summary([row for group in groups for row in group.rows]),
        written=f"{moment.day} {moment:%B %Y, %H:%M} UTC",
    )


def _summary(rows: Sequence[Row]) -> str:
    found = Counter(row.status for row in rows)
    counted = [f"{found[status]} {status}" for status in get_args(Status) if found[status]]
    return f"{join(counted)}." if counted else "No report stands in reports.toml."
