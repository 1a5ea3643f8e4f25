"""Numbered names written short: ``item_1..3`` stands for ``item_1, item_2, item_3``."""

from __future__ import annotations

import re
from typing import Any

from confstudy.codebook.lines import Document
from confstudy.errors import CodebookError

__all__ = ["expand", "run"]

_MOST = 10_000
_RUN = re.compile(r"^(.*?)(\d+)\.\.(\d+)(.*)$", re.DOTALL)


def run(name: str) -> list[str]:
    """The names a short form stands for; any other name stands for itself.

    >>> run("privacy_1..3"), run("Q08..10")
    (['privacy_1', 'privacy_2', 'privacy_3'], ['Q08', 'Q09', 'Q10'])
    """
    match = _RUN.match(name)
    if match is None:
        return [name]
    head, first, last, tail = match.groups()
    numbers = range(int(first), int(last) + 1)
    if not 0 < len(numbers) <= _MOST:
        return [name]
    width = len(first) if first.startswith("0") else 0
    return [f"{head}{number:0{width}d}{tail}" for number in numbers]


def expand(document: Document) -> Document:
    """Write every short form in a codebook out, and let the full names know their lines."""
    content, lines = dict(document.content), dict(document.lines)
    variables = content.get("variables")
    if isinstance(variables, dict):
        content["variables"] = {
            name: _numbered(declared, number)
            for key, declared in variables.items()
            for number, name in enumerate(_checked_run(str(key), declared, document))
        }
        for place, line in document.lines.items():
            if place[0:1] == ("variables",) and len(place) > 1:
                for name in run(str(place[1])):
                    lines["variables", name, *place[2:]] = line
    if isinstance(content.get("scales"), dict):
        content["scales"] = {
            key: _spread(scale, "items", "reverse") for key, scale in content["scales"].items()
        }
    design = content.get("design")
    if isinstance(design, dict):
        content["design"] = {**design, **_part(design, "replicates", "weights")}
    return Document(document.name, content, lines)


def _checked_run(key: str, declared: Any, document: Document) -> list[str]:
    names = run(key)
    source = declared.get("source") if isinstance(declared, dict) else None
    where = document.where(("variables", key))
    if _RUN.match(key) and len(names) == 1 and names[0] == key:
        raise CodebookError(f"{where}: '{key}' is no run of numbers: write first..last, going up.")
    for header in _leaves(source) if len(names) > 1 else []:
        count = len(run(header))
        if count != len(names):
            raise CodebookError(
                f"{where}: '{key}' stands for {len(names)} variables, '{header}' for {count} "
                "columns."
            )
    return names


def _numbered(declared: Any, number: int) -> Any:
    """Give the n-th variable of a run the n-th source of the same run."""
    if declared is None:
        return {}
    if isinstance(declared, dict) and "source" in declared:
        return {**declared, "source": _nth(declared["source"], number)}
    return declared


def _nth(source: Any, number: int) -> Any:
    if isinstance(source, dict):
        return {wave: _nth(headers, number) for wave, headers in source.items()}
    if isinstance(source, list):
        return [_nth(header, number) for header in source]
    names = run(source) if isinstance(source, str) else []
    return names[number] if len(names) > 1 else source


def _leaves(source: Any) -> list[str]:
    parts = list(source.values()) if isinstance(source, dict) else source
    if isinstance(parts, list):
        return [header for part in parts for header in _leaves(part)]
    return [parts] if isinstance(parts, str) else []


def _part(whole: dict[str, Any], key: str, *inner: str) -> dict[str, Any]:
    return {key: _spread(whole[key], *inner)} if key in whole else {}


def _spread(part: Any, *keys: str) -> Any:
    if not isinstance(part, dict):
        return part
    names = {
        key: [part[key]] if isinstance(part[key], str) else part[key] for key in keys if key in part
    }
    full = {
        key: [one for name in listed for one in run(str(name))]
        for key, listed in names.items()
        if isinstance(listed, list)
    }
    return {**part, **full}
