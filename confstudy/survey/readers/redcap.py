"""Exports of REDCap, with the data dictionary beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from confstudy.errors import UnreadableFile
from confstudy.survey.readers.delimited import read_delimited
from confstudy.survey.readers.grid import Grid, clean, counted
from confstudy.survey.readers.raw import Described

__all__ = ["from_redcap"]

_SIGNS = {
    "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
    "redcap_data_access_group", "redcap_survey_identifier", "Repeat Instrument", "Repeat Instance",
    "Data Access Group", "Survey Identifier",
}  # fmt: skip
_CHECKBOX = re.compile(r"(.+?)___(.+)")
_CHOSEN = re.compile(r"(.*?)\s*\(choice=(.*)\)", re.DOTALL)
_STATES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
_TICKS = {"0": "Unchecked", "1": "Checked"}
_FIXED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
#: Our name → how the column starts, in lower case, in files from the designer and from the API.
_HEADERS = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "kind": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices", "select_choices_or_calculations"),
    "identifier": ("identifier",),
    "asked_if": ("branching logic", "branching_logic"),
    "missing": ("missing data codes", "missing_data_codes"),
}


@dataclass(frozen=True, repr=False)
class Field:
    """One line of a data dictionary."""

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    asked_if: str = ""
    identifier: bool = False


def from_redcap(grid: Grid, path: Path, dictionary: Path | None) -> Grid | None:
    """The grid with what the data dictionary says; None for other platforms.

    Raises
    ------
    UnreadableFile
        The named dictionary is not one, or describes no column of the file.
    """
    found = dictionary or _beside(path)
    described: dict[int, Described] = {}
    notes = list(grid.notes)
    if found is not None and (dictionary is not None or found != path):
        try:
            fields = _read(found)
        except UnreadableFile:
            if dictionary is not None:
                raise
            fields = []
            notes.append(f"'{found.name}' beside the file could not be read as a data dictionary")
        if dictionary is not None or _is_redcap(grid.header) or _starts(grid, fields):
            described = _described(grid, fields)
    if dictionary is not None and not described:
        raise UnreadableFile(f"'{dictionary.name}' describes no column of '{path.name}'.")
    if not described and not _is_redcap(grid.header):
        return None
    if found is not None and described:
        notes.append(f"{counted(len(described), 'column')} described by '{found.name}'")
    records, rows = len({*grid.columns[0]}), grid.rows
    if grid.header[0] in ("record_id", "Record ID") and records < rows:
        notes.append(f"{rows:,} rows of {records:,} records: a row is an event, not a person")
    ticked = {n: _checkbox(name, grid.columns[n]) for n, name in enumerate(grid.header)}
    ticks = {place: told for place, told in ticked.items() if told}
    return replace(grid, described=ticks | described, platform="REDCap", notes=tuple(notes))


def _starts(grid: Grid, fields: Sequence[Field]) -> bool:
    """Whether the file and the dictionary have the same first column, the record's number."""
    return bool(fields) and grid.header[0] in (fields[0].name, fields[0].label)


def _is_redcap(header: Sequence[str]) -> bool:
    named = set(header)
    labelled = "Record ID" in named and "Complete?" in named
    coded = "record_id" in named and any(
        name.endswith("_complete") or _CHECKBOX.fullmatch(name) for name in header
    )
    return bool(_SIGNS & named) or labelled or coded or any(map(_CHOSEN.fullmatch, header))


def _beside(path: Path) -> Path | None:
    """The one data dictionary in the file's folder; with several, the one of the same project."""
    found = [
        other
        for other in sorted(path.parent.iterdir())
        if "datadictionary" in other.name.casefold() and other.suffix.lower() == ".csv"
    ]
    project = path.name.split("_DATA")[0]
    same = [other for other in found if other.name.startswith(project + "_")]
    return found[0] if len(found) == 1 else same[0] if len(same) == 1 else None


