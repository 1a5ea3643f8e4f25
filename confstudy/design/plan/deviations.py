"""What was done otherwise than planned, hypothesis by hypothesis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from confstudy.design.plan.check import remaining
from confstudy.design.plan.compare import Change, Done, distance, done_of, model_changes, readable
from confstudy.design.plan.plan import Plan
from confstudy.design.plan.schema import Hypothesis
from confstudy.errors import DeclarationError, did_you_mean
from confstudy.survey.survey import Survey

__all__ = ["Deviations", "deviation_table", "deviations"]

_LEAST = 10
_COLUMNS = ["hypothesis", "status", "what", "planned", "done", "n"]


@dataclass(frozen=True, repr=False)
class Deviations:
    """How analyses compare with their plan.

    Attributes
    ----------
    table
        One row a hypothesis and change: ``hypothesis, status, what, planned, done, n``.
        ``status`` is ``as planned``, ``changed``, ``not done``, ``not planned`` (exploratory)
        or ``cannot be told``.
    """

    plan: Plan
    table: pd.DataFrame

    @property
    def none(self) -> bool:
        """Whether everything planned was done as planned; exploratory analyses may be there."""
        return bool(self.table["status"].isin(["as planned", "not planned"]).all())

    def __repr__(self) -> str:
        standing = "signed" if self.plan.seal is not None else "NOT SIGNED"
        head = f"Against '{self.plan.content.title}', version {self.plan.version} ({standing})"
        return f"{head}\n{self.table.fillna('').to_string(index=False)}"


def deviations(
    plan: Plan,
    analyses: Mapping[str, Any] | Sequence[Any],
    survey: Survey | None = None,
    *,
    multiplicity: str | None = None,
) -> Deviations:
    """List what was done otherwise than planned.

    Terms are compared by what they mean: their order and ``a * b`` for ``a + b + a:b`` are no
    deviation.

    Parameters
    ----------
    analyses
        Hypothesis → fit, and any other name → an analysis that was not planned. A sequence is
        matched: claims' results by their claim, fits by outcome and the most terms in common.
        Only what is handed over is compared: hand over all that was done.
    survey
        The respondents before exclusions; with them it is told whether each analysis was given
        those whom the plan leaves.
    multiplicity
        How many tests were allowed for in the end, if it was done.

    Raises
    ------
    DataError
        The survey lacks a variable of an exclusion.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.design.plan.plan import hypothesis, plan
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> test = hypothesis("H1", estimand="slope", model={"formula": "alliance ~ privacy + stigma"})
    >>> made = plan(title="Trust", hypotheses=[test], n=scores.n, codebook="therapy")
    >>> fits = [cs.fit("alliance ~ stigma + privacy", scores), cs.fit("fear ~ privacy", scores)]
    >>> deviations(made, fits).table["status"].tolist()
    ['as planned', 'not planned']
    """
    given = dict(analyses) if isinstance(analyses, Mapping) else _matched(plan, list(analyses))
    left = None if survey is None else remaining(plan, survey).n
    rows: list[dict[str, Any]] = []
    ids = [each.id for each in plan.content.hypotheses]
    for each in plan.content.hypotheses:
        rows += _of_hypothesis(plan, each, given.get(each.id), left)
    for name, analysis in given.items():
        if name in ids:
            continue
        near = did_you_mean(name, ids) if isinstance(analyses, Mapping) else ""
        if near and name.casefold() in map(str.casefold, ids):
            raise DeclarationError(f"'{name}' is no hypothesis of the plan.{near}")
        done = done_of(analysis)
        told = done.formula if done else type(analysis).__name__
        rows.append(_row(name, "not planned", Change("exploratory", "", told), done))
    asked = plan.content.multiplicity
    if multiplicity is not None and multiplicity != asked:
        rows.append(_row("all", "changed", Change("multiplicity", asked, multiplicity), None))
    return Deviations(plan, pd.DataFrame(rows, columns=_COLUMNS).astype({"n": "Int64"}))


def deviation_table(
    plan: Plan, analyses: Mapping[str, Any] | Sequence[Any], survey: Survey | None = None
) -> pd.DataFrame:
    """The table of :func:`deviations`, for ``report.table(…, caption=…, counts=["n"])``.

    ``counts=["n"]`` masks rows whose analysis had fewer than ten respondents.
    """
    table = deviations(plan, analyses, survey).table
    return table.assign(n=table["n"].astype("float64"))


def _of_hypothesis(
    plan: Plan, each: Hypothesis, analysis: Any, left: int | None
) -> list[dict[str, Any]]:
    if analysis is None:
        return [_row(each.id, "not done", Change("analysis", each.model.formula, ""), None)]
    done = done_of(analysis)
    if done is None or not readable(done):
        told = Change("model", each.model.formula, f"{type(analysis).__name__} does not tell")
        return [_row(each.id, "cannot be told", told, None)]
    changes = [*model_changes(each.model, done), *_of_sample(plan, done, left)]
    if not changes:
        return [_row(each.id, "as planned", Change("", "", ""), done)]
    return [_row(each.id, "changed", change, done) for change in changes]


def _of_sample(plan: Plan, done: Done, left: int | None) -> Iterator[Change]:
    content = plan.content
    if abs(1 - content.level - done.level) > 1e-9:
        yield Change("level", f"{content.level:g}", f"{1 - done.level:g}")
    if left is not None and done.rows != left:
        yield Change("respondents", f"{_count(left)} after exclusions", _count(done.rows))
    if done.rows != content.n:
        yield Change("sample size", f"{content.n:,}", _count(done.rows))


def _count(n: int) -> str:
    return f"{n:,}" if n >= _LEAST else f"under {_LEAST}"


def _row(name: str, status: str, change: Change, done: Done | None) -> dict[str, Any]:
    return {
        "hypothesis": name,
        "status": status,
        "what": change.what,
        "planned": change.planned,
        "done": change.done,
        "n": None if done is None else done.n,
    }


def _matched(plan: Plan, analyses: list[Any]) -> dict[str, Any]:
    """Give each hypothesis the nearest analysis of its outcome, each analysis once."""
    found: dict[str, Any] = {}
    near: list[tuple[float, int, int]] = []
    for place, each in enumerate(plan.content.hypotheses):
        for position, analysis in enumerate(analyses):
            done = done_of(analysis)
            if done is not None and readable(done):
                apart = distance(each.model, done) + 0.01 * (each.model.family != done.family)
            else:
                claim = getattr(analysis, "claim", "")
                apart = 0.9 if claim and claim == each.claim else 1.0
            if apart < 1:
                near.append((apart, place, position))
    used: set[int] = set()
    for _, place, position in sorted(near):
        name = plan.content.hypotheses[place].id
        if name not in found and position not in used:
            found[name] = analyses[position]
            used.add(position)
    rest = [analysis for position, analysis in enumerate(analyses) if position not in used]
    return found | {f"exploratory {at}": each for at, each in enumerate(rest, start=1)}
