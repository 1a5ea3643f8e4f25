"""What every verb begins with: the study of the working folder, its reports and their folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from confstudy.errors import ParameterError, ReportError, unknown
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.config import Config, find_config, read_config
from confstudy.report.plan import Plan, plans
from confstudy.report.publish import Shelf
from confstudy.report.statcache import StatCache

__all__ = [
    "Say", "Tell", "here", "pairs", "planned", "quiet", "shelf_of", "shelves", "short",
]  # fmt: skip

#: Takes a line for people.
Say = Callable[[str], object]
#: Takes a record for programs; its keys stay as they are.
Tell = Callable[[Mapping[str, Any]], object]


def quiet(record: Mapping[str, Any]) -> None:
    """Tell nobody."""


def here() -> Config:
    """The reports of the study that the working folder belongs to."""
    return read_config(find_config(Path.cwd()))


def planned(
    config: Config,
    names: Sequence[str] = (),
    given: Mapping[str, object] | None = None,
    only: Mapping[str, str] | None = None,
) -> list[Plan]:
    """Every variant of the named reports, or of all, with what it would be built from now."""
    cache = StatCache(ledger_folder(config.root))
    found = [
        plan
        for name in list(names) or list(config.report)
        for plan in plans(config, name, given or {}, Path.cwd(), only or {}, cache)
    ]
    for plan in found:
        _ = plan.now
    cache.save()
    return found


def pairs(given: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` taken apart.

    >>> pairs(["outcome=trust", "note=a=b"])
    {'outcome': 'trust', 'note': 'a=b'}
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"'{text}' is not NAME=VALUE.")
        found[name.strip()] = value
    return found


def shelves(config: Config, names: Sequence[str] = ()) -> list[Shelf]:
    """The folders of the named reports, or of all."""
    return [
        Shelf(path)
        for name in list(names) or config.report
        for path in sorted((config.home / name).glob("*/"))
    ]


def shelf_of(name: str, variant: str) -> Shelf:
    """The folder of a report's variant; raises ReportError where it was never built."""
    config = here()
    config.named(name)
    there = [shelf.folder.name for shelf in shelves(config, [name])]
    if variant not in there:
        raise ReportError(unknown("Variants", [variant], there, f"what was built of '{name}'"))
    return Shelf(config.home / name / variant)


def short(path: Path, root: Path) -> str:
    """A path as seen from the study's folder."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
