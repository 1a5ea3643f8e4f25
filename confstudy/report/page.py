"""What a report notebook writes with: every output is released, or it is an error."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from importlib.metadata import version
from typing import Literal, get_args

import pandas as pd

from confstudy.errors import AnalysisError, unknown
from confstudy.models.fit import Fit
from confstudy.release import front
from confstudy.release.cell import Cell, analysed, everybody
from confstudy.release.counts import check_count
from confstudy.release.decision import Decision, worst
from confstudy.release.dp.private import Private
from confstudy.release.gate import leave
from confstudy.release.ledger.ledger import Ledger
from confstudy.release.piece import OPEN, Piece
from confstudy.release.recorded import check_numbers
from confstudy.release.sentence import check_sentences
from confstudy.release.tally import Tally
from confstudy.report.wording import Number
from confstudy.show.figure import Figure
from confstudy.survey.scoring import Scores
from confstudy.survey.survey import FileRecord, Survey
from confstudy.words import about, percent

__all__ = ["Report"]

_WORDLESS = (
    "A figure needs words for those who do not see it. Figures of cs.plot have them (alt); one of "
    "Matplotlib is released by cs.release.figure(figure, survey, caption=…, alt=…, n=…)."
)
Standing = Literal["exploratory", "registered"]


class Report:
    """The pages of one report on one survey.

    Methods release a :class:`Piece`, which a notebook shows as the last line of a cell: it is
    checked, compared with all that was released of the study before, and written into the
    ledger. Outputs that do not come from here (a frame, a print) make the build fail.

    Parameters
    ----------
    survey
        The survey reported on.
    standing
        Whether the analysis was registered before the data were seen.
    ledger
        Another ledger than the study's own.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> cs.Report(survey).title("Perceived privacy went with trust").kind
    'title'
    """

    def __init__(
        self, survey: Survey, standing: Standing = "exploratory", ledger: Ledger | None = None
    ) -> None:
        if standing not in get_args(Standing):
            raise AnalysisError(unknown("Standings", [standing], get_args(Standing), "a report"))
        self.survey = survey
        self.standing = standing
        self.ledger = ledger

    def _leave(self, piece: Piece) -> Piece:
        return leave(piece, self.survey, self.ledger)

    def title(self, finding: str) -> Piece:
        """The finding in one hedged sentence, as the title of the report."""
        above = escape(self.survey.codebook.title)
        html = f'<p class="eyebrow">{above}</p><h1>{escape(finding)}</h1>'
        decision = check_sentences([finding])
        return self._leave(Piece("title", html, decision, {"title": str(finding)}, "Title"))

    def strip(self, analysis: Fit | int | None = None) -> Piece:
        """What a reader must know first: real or not, how many, how analysed, checked or not.

        Parameters
        ----------
        analysis
            The fit whose respondents are counted; all in the survey if it is left out. A number
            alone does not say who they are: a person must confirm it.
        """
        survey = self.survey
        cells: tuple[Cell, ...] = (everybody(survey.frame),)
        n, decision = survey.n, OPEN
        if isinstance(analysis, int) and analysis != survey.n:
            cells, n = (), analysis
            decision = worst([check_count(n), Decision("review", "declared", "n is given by hand")])
        elif analysis is not None and not isinstance(analysis, int):
            cells, n, decision = analysed(analysis), analysis.n, check_count(analysis.n)
        kind = "SYNTHETIC" if survey.synthetic else "REAL"
        words = [f"n = {n:,}", self._response(n), self.standing, "disclosure check at build"]
        rest = "".join(f"<li>{escape(word)}</li>" for word in words)
        html = f'<ul class="strip"><li class="{kind.lower()}">{kind}</li>{rest}</ul>'
        said = survey.warnings if isinstance(survey, Scores) else ()
        notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
        html += f'<ul class="warnings">{notes}</ul>' if notes else ""
        return self._leave(Piece("strip", html, decision, caption="Strip", cells=cells))

    def _response(self, n: int) -> str:
        survey, rate = self.survey, self.survey.response_rate
        if not rate:
            return "response rate not recorded"
        rows = survey.provenance.rows
        answered = about(rows, n if rows == survey.n else survey.n)
        invited = survey.codebook.fieldwork.invited
        return f"response rate {percent(rate)} ({answered} of {invited:,})"

    def numbers(self, numbers: Sequence[Number]) -> Piece:
        """Numbers with their intervals, large, for the first page.

        Those that the package worded pass; those made by hand a person must read.
        """
        cards = "".join(
            f"<div><dt>{escape(number.label)}</dt><dd><strong>{escape(number.value)}</strong> "
            f"<span>{escape(number.interval)}</span></dd></div>"
            for number in numbers
        )
        decision = check_sentences([number.label for number in numbers])
        html = f'<dl class="numbers">{cards}</dl>'
        return self._leave(Piece("numbers", html, decision, caption="Numbers"))

    def figure(self, figure: Figure) -> Piece:
        """A figure of ``cs.plot`` with its caption and alternative text.

        Without a caption, the first sentence of the alternative text stands under it.

        Raises
        ------
        AnalysisError
            It has no words for those who do not see it, or it is not of ``cs.plot``.

        Examples
        --------
        >>> import confstudy as cs
        >>> report = cs.Report(cs.load("data_synthetic/therapy.parquet"))
        >>> arrow = cs.plot.Arrow("Perceived privacy", "Trust", "0.50", main=True)
        >>> report.figure(cs.plot.paths([arrow], n=600)).caption
        'Path diagram.'
        """
        words = figure.alt.strip() if isinstance(figure, Figure) else ""
        if not words:
            raise AnalysisError(_WORDLESS)
        caption = figure.caption.strip() or f"{words.partition('. ')[0].removesuffix('.')}."
        return front.figure(replace(figure, caption=caption), self.survey, ledger=self.ledger)

    def model(self, fit: Fit, caption: str) -> Piece:
        """A model's coefficients as a table."""
        return front.model(fit, self.survey, caption=caption, ledger=self.ledger)

    def table(
        self,
        table: Tally | pd.DataFrame,
        caption: str,
        *,
        counts: Sequence[str] = (),
        n: int | None = None,
        notes: str = "",
    ) -> Piece:
        """A table of aggregates.

        Parameters
        ----------
        table
            A tally that the package made, or a frame of the notebook's own, which a person
            has to confirm.
        counts
            The columns of a frame that count respondents; rows with a count under ten are
            masked.
        n
            Where no column counts respondents: how many stand behind every number.

        Raises
        ------
        DisclosureRefused
            The rows are respondents' records, or fewer than ten, or nobody knows how many,
            stand behind the numbers.
        """
        frame = table.frame if isinstance(table, Tally) else table
        if frame.empty:
            html = f"<p>{escape(caption)}: none.</p>"
            return self._leave(Piece("text", html, caption=caption))
        return front.declared(
            table, self.survey, caption=caption, counts=counts, n=n, notes=notes,
            ledger=self.ledger,
        )  # fmt: skip

    def points(self, sentences: Sequence[str]) -> Piece:
        """A list of sentences."""
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        html = f"<ul>{items}</ul>"
        return self._leave(Piece("text", html, check_sentences(sentences), caption="Points"))

    def text(self, markdown: str) -> Piece:
        """A paragraph written by hand."""
        return front.text(markdown, self.survey, ledger=self.ledger)

    def record(
        self, name: str, value: float | Private, ci: tuple[float, float] | None = None
    ) -> Piece:
        """Keep a number in the report's ``values.json``, to compare builds by.

        Raises
        ------
        DisclosureRefused
            The number, or an end of its interval, is an answer that fewer than ten gave.

        Examples
        --------
        >>> import confstudy as cs
        >>> survey = cs.load("data_synthetic/therapy.parquet")
        >>> cs.Report(survey).record("respondents", survey.n).decision.status
        'pass'
        """
        low, high = (float(limit) for limit in ci) if ci else (None, None)
        number = value.value if isinstance(value, Private) else float(value)
        told = [] if isinstance(value, Private) else [number]
        decision = check_numbers([*told, *(ci or ())], self.survey)
        kept = {"name": name, "value": number, "conf_low": low, "conf_high": high}
        return self._leave(
            Piece("record", "", decision, {"record": kept}, caption=f"Record {name}")
        )

    def provenance(self) -> Piece:
        """Where the data come from, what was done to them, with which versions."""
        source = self.survey.provenance
        facts = {
            "Data": "; ".join(map(_file_words, source.files)),
            "SHA-256": source.sha256,
            "Codebook": f"{self.survey.codebook.name}: {self.survey.codebook.title}",
            "Protection": source.gate + (f"; {source.recipe}" if source.recipe else ""),
            "Fieldwork": self.survey.codebook.fieldwork.mode or "not recorded",
            "Source": self.survey.codebook.source or "not recorded",
            "Licence": self.survey.codebook.licence or "not recorded",
            "Versions": ", ".join(f"{name} {number}" for name, number in _versions().items()),
        }
        rows = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items())
        html = f'<dl class="provenance">{rows}</dl>'
        return self._leave(Piece("provenance", html, caption="Provenance"))


def _file_words(record: FileRecord) -> str:
    return (
        f"{record.file} ({record.format}), {about(record.rows)} rows, {record.columns} columns, "
        f"{record.left_out} not in the codebook"
    )


def _versions() -> dict[str, str]:
    packages = ("confstudy", "numpy", "pandas", "statsmodels", "formulaic")
    return {"Python": platform.python_version()} | {name: version(name) for name in packages}
