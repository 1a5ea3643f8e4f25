"""Numbered names written short: ``item_1..3`` stands for ``item_1, item_2, item_3``."""

from __future__ import annotations

import re
from typing import Any

from confstudy.codebook.lines import Document

__all__ = ["expand", "run"]

_RUN = re.compile(r"^(.*?)(\d+)\.\.(\d+)(.*)$", re.DOTALL)


def run(name: str) -> list[str]:
    """The names a short form stands for; any other name stands for itself.

    >>> run("privacy_1..3")
    ['privacy_1', 'privacy_2', 'privacy_3']
    """
    match = _RUN.match(name)
    if match is None:
        return [name]
    head, first, last, tail = match.groups()
    return [f"{head}{number}{tail}" for number in range(int(first), int(last) + 1)]


def expand(document: Document) -> Document:
    """Write every short form in a codebook out, and let the full names know their lines."""
    content, lines = dict(document.content), dict(document.lines)
    variables = content.get("variables")
    if isinstance(variables, dict):
        content["variables"] = {
            name: _numbered(declared, number)
            for key, declared in variables.items()
            for number, name in enumerate(run(str(key)))
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


def _numbered(declared: Any, number: int) -> Any:
    """Give the n-th variable of a run the n-th source of the same run."""
    if declared is None:
        return {}
    if isinstance(declared, dict) and isinstance(declared.get("source"), str):
        sources = run(declared["source"])
        return {**declared, "source": sources[min(number, len(sources) - 1)]}
    return declared


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
