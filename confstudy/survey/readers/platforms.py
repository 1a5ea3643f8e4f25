"""Which survey platform exported a table, told by its headers, and where question texts stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from confstudy.survey.readers.grid import Grid, clean
from confstudy.survey.readers.qualtrics import from_qualtrics
from confstudy.survey.readers.redcap import from_redcap

__all__ = ["recognised"]

_TIMESTAMP = {
    "timestamp", "zeitstempel", "horodateur", "marca temporal", "carimbo de data/hora",
    "tijdstempel", "informazioni cronologiche", "sygnatura czasowa", "отметка времени",
    "タイムスタンプ", "时间戳记",
}  # fmt: skip
_FORMS_TIMES = {
    ("start time", "completion time"), ("startzeit", "fertigstellungszeit"),
    ("heure de début", "heure de fin"), ("hora de inicio", "hora de finalización"),
    ("begintijd", "tijd van voltooien"), ("ora di inizio", "ora di completamento"),
}  # fmt: skip
_LIME_CODES = {
    "id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "token",
}  # fmt: skip
_LIME_TEXTS = {
    "response id", "date submitted", "last page", "start language", "seed", "date started",
    "date last action", "access code",
}  # fmt: skip
_CODE_AND_TEXT = re.compile(r"([A-Za-z]\w*(?:\[[^\]]*\])*)\.\s+(\S.*)", re.DOTALL)


def recognised(grid: Grid, path: Path, dictionary: Path | None) -> Grid:
    """The grid as its platform means it: one header row, question texts told apart.

    Further header rows and preview answers are taken off, with notes. Of a grid of no known
    platform, headers with markup get a clean label.
    """
    found = from_redcap(grid, path, dictionary)
    for read in (from_qualtrics, _from_limesurvey, _from_surveymonkey, _from_forms):
        found = found or read(grid)
    marked = [name if clean(name) != name else "" for name in grid.header]
    return found or grid.labelled(marked)


def _from_limesurvey(grid: Grid) -> Grid | None:
    split = [_CODE_AND_TEXT.fullmatch(name) for name in grid.header]
    if sum(match is not None for match in split) >= 3 and _of_limesurvey(
        [match[1] if match else name for match, name in zip(split, grid.header, strict=True)]
    ):
        codes = [m[1] if m else name for m, name in zip(split, grid.header, strict=True)]
        texts = [match[2] if match else "" for match in split]
        note = "codes kept as headers, question texts as labels"
        labelled = replace(grid, header=codes, notes=(*grid.notes, note)).labelled(texts)
        return replace(labelled, platform="LimeSurvey")
    if _of_limesurvey(grid.header):
        return replace(grid, platform="LimeSurvey")
    if len(_LIME_TEXTS & {name.casefold() for name in grid.header}) >= 3:
        return replace(grid.labelled(grid.header), platform="LimeSurvey")
    return None


def _of_limesurvey(codes: Sequence[str]) -> bool:
    present = _LIME_CODES & set(codes)
    return len(present) >= 3 and bool(present & {"submitdate", "lastpage"})


def _from_surveymonkey(grid: Grid) -> Grid | None:
    plain = [re.sub(r"[\s_]", "", name).casefold() for name in grid.header]
    if "respondentid" not in plain or "collectorid" not in plain:
        return None
    choices = grid.row(0)
    if not choices or choices[plain.index("respondentid")].strip():
        return replace(grid.labelled(grid.header), platform="SurveyMonkey")
    joined, question = [], ""
    for name, choice in zip(map(clean, grid.header), map(clean, choices), strict=True):
        question = name or (question if choice else "")
        whole = not choice or choice.casefold() in ("response", "open-ended response")
        joined.append(question if whole else f"{question} [{choice}]")
    columns = [column[1:] for column in grid.columns]
    notes = (*grid.notes, "1 further header row joined to the headers")
    joint = Grid(joined, columns, platform="SurveyMonkey", notes=notes)
    return joint.labelled(joined)


def _from_forms(grid: Grid) -> Grid | None:
    first = [" ".join(name.split()).casefold() for name in grid.header[:3]]
    if len(first) == 3 and (first[1], first[2]) in _FORMS_TIMES:
        return replace(grid.labelled(grid.header), platform="Microsoft Forms")
    others = grid.header[1:]
    worded = sum(" " in name.strip() for name in others)
    if first and first[0] in _TIMESTAMP and 2 * worded >= len(others) > 0:
        return replace(grid.labelled(grid.header), platform="Google Forms")
    return None
