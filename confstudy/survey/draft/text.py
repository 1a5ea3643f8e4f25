"""A drafted codebook as YAML that a person goes on editing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import yaml

from confstudy.codebook.schema import Repair
from confstudy.survey.draft.column import Guess
from confstudy.survey.draft.scales import Battery

__all__ = ["written"]


_REPAIRS: dict[Repair, str] = {
    "spreadsheet_dates": "A spreadsheet took ranges such as 6-25 for dates; this reads them back.",
    "wrong_encoding": "Text was read in the wrong encoding once; this reads it again.",
    "decimal_commas": "Numbers are written 3,5.",
}


def written(
    name: str,
    file: str,
    guesses: Sequence[Guess],
    scales: Sequence[Battery],
    repairs: Collection[Repair] = (),
) -> str:
    """The text of a codebook, each open question a comment above what it is about."""
    lines = [
        f"# A first codebook for {file}, to be edited. Lines with 'unsure' want your answer.",
        f"name: {_flow(name)}",
        "title: ''",
    ]
    made = {*repairs, *(repair for entry in guesses for repair in entry.repairs)}
    told = [(repair, why) for repair, why in _REPAIRS.items() if repair in made]
    lines += [f"# {why}" for _, why in told]
    if told:
        lines += [f"repairs: {_flow([repair for repair, _ in told])}"]
    quasi = [entry for entry in guesses if entry.role == "quasi_identifier" and not entry.drop]
    if quasi:
        # What tells people apart most finely is blanked first.
        order = [entry.name for entry in sorted(quasi, key=_fineness, reverse=True)]
        lines += ["protection:", "  k: 5", f"  suppress: {_flow(order)}"]
    lines += [*_replicates(guesses), *_design(guesses), "", "variables:"]
    for entry in guesses:
        lines += _variable(entry)
    if scales:
        lines += ["", "# Columns answered on the same points: does each list measure one thing?"]
        lines += ["scales:"]
    for battery in scales:
        lines += _scale(battery)
    return "\n".join(lines) + "\n"


def _fineness(entry: Guess) -> int:
    return len(entry.levels) or len(entry.bands)


def _design(guesses: Sequence[Guess]) -> Iterator[str]:
    named = {
        role: next((entry.name for entry in guesses if entry.role == role and not entry.drop), "")
        for role in ("weight", "strata", "cluster")
    }
    found = {role: name for role, name in named.items() if name}
    if found:
        yield "# unsure: is this how respondents were sampled or grouped?"
        yield f"design: {_flow(found)}"


def _replicates(guesses: Sequence[Guess]) -> Iterator[str]:
    names = [entry.name for entry in guesses if entry.role == "replicate_weight"]
    if names:
        yield f"# unsure: {len(names)} replicate weights from {names[0]} to {names[-1]}: by which"
        yield "# method and multiplier? Add `replicates: {weights: …, method: …, multiplier: …}`."


def _variable(entry: Guess) -> Iterator[str]:
    for question in entry.unsure:
        yield f"  # unsure: {question}"
    fields: dict[str, Any] = {}
    if entry.header != entry.name:
        fields["source"] = entry.header
    if entry.drop:
        yield f"  {entry.name}: {_flow({**fields, 'drop': entry.drop})}"
        return
    if entry.label and entry.label != entry.header:
        fields["label"] = entry.label
    elif entry.header != entry.name:
        fields["label"] = entry.header
    fields["type"] = entry.kind
    fields |= _coding(entry)
    if entry.role is not None:
        fields["role"] = entry.role
    yield f"  {entry.name}:"
    for key, value in fields.items():
        yield f"    {key}: {_flow(value)}"


def _coding(entry: Guess) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if entry.levels:
        same = all(code == label for code, label in entry.levels.items())
        fields["levels"] = list(entry.levels.values()) if same else dict(entry.levels)
    if entry.bands:
        fields["bands"] = {label: [low, high] for label, (low, high) in entry.bands.items()}
    if entry.range:
        fields["range"] = list(entry.range)
    if entry.missing:
        fields["missing"] = {reason: list(codes) for reason, codes in entry.missing.items()}
    if entry.unlisted:
        fields["unlisted"] = entry.unlisted
    if entry.asked_if:
        fields["asked_if"] = {cause: list(answers) for cause, answers in entry.asked_if.items()}
    return fields


def _scale(battery: Battery) -> Iterator[str]:
    if battery.reverse:
        yield "  # unsure: do the items under `reverse` say the opposite of the others?"
    yield f"  {battery.name}:"
    yield f"    label: {_flow(battery.name.replace('_', ' ').capitalize())}"
    yield f"    items: {_flow(list(battery.items))}"
    if battery.reverse:
        yield f"    reverse: {_flow(list(battery.reverse))}"
    yield f"    points: {_flow(list(battery.points))}"


def _flow(value: Mapping[str, Any] | list[Any] | str | float) -> str:
    """A value on one line of YAML, quoted where it must be."""
    text = yaml.safe_dump(
        _whole(value),
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _whole(value: Any) -> Any:
    """Numbers without a fraction as whole ones, also inside."""
    if isinstance(value, Mapping):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
