"""The pages of a report on a design: of its replications, never of respondents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from importlib.metadata import version

import pandas as pd

from confstudy.claims.power import NOT_YET, Needed
from confstudy.claims.registry import claims
from confstudy.codebook.schema import Codebook
from confstudy.design.declare import Design
from confstudy.design.find import Size
from confstudy.release.decision import Decision
from confstudy.release.gate import leave
from confstudy.release.html import Table
from confstudy.release.ledger.ledger import Ledger
from confstudy.release.piece import OPEN, Piece
from confstudy.report.gate import NOT_WRITTEN
from confstudy.report.power import Power
from confstudy.show import power as figures
from confstudy.show.figure import Figure
from confstudy.survey.survey import FileRecord, Provenance, Survey
from confstudy.words import interval, number, percent

__all__ = ["PowerReport"]

_NAMES = {
    "bias": "Bias",
    "rmse": "Root mean squared error",
    "sd_estimate": "SD of the estimates",
    "mean_se": "Mean standard error",
    "power": "Power",
    "false_positives": "False positives without the effect",
    "coverage": "Coverage of the intervals",
    "type_s": "Wrong sign, of significant ones",
    "type_m": "Exaggeration, of significant ones",
}
_UNREACHED = "no size up to 100,000 clients was found that has the wanted power"
_BY_HAND = Decision("review", "wording", "names of the design are written by hand: read them")


class PowerReport:
    """The pages of a report on a design.

    It takes results of designs only: nothing that was measured of anybody can get into it.
    Its outputs stand in the ledger as those of nobody, beside simulated ones.

    Parameters
    ----------
    power
        Of :func:`claim_power` or :func:`design_power`.
    ledger
        Another ledger than the study's own.

    Examples
    --------
    >>> from confstudy.report.power import claim_power
    >>> study = claim_power("C01", 90)
    >>> PowerReport(study).strip().decision.reason
    'nothing about respondents is shown'
    """

    def __init__(self, power: Power, ledger: Ledger | None = None) -> None:
        self.power = power
        self.ledger = ledger
        self._nobody = _nobody(power.design)

    def _leave(self, piece: Piece) -> Piece:
        decision = _BY_HAND if self.power.by_hand else OPEN
        return leave(replace(piece, decision=decision), self._nobody, self.ledger)

    def _table(self, frame: pd.DataFrame, caption: str, notes: str = "") -> Piece:
        html = Table(frame, caption, notes).html
        return self._leave(Piece("table", html, caption=caption, frame=frame))

    def _figure(self, figure: Figure) -> Piece:
        data = {"alt": figure.alt}
        return self._leave(Piece("figure", figure.html, data=data, caption=figure.caption))

    def title(self) -> Piece:
        """The size it takes, as the title of the report."""
        power, size = self.power, self.power.size
        finding = (
            f"{power.question}: about {size.value:,.0f} clients for {percent(power.wanted)} power"
        )
        above = escape(power.design.structure.title or power.design.structure.name)
        html = f'<p class="eyebrow">{above}</p><h1>{escape(finding)}</h1>'
        return self._leave(Piece("title", html, data={"title": finding}, caption="Title"))

    def strip(self) -> Piece:
        """What a reader must know first: nobody was asked, how large the plan is."""
        drawn = len(self.power.found.findings[0].found.failed)
        words = [
            f"n = {self.power.design.n:,} planned", "no respondents", f"{drawn:,} replications",
            "disclosure check at build",
        ]  # fmt: skip
        rest = "".join(f"<li>{escape(word)}</li>" for word in words)
        html = f'<ul class="strip"><li class="synthetic">SIMULATED DESIGN</li>{rest}</ul>'
        return self._leave(Piece("strip", html, caption="Strip"))

    def numbers(self) -> Piece:
        """Power, the size for the wanted power, and false positives."""
        found, size = self.power.found.findings[0].diagnosands, self.power.size
        cards = [(f"Power with {self.power.design.n:,} clients", found["power"])]
        cards.append(("False positives without the effect", found["false_positives"]))
        rows = [(name, percent(f.value, 1), _percents(f.low, f.high)) for name, f in cards]
        asked = f"Clients for {percent(self.power.wanted)} power"
        rows.insert(1, (asked, f"{size.value:,.0f}", _ends(size)))
        html = "".join(
            f"<div><dt>{escape(label)}</dt><dd><strong>{value}</strong> <span>{ends}</span></dd>"
            "</div>"
            for label, value, ends in rows
        )
        return self._leave(Piece("numbers", f'<dl class="numbers">{html}</dl>', caption="Numbers"))

    def design(self) -> Piece:
        """What was declared: design, estimand, analysis."""
        power = self.power
        truth, error = power.asked.value(power.design)
        closed = power.found.findings[0].closed
        rows = [
            ("Design", repr(power.design)),
            ("Estimand", f"{power.asked.name}: {power.asked.words(power.design)}"),
            ("Its value in the model", f"{number(truth, 4)} (Monte Carlo error {error:.4f})"),
            ("Analysis", power.answer.name),
            ("Computed by", power.found.findings[0].path),
        ]
        if closed is not None:
            said = f"{closed.diagnosand} {number(closed.value, 4)} ({closed.formula})"
            rows.append(("By formula", said))
        return self._table(pd.DataFrame(rows, columns=["Part", "What"]), "What was declared")

    def diagnosands(self) -> Piece:
        """Every diagnosand with its Monte Carlo error and interval."""
        found = self.power.found.findings[0].diagnosands
        rows = [
            (words, number(each.value, 3), f"{each.mcse:.3f}", interval(each.low, each.high, 3))
            for name, words in _NAMES.items()
            if (each := found.get(name)) is not None
        ]
        frame = pd.DataFrame(rows, columns=["Diagnosand", "Value", "MCSE", "95\u202f% interval"])
        failed = int(self.power.found.failures["count"].sum())
        notes = f"MCSE: Monte Carlo standard error. {failed:,} fits failed."
        return self._table(frame, "What the analysis does", notes)

    def curve(self) -> Piece:
        """Power over sizes."""
        return self._figure(figures.power(self.power.curve))

    def estimates(self) -> Piece:
        """Where estimates lie beside the estimand."""
        return self._figure(figures.diagnosis(self.power.found))

    def sizes(self, found: Sequence[Needed], *, least: bool) -> Piece:
        """What claims take: those tested as they stand, or those of which it is the least."""
        some = [each for each in found if each.plan.least == least]
        frame = pd.DataFrame(map(_size_row, some))
        caption = "Clients at least" if least else "Clients"
        return self._table(frame, f"{caption} for {percent(self.power.wanted)} power")

    def paths(self, found: Sequence[Needed]) -> Piece:
        """How each claim was tested."""
        rows = [
            (each.claim.id, each.plan.estimand.name, each.plan.answer.name, each.plan.answer.path)
            for each in found
        ]
        frame = pd.DataFrame(rows, columns=["Claim", "Estimand", "Analysis", "Computed by"])
        return self._table(frame, "How each claim was tested")

    def not_yet(self, found: Sequence[Needed]) -> Piece:
        """Claims that cannot be planned, and why."""
        there = {each.claim.id for each in found}
        rows = [
            (f"{each.id} {each.claim}", NOT_YET.get(each.id, _UNREACHED))
            for each in claims().claims
            if each.id not in there
        ]
        frame = pd.DataFrame(rows, columns=["Claim", "Why not"])
        return self._table(frame, "Claims that cannot be planned yet")

    def limits(self) -> Piece:
        """What a reader of the plan should know."""
        said = [
            *self.power.found.doubts,
            "The effects are those of the model, many of which are assumed. Where they are "
            "smaller in the world, more clients are needed.",
            "A simulation shows what an analysis does in the model. It does not show that the "
            "model is right.",
        ]
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
        return self._leave(Piece("text", f"<ul>{items}</ul>", caption="Limits"))

    def provenance(self) -> Piece:
        """Where the numbers come from."""
        power = self.power
        packages = ("confstudy", "numpy", "numba", "scipy")
        facts = {
            "Data": "none: drawn from the model",
            "Model": f"{power.design.structure.name}: {power.design.structure.title}",
            "Design, SHA-256": power.design.key,
            "Seed": str(power.design.seed),
            "Versions": ", ".join(f"{name} {version(name)}" for name in packages),
        }
        rows = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items())
        html = f'<dl class="provenance">{rows}</dl>'
        return self._leave(Piece("provenance", html, caption="Provenance"))

    def record(self) -> Piece:
        """Keep the size in the report's ``values.json``, to compare builds by."""
        size = self.power.size
        kept = {"name": "clients", "value": float(size.value)}
        kept |= {"conf_low": size.low, "conf_high": size.high}
        return self._leave(Piece("record", "", data={"record": kept}, caption="Record clients"))


def _percents(low: float, high: float) -> str:
    return f"{number(100 * low, 1)} to {percent(high, 1)}"


def _ends(size: Size) -> str:
    return f"{size.low:,.0f} to {size.high:,.0f}"


def _size_row(each: Needed) -> dict[str, str]:
    power = each.found.findings[0].diagnosands["power"]
    return {
        "Claim": f"{each.claim.id} {each.claim.hypothesis}",
        "Clients": f"{each.size.value:,.0f}",
        "95\u202f% interval": _ends(each.size),
        "Power there (MCSE)": f"{power.value:.3f} ({power.mcse:.3f})",
    }


def _nobody(design: Design) -> Survey:
    """A survey without respondents, which the ledger and the audit know outputs by."""
    model = design.structure
    book = Codebook(name=f"design-{model.name}", title=model.title, synthetic=True, variables={})
    record = FileRecord(model.name, NOT_WRITTEN, "design", 0, 0, 0)
    source = Provenance((record,), "no respondents", version("confstudy"))
    return Survey(pd.DataFrame(), pd.DataFrame(), book, source)
