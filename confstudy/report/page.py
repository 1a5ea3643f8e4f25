"""What a report notebook writes with: every output is released, or it is an error."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from typing import Literal

import mistune
import pandas as pd

from confstudy.errors import DisclosureRefused
from confstudy.models.fit import Fit
from confstudy.release.counts import check_count, masked_counts
from confstudy.release.decision import Decision
from confstudy.release.model import check_model
from confstudy.report.outcomes import Number
from confstudy.report.piece import Piece
from confstudy.show.figure import Figure
from confstudy.show.tables import Table, model_table
from confstudy.show.words import percent, term_labels
from confstudy.survey.survey import Survey

__all__ = ["Report"]

_MARKDOWN = mistune.create_markdown(escape=True)
Standing = Literal["exploratory", "registered"]


class Report:
    """The pages of one report on one survey.

    Methods return a :class:`Piece`, which a notebook shows as the last line of a cell.
    Outputs that do not come from here (a frame, a print) make the build fail.

    Parameters
    ----------
    survey
        The survey reported on.
    standing
        Whether the analysis was registered before the data were seen.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> cs.Report(survey).title("Perceived privacy went with trust").kind
    'title'
    """

    def __init__(self, survey: Survey, standing: Standing = "exploratory") -> None:
        self.survey = survey
        self.standing = standing

    def title(self, finding: str) -> Piece:
        """The finding in one hedged sentence, as the title of the report."""
        above = escape(self.survey.codebook.title)
        html = f'<p class="eyebrow">{above}</p><h1>{escape(finding)}</h1>'
        return Piece("title", html, data={"title": finding})

    def strip(self, n: int | None = None) -> Piece:
        """What a reader must know first: real or not, how many, how analysed, checked or not."""
        survey = self.survey
        kind = "SYNTHETIC" if survey.synthetic else "REAL"
        rate = survey.response_rate
        response = (
            f"response rate {percent(rate)} ({survey.provenance.rows:,} of "
            f"{survey.codebook.fieldwork.invited:,})"
            if rate
            else "response rate not recorded"
        )
        words = [f"n = {n or survey.n:,}", response, self.standing, "disclosure check at build"]
        rest = "".join(f"<li>{escape(word)}</li>" for word in words)
        html = f'<ul class="strip"><li class="{kind.lower()}">{kind}</li>{rest}</ul>'
        return Piece("strip", html)

    def numbers(self, numbers: Sequence[Number]) -> Piece:
        """Numbers with their 95 % intervals, large; they are recorded as well."""
        cards = "".join(
            f"<div><dt>{escape(number.label)}</dt><dd><strong>{escape(number.value)}</strong> "
            f"<span>{escape(number.interval)}</span></dd></div>"
            for number in numbers
        )
        return Piece("numbers", f'<dl class="numbers">{cards}</dl>')

    def figure(self, figure: Figure) -> Piece:
        """A figure with its caption and alternative text."""
        return Piece("figure", figure.html, figure.decision, {"alt": figure.alt})

    def model(self, fit: Fit, caption: str) -> Piece:
        """A model's coefficients as a table."""
        decision = check_model(fit)
        decision.require("The model")
        labels = term_labels(fit, self.survey.codebook)
        ratio = fit.family.name != "ols"
        shown = model_table(fit.table, labels, ratio=ratio)
        notes = f"{fit.formula}; {fit.family.name}; n = {fit.n:,}; standard errors {fit.errors}"
        notes += f"; {fit.clusters} clusters" if fit.clusters else ""
        notes += f". Not to be used: {'; '.join(fit.problems)}." if fit.problems else "."
        return Piece("table", Table(shown, caption, notes).html, decision)

    def table(
        self,
        frame: pd.DataFrame,
        caption: str,
        *,
        counts: Sequence[str] = (),
        n: int | None = None,
        notes: str = "",
    ) -> Piece:
        """A table of aggregates.

        Parameters
        ----------
        counts
            The columns that count respondents; counts under ten are masked, and other
            numbers in their rows left out.
        n
            Where no column counts respondents: how many stand behind every number.

        Raises
        ------
        DisclosureRefused
            Neither is given, or fewer than ten respondents stand behind the numbers.
        """
        if frame.empty:
            return self.text(f"{caption}: none.")
        if not counts and n is None:
            raise DisclosureRefused(
                f"Table '{caption}': say which columns count respondents (counts=[…]), or how "
                "many stand behind every number (n=…)."
            )
        decision = Decision("pass", "threshold", "counts under 10 are masked")
        if n is not None:
            decision = check_count(n)
            decision.require(f"Table '{caption}'")
        return Piece("table", Table(masked_counts(frame, counts), caption, notes).html, decision)

    def text(self, markdown: str) -> Piece:
        """A paragraph or list that depends on the results."""
        return Piece("text", str(_MARKDOWN(markdown)))

    def record(self, name: str, value: float, ci: tuple[float, float] | None = None) -> Piece:
        """Keep a number in the report's ``values.json``, to compare builds by."""
        low, high = (float(limit) for limit in ci) if ci else (None, None)
        kept = {"name": name, "value": float(value), "conf_low": low, "conf_high": high}
        return Piece("record", "", data={"record": kept})

    def provenance(self) -> Piece:
        """Where the data come from, what was done to them, with which versions."""
        source = self.survey.provenance
        facts = {
            "Data": f"{source.file} ({source.format}), {source.rows:,} rows, "
            f"{source.columns} columns, {source.left_out} not in the codebook",
            "SHA-256": source.sha256,
            "Codebook": f"{self.survey.codebook.name}: {self.survey.codebook.title}",
            "Protection": source.gate,
            "Fieldwork": self.survey.codebook.fieldwork.mode or "not recorded",
            "Source": self.survey.codebook.source or "not recorded",
            "Licence": self.survey.codebook.licence or "not recorded",
            "Versions": ", ".join(f"{name} {number}" for name, number in _versions().items()),
        }
        rows = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items())
        return Piece("provenance", f'<dl class="provenance">{rows}</dl>')


def _versions() -> dict[str, str]:
    packages = ("confstudy", "numpy", "pandas", "statsmodels", "formulaic")
    return {"Python": platform.python_version()} | {name: version(name) for name in packages}
