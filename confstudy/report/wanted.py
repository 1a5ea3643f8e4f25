"""What the values of ``reports.toml`` should look like, beyond their types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from confstudy.errors import ConfstudyError, did_you_mean, listing

__all__ = [
    "nonempty", "notified", "plain_name", "scheduled", "told_apart", "tolerances",
    "warning_names",
]  # fmt: skip

_Values = TypeVar("_Values", bound=Sequence[object])
_Rules = TypeVar("_Rules", bound=Mapping[str, object])


def plain_name(name: str) -> str:
    """A report's name, which is the name of its folder."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise ValueError("a report's name becomes its folder: use letters, digits, '_' and '-'")
    return name


def nonempty(values: _Values) -> _Values:
    """At least one value."""
    if not values:
        raise ValueError("the list is empty: write one value or more, or leave it out")
    return values


def told_apart(values: _Values) -> _Values:
    """No value twice."""
    if any(value in values[:place] for place, value in enumerate(values)):
        raise ValueError("a value stands in the list twice")
    return values


def warning_names(rules: _Rules) -> _Rules:
    """Classes of warnings, or ``*``."""
    for name in rules:
        if name != "*" and not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", name):
            raise ValueError("name classes of warnings, such as ConvergenceWarning, or '*'")
    return rules


def scheduled(text: str) -> str:
    """A schedule that can be read; the rules are imported only where there is one."""
    if not text:
        return text
    from confstudy.report.schedule.when import Schedule

    try:
        Schedule.parse(text)
    except ConfstudyError as wrong:
        raise ValueError(str(wrong)) from None
    return text


def tolerances(gates: object) -> object:
    """Gates of recorded numbers, each a Tolerance."""
    if not gates or not isinstance(gates, dict):
        return gates
    from confstudy.report.hold import Tolerance

    return {name: _made(Tolerance, rule, f"'{name}': ") for name, rule in gates.items()}


def notified(targets: object) -> object:
    """Whom to tell, a Notify; nobody where the table is empty."""
    if not isinstance(targets, dict):
        return targets
    if not targets:
        return None
    from confstudy.report.notify import Notify

    return _made(Notify, targets, "")


def _made(model: type[BaseModel], content: object, where: str) -> BaseModel:
    """A model of another part, its mistakes in one line and without what was written."""
    if isinstance(content, model):
        return content
    try:
        return model.model_validate(content)
    except ValidationError as failed:
        told = []
        for error in failed.errors(include_url=False, include_input=False, include_context=False):
            key = ".".join(map(str, error["loc"]))
            if error["type"] == "extra_forbidden":
                hint = did_you_mean(key, model.model_fields)
                told.append(f"{key} is not known.{hint} Allowed: {listing(model.model_fields)}")
            else:
                message = str(error["msg"]).removeprefix("Value error, ")
                told.append(f"{key}: {message}" if key else message)
        raise ValueError(where + "; ".join(told)) from None
