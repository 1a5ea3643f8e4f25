"""List reports and what their parameters may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from confstudy.errors import listing
from confstudy.report.commands.study import Say, Tell, here, quiet
from confstudy.report.config import Config
from confstudy.report.paramtypes import type_of
from confstudy.report.source import parameters_in, read_cells

__all__ = ["allowed", "list_all", "params_of"]

_SIGNS = {
    "ge": "≥", "gt": ">", "le": "≤", "lt": "<", "multiple_of": "a multiple of",
    "min_length": "length ≥", "max_length": "length ≤", "pattern": "of the pattern",
}  # fmt: skip


def list_all(*, say: Say, tell: Tell = quiet) -> None:
    """List reports and their parameters with type, default and meaning."""
    config = here()
    for name, entry in config.report.items():
        when = f", {entry.schedule}" if entry.schedule else ""
        say(f"{name}: {entry.title} ({entry.notebook}{when})")
        records = list(_records(config, name))
        for record in records:
            value = record["matrix"] or record["default"]
            say(f"    {record['name']}: {record['type']} = {value!r}  {record['help']}")
        told = {"report": name, "title": entry.title, "notebook": entry.notebook}
        tell({**told, "schedule": entry.schedule, "parameters": records})


def params_of(name: str, *, say: Say, tell: Tell = quiet) -> None:
    """Say what each parameter of a report may be, what it is by default, and what it means."""
    for record in _records(here(), name):
        tell({"report": name, **record})
        own = f", default {record['default']!r}"
        varied = f", one report for each of {listing(record['matrix'])}" if record["matrix"] else ""
        within = f", {record['allowed']}" if record["allowed"] else ""
        say(f"{record['name']}: {record['type']}{within}{varied or own}")
        if record["help"]:
            say(f"    {record['help']}")


def allowed(declared: Any) -> str:
    """What a type leaves to choose from, in words; nothing where every value of it will do.

    >>> allowed(type_of("Annotated[int, Field(ge=1, lt=10)] | None"))
    '≥ 1, < 10'
    >>> allowed(type_of("Literal['auto', 'ols']"))
    "one of ['auto', 'ols']"
    """
    if get_origin(declared) is Literal:
        return f"one of {listing(map(repr, get_args(declared)))}"
    inner = get_args(declared)
    if get_origin(declared) is Annotated:
        return ", ".join([*filter(None, [allowed(inner[0])]), *_bounds(inner[1:])])
    return ", ".join(filter(None, map(allowed, inner)))


def _bounds(fields: tuple[Any, ...]) -> Iterator[str]:
    for field in fields:
        for part in getattr(field, "metadata", ()):
            for name, sign in _SIGNS.items():
                if (value := getattr(part, name, None)) is not None:
                    yield f"{sign} {value}"


def _records(config: Config, name: str) -> Iterator[dict[str, Any]]:
    entry, notebook = config.named(name), config.notebook(name)
    for parameter in parameters_in(read_cells(notebook), notebook.name).values():
        yield {
            "name": parameter.name,
            "type": _named(type_of(parameter.type)),
            "allowed": allowed(type_of(parameter.type)),
            "default": entry.params.get(parameter.name, parameter.default),
            "matrix": list(entry.matrix.get(parameter.name, ())),
            "help": parameter.help,
        }


def _named(declared: Any) -> str:
    outer, inner = get_origin(declared), get_args(declared)
    if outer is Annotated:
        return _named(inner[0])
    if outer is Literal:
        return " | ".join(dict.fromkeys(type(option).__name__ for option in inner))
    if outer is list:
        return f"list[{_named(inner[0])}]"
    if inner:
        return " | ".join(map(_named, inner))
    return "None" if declared is type(None) else str(declared.__name__)