def _read(path: Path) -> list[Field]:
    if not path.is_file():
        raise UnreadableFile(f"No data dictionary '{path.name}' in that folder.")
    grid, _ = read_delimited(path)
    lowered = [name.strip().lower() for name in grid.header]
    columns = {
        ours: grid.columns[place]
        for ours, starts in _HEADERS.items()
        for place, name in reversed(list(enumerate(lowered)))
        if name.startswith(starts)
    }
    if not {"name", "kind", "label"} <= set(columns):
        raise UnreadableFile(
            f"'{path.name}' is not a REDCap data dictionary: it lacks 'Variable / Field Name', "
            "'Field Type' or 'Field Label'."
        )
    lines = (
        {ours: column[line].strip() for ours, column in columns.items()}
        for line in range(grid.rows)
    )
    return [_field(line) for line in lines if line["kind"] != "descriptive"]


def _field(line: Mapping[str, str]) -> Field:
    kind = line["kind"].lower()
    chosen = _pairs(line.get("choices", "")) if kind in ("radio", "dropdown", "checkbox") else {}
    return Field(
        line["name"],
        line.get("form", ""),
        kind,
        clean(line["label"]),
        chosen or _FIXED.get(kind, {}),
        _pairs(line.get("missing", "")),
        line.get("asked_if", ""),
        line.get("identifier", "").lower() in ("y", "yes"),
    )


def _pairs(text: str) -> dict[str, str]:
    """Choices as a dictionary writes them.

    >>> _pairs("1, Yes | 2, No, never|-9, Refused")
    {'1': 'Yes', '2': 'No, never', '-9': 'Refused'}
    """
    parted = (part.partition(",") for part in re.split(r"\||\n", text) if "," in part)
    return {code.strip(): clean(label) for code, _, label in parted}


def _described(grid: Grid, fields: Sequence[Field]) -> dict[int, Described]:
    coded = {one.name: one for one in fields}
    labels = [one.label for one in fields]
    worded = {one.label: one for one in fields if labels.count(one.label) == 1}
    forms = {f"{one.form}_complete" for one in fields if one.form}
    described = {}
    for place, name in enumerate(grid.header):
        box = _CHECKBOX.fullmatch(name) or _CHOSEN.fullmatch(name)
        base, choice = (box[1], box[2]) if box else (name, "")
        one = (
            coded.get(name) or worded.get(clean(name)) or coded.get(base) or worded.get(clean(base))
        )
        if one is not None:
            described[place] = _of_field(one, choice, grid.columns[place])
        elif name in forms:
            levels = _as_in(_STATES, grid.columns[place])
            described[place] = Described(
                label=f"{name.removesuffix('_complete')}: complete?", levels=levels
            )
    return described


def _of_field(one: Field, choice: str, cells: Sequence[str]) -> Described:
    label, levels = one.label, one.choices
    if choice:
        told = {re.sub(r"[^a-z0-9]", "_", code.lower()): said for code, said in one.choices.items()}
        label, levels = f"{one.label} [{told.get(choice.lower(), clean(choice))}]", _TICKS
    levels = {code: said for code, said in levels.items() if code not in one.missing}
    return Described(label, _as_in(levels, cells), one.missing, one.asked_if, one.identifier)


def _checkbox(name: str, cells: Sequence[str]) -> Described | None:
    box = _CHECKBOX.fullmatch(name) or _CHOSEN.fullmatch(name)
    levels = _as_in(_TICKS, cells)
    if box is None or not {cell for cell in cells if cell} <= set(levels):
        return None
    label = f"{clean(box[1])} [{clean(box[2])}]" if "(choice=" in name else ""
    return Described(label=label, levels=levels)


def _as_in(levels: Mapping[str, str], cells: Sequence[str]) -> dict[str, str]:
    """Levels by what stands in the cells: codes, or labels in an export of labels."""
    present = {cell.strip() for cell in cells} - {""}
    labels = set(levels.values())
    spelled = bool(present) and not present & set(levels) and bool(present & labels)
    return {said: said for said in levels.values()} if spelled else dict(levels)
