"""Codebooks and recipes as YAML, and the codebook of a file that holds decoded answers."""

from __future__ import annotations

from typing import Any

import yaml

from confstudy.codebook.schema import Codebook, Variable

__all__ = ["as_yaml", "settled"]

_FIRST = ("label", "short", "source", "type", "levels", "missing")


def as_yaml(content: Codebook | dict[str, Any]) -> str:
    r"""Write a codebook, or plain content, as YAML; what was left out stays out.

    >>> as_yaml({"name": "mine", "drop": ["ip"]})
    'name: mine\ndrop:\n- ip\n'
    """
    if isinstance(content, Codebook):
        content = content.model_dump(exclude_defaults=True, mode="json")
        for name, entry in content["variables"].items():
            first = {key: entry[key] for key in _FIRST if key in entry}
            content["variables"][name] = first | entry
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def settled(codebook: Codebook, *, coded: bool = False) -> Codebook:
    """The codebook of a file written from a survey: its columns have the variables' names.

    What led from the first file to the answers is done and goes: sources, waves, recodes,
    repairs, missing codes, routing. Levels are their own labels, or 1, 2, 3 … where ``coded``.
    """
    variables = {name: _settled(variable, coded) for name, variable in codebook.kept.items()}
    done = {"waves": {}, "missing": {}, "repairs": (), "encoding": "", "variables": variables}
    return codebook.model_copy(update=done)


def _settled(variable: Variable, coded: bool) -> Variable:
    number = variable.type in ("numeric", "item")
    labels = enumerate(variable.categories, start=1)
    levels = {str(code) if coded else label: label for code, label in labels}
    return Variable(
        label=variable.label,
        short=variable.short,
        type=variable.type,
        role=variable.role,
        unit=variable.unit,
        levels=variable.levels if number else levels,
        range=variable.range if number else None,
    )
