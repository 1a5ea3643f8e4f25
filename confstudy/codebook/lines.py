"""YAML that remembers its lines, refuses repeated keys and leaves Yes and No alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from confstudy.errors import DeclarationError

__all__ = ["Document", "parse_yaml"]

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: its content, and the line each place in it stands on."""

    name: str
    content: Any
    lines: dict[Place, int]

    def where(self, place: Place) -> str:
        """``file, line 12`` for a place, or for the nearest place above it."""
        cut = tuple(place)
        while cut and cut not in self.lines:
            cut = cut[:-1]
        return f"{self.name}, line {self.lines.get(cut, 1)}"


class _Loader(yaml.SafeLoader):
    """SafeLoader in which only true and false are booleans: survey answers are words."""


_WORDS = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag not in _WORDS]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
)


def parse_yaml(text: str, name: str, error: type[DeclarationError]) -> Document:
    """Parse YAML text; ``error`` is raised with file and line when it is not well formed."""
    lines: dict[Place, int] = {}
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise error(f"{name}: the file is empty.")
        _walk(node, (), lines, name, error)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        hint = (
            "Indent with spaces, not tabs."
            if "\\t" in str(problem.problem)
            else "Text that holds any of ? : # , { } [ ] & * needs quotation marks around it."
        )
        raise error(f"{name}, line {line}: not valid YAML: {problem.problem}. {hint}") from None
    except (yaml.YAMLError, RecursionError, TypeError, ValueError):
        raise error(f"{name}: not valid YAML: it holds something YAML does not allow.") from None
    return Document(name, content, lines)


def _walk(
    node: yaml.Node, place: Place, lines: dict[Place, int], name: str, error: type[DeclarationError]
) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            line = key.start_mark.line + 1
            if inner in lines:
                first = lines[inner]
                raise error(f"{name}, line {line}: '{key.value}' stands already on line {first}.")
            lines[inner] = line
            _walk(value, inner, lines, name, error)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _walk(value, (*place, position), lines, name, error)
