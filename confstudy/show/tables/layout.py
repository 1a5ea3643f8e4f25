"""One model in full, or several models side by side, as a grid of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from confstudy.show.tables.facts import ZEROS, fact_rank, fit_statistics, notes_of
from confstudy.show.tables.grid import Grid, Row, aligned, shared
from confstudy.show.tables.numerals import (
    NONE,
    decimals,
    degrees,
    estimate,
    p_value,
    starred,
)
from confstudy.show.tables.source import Model
from confstudy.show.tables.terms import Term

__all__ = ["Part", "Wanted", "one_model", "several_models"]

_GROUPS = ("", "Part for zeros", "Thresholds", "Dispersion")
_SHORT = {"odds ratio": "OR", "rate ratio": "IRR", "hazard ratio": "HR"}


@dataclass(frozen=True)
class Wanted:
    """What was asked of the table."""

    digits: int
    stars: bool
    ratios: bool
    intervals: bool


@dataclass(frozen=True, repr=False)
class Part:
    """A model in a table: its name, its outcome in words, its terms in their order."""

    model: Model
    name: str
    outcome: str
    terms: tuple[Term, ...]

    def rows(self) -> dict[tuple[str, ...], tuple[Term, dict[str, Any]]]:
        """The numbers of each term by its key."""
        records = self.model.table.to_dict("records")
        return {
            term.key: (term, {str(name): value for name, value in record.items()})
            for term, record in zip(self.terms, records, strict=True)
        }


def one_model(part: Part, wanted: Wanted) -> Grid:
    """One model with a column for each number."""
    model = part.model
    finite = bool(np.isfinite(model.table["df"].to_numpy(dtype=float)).any())
    ratio = _SHORT[model.ratio] if wanted.ratios else ""
    names = ["b", "SE", ratio, f"{model.percent} CI" if wanted.intervals else ""]
    names += ["t" if finite else "z", "df" if finite else "", "p"]
    heads = [name for name in names if name]
    rows = [Row("why", f"No estimates: {'; '.join(model.problems)}.")] if model.problems else []
    found = part.rows()
    for key, group in _with_groups(list(found)):
        if group:
            rows.append(Row("group", group))
        term, numbers = found[key]
        cells = _cells(term, numbers, wanted, ratio)
        cells |= {f"{model.percent} CI": cells["CI"]}
        rows.append(Row("term", term.label, tuple(cells[name] for name in heads)))
    blank = ("",) * (len(heads) - 1)
    rows += [Row("fact", name, (value, *blank)) for name, value in fit_statistics(model).items()]
    notes = [] if model.problems else [_meaning(model, ratio, wanted)]
    notes += [f"{text}." for text in [*notes_of(model), *map(_capital, model.remarks)]]
    return Grid(
        f"{model.kind} of {part.outcome}",
        tuple((name,) for name in heads),
        tuple(rows),
        _closed(notes, wanted),
    )


def several_models(parts: Sequence[Part], wanted: Wanted, *, named: bool) -> Grid:
    """Models side by side: the estimate, with its interval or standard error below."""
    tables = [part.rows() for part in parts]
    terms = {key: term for table in tables for key, (term, _) in table.items()}
    # An intercept, which every model has, says nothing of where other terms belong.
    bare = [[key for key in found if not _intercept(terms[key])] for found in tables]
    order = sorted(
        aligned([*bare, [key for key in terms if _intercept(terms[key])]]),
        key=lambda key: (
            _GROUPS.index(key[0]),
            not _intercept(terms[key]),
            len(terms[key].references) > 1,
        ),
    )
    hidden = [key for key in order if _ratios_only(parts, wanted) and not terms[key].ratio]
    order = [key for key in order if key not in hidden]
    labels = _told_apart({key: terms[key] for key in order})
    rows = []
    for key, group in _with_groups(order):
        if group:
            rows.append(Row("group", group))
        cells = [
            _stacked(part, *table[key], wanted) if key in table else ""
            for part, table in zip(parts, tables, strict=True)
        ]
        rows.append(Row("term", labels[key], tuple(cells)))
    rows += _facts(parts)
    why = [
        Row("why", f"({place}) No estimates: {'; '.join(part.model.problems)}.")
        for place, part in enumerate(parts, 1)
        if part.model.problems
    ]
    title, heads = _headed(parts, named=named)
    return Grid(title, heads, (*rows, *why), _closed(_many_notes(parts, wanted, hidden), wanted))


def _intercept(term: Term) -> bool:
    return term.name.endswith("Intercept")


def _with_groups(keys: Sequence[tuple[str, ...]]) -> list[tuple[tuple[str, ...], str]]:
    """Each key, with the name of its group where that begins."""
    before = ["", *(key[0] for key in keys)]
    return [
        (key, key[0] if key[0] != last else "") for key, last in zip(keys, before, strict=False)
    ]


def _cells(term: Term, row: dict[str, Any], wanted: Wanted, ratio: str) -> dict[str, str]:
    """The cells of a term by the heads of a table of one model."""
    places = decimals(row["std_error"], wanted.digits)
    stars = starred(row["p_value"]) if wanted.stars else ""
    shown = bool(ratio) and term.ratio
    b, low, high = row["estimate"], row["conf_low"], row["conf_high"]
    return {
        "b": estimate(b, places) + stars,
        "SE": estimate(row["std_error"], places),
        ratio: _exponent(b, places) if shown else NONE,
        "CI": NONE if ratio and not shown else _interval(low, high, places, shown),
        "t": estimate(row["statistic"], 2),
        "z": estimate(row["statistic"], 2),
        "df": degrees(row["df"]),
        "p": p_value(row["p_value"]),
    }


def _stacked(part: Part, term: Term, row: dict[str, Any], wanted: Wanted) -> str:
    """An estimate, and below it its interval or standard error."""
    if not np.isfinite(row["estimate"]):
        return NONE
    exponent = wanted.ratios and bool(part.model.ratio)
    if exponent and not term.ratio:
        return NONE
    places = decimals(row["std_error"], wanted.digits)
    value = _exponent(row["estimate"], places) if exponent else estimate(row["estimate"], places)
    value += starred(row["p_value"]) if wanted.stars else ""
    if wanted.intervals:
        return f"{value}\n{_interval(row['conf_low'], row['conf_high'], places, exponent)}"
    return f"{value}\n({estimate(row['std_error'], places)})"


def _exponent(value: float, places: int) -> str:
    with np.errstate(over="ignore"):
        return estimate(float(np.exp(value)), places)


def _interval(low: float, high: float, places: int, exponent: bool) -> str:
    if np.isnan(low) or np.isnan(high):
        return NONE
    write = _exponent if exponent else estimate
    return f"[{write(low, places)}, {write(high, places)}]"


def _told_apart(terms: dict[tuple[str, ...], Term]) -> dict[tuple[str, ...], str]:
    """Labels; where two terms have the same one, with what each is compared with."""
    labels = [(term.group, term.label) for term in terms.values()]
    return {
        key: f"{term.label} (vs {', '.join(filter(None, term.references))})"
        if labels.count((term.group, term.label)) > 1 and any(term.references)
        else term.label
        for key, term in terms.items()
    }


def _facts(parts: Sequence[Part]) -> list[Row]:
    sizes = tuple(part.model.n for part in parts)
    facts = [fit_statistics(part.model, sizes) for part in parts]
    names = sorted(aligned([list(one) for one in facts]), key=fact_rank)
    return [Row("fact", name, tuple(one.get(name, "") for one in facts)) for name in names]


def _headed(parts: Sequence[Part], *, named: bool) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The title, and over each column what differs between the models."""
    kinds = {part.model.kind for part in parts}
    outcomes = {part.outcome for part in parts}
    kind = kinds.pop() if len(kinds) == 1 else ""
    title = f"{kind}s" if kind.endswith(("regression", "model")) else kind or "Regression models"
    title += f" of {outcomes.pop()}" if len(outcomes) == 1 else ""
    same = " of " in title
    heads = []
    for place, part in enumerate(parts, 1):
        lines = [f"({place})", part.name if named else "" if same else part.outcome]
        lines.append("" if kind else part.model.kind)
        heads.append(tuple(line for line in lines if line))
    return title, tuple(heads)


def _ratios_only(parts: Sequence[Part], wanted: Wanted) -> bool:
    return wanted.ratios and all(part.model.ratio for part in parts)


def _meaning(model: Model, ratio: str, wanted: Wanted) -> str:
    said = [f"b = {_effect(model)}"]
    if ratio:
        said.append(f"{ratio} = {_ratio_words(model)}")
    if wanted.intervals:
        of = f" of the {ratio}" if ratio else ""
        said.append(f"CI = confidence interval{of}")
    return "; ".join(said) + "."


def _effect(model: Model) -> str:
    if model.effect == "difference":
        return "unstandardized coefficient"
    return f"{model.effect} coefficient" if model.effect == "probit" else model.effect


def _ratio_words(model: Model) -> str:
    words = "incidence rate ratio" if model.ratio == "rate ratio" else model.ratio
    return f"{words} (odds ratio in the part for zeros)" if model.family in ZEROS else words


def _many_notes(
    parts: Sequence[Part], wanted: Wanted, hidden: Sequence[tuple[str, ...]]
) -> list[str]:
    """What cells hold, then how the models were fitted."""
    models = [part.model for part in parts]
    said = [f"{_contents(models, wanted)}."]
    if hidden:
        said.append("Intercepts and thresholds are left out.")
    lost = tuple(model.dropped for model in models)
    said += shared([notes_of(model, lost, df=True) for model in models])
    return said + shared([list(map(_capital, model.remarks)) for model in models])


def _contents(models: Sequence[Model], wanted: Wanted) -> str:
    """What the cells of each model hold."""
    what: dict[str, list[int]] = {}
    for place, model in enumerate(models, 1):
        ratio = wanted.ratios and model.ratio
        what.setdefault(_ratio_words(model) if ratio else _effect(model), []).append(place)
    single = len(what) == 1
    cells = [
        words if single else f"{words} in {', '.join(f'({place})' for place in places)}"
        for words, places in what.items()
    ]
    levels = ", ".join(dict.fromkeys(model.percent for model in models))
    below = f"{levels} confidence interval in brackets"
    if not wanted.intervals:
        log = ", of the logarithm where it is a ratio," if wanted.ratios else ""
        below = f"standard error{log} in parentheses"
    return f"Cells hold the {'; '.join(cells)}; below, the {below}"


def _closed(notes: list[str], wanted: Wanted) -> tuple[str, ...]:
    """The general note, and that on probabilities."""
    if not notes:
        return ()
    general = "Note. " + " ".join(notes)
    return (general, "* p < .05. ** p < .01. *** p < .001.") if wanted.stars else (general,)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
