"""What is to be built: every variant of a report, where it stands, and why it is not fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from confstudy.errors import ParameterError
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.config import Config, ReportEntry, Settings
from confstudy.report.fingerprint import fingerprint
from confstudy.report.publish import Shelf
from confstudy.report.source import parameters_in, read_cells
from confstudy.report.statcache import StatCache
from confstudy.report.variants import Variant, variants
from confstudy.report.why import Cause, Part, why

__all__ = ["Plan", "State", "plans"]

State = Literal["fresh", "stale", "never built", "held"]


@dataclass(frozen=True, repr=False)
class Plan:
    """One variant of a report: where it is published and whether that is still right.

    Attributes
    ----------
    name, variant, notebook
        The report, its parameters, and its notebook.
    root
        The study's folder.
    entry, settings
        What reports.toml says of it.
    shelf
        Where it is published.
    cache
        Hashes of files that have not changed.
    """

    name: str
    variant: Variant
    notebook: Path
    root: Path
    entry: ReportEntry
    settings: Settings
    shelf: Shelf
    cache: StatCache = field(compare=False)

    @property
    def title(self) -> str:
        """The title, its placeholders filled."""
        return self.variant.title

    @property
    def label(self) -> str:
        """The report and, where it has several, the variant."""
        folder = self.variant.folder
        return self.name if folder == "default" else f"{self.name} ({folder})"

    def parts(self, watched: Mapping[str, list[str]]) -> dict[str, Part]:
        """What it would be built from, given what its kernel read and imported last time."""
        page = {"title": self.title, "formats": ", ".join(self.settings.formats)}
        return fingerprint(
            self.notebook,
            self.variant.shown,
            self.variant.data,
            {"watched": watched},
            root=self.root,
            page=page,
            cache=self.cache,
        )

    @cached_property
    def now(self) -> dict[str, Part]:
        """What it would be built from now."""
        return self.parts(self.shelf.manifest.get("watched") or {})

    @cached_property
    def causes(self) -> list[Cause]:
        """Why the published report is not what would be built; nothing when it is."""
        return why(self.shelf.manifest.get("fingerprint", {}), self.now)

    @property
    def state(self) -> State:
        """Whether the published report is still what would be built."""
        held = self.shelf.held
        if held is not None and held.manifest.get("fingerprint") == self.parts(
            held.manifest.get("watched") or {}
        ):
            return "held"
        if self.shelf.latest is None:
            return "never built"
        return "stale" if self.causes else "fresh"


def plans(
    config: Config,
    name: str,
    given: Mapping[str, object],
    start: Path,
    only: Mapping[str, str] | None = None,
    cache: StatCache | None = None,
) -> list[Plan]:
    """Every variant of a report, its parameters typed and checked.

    Parameters
    ----------
    given
        Parameters that replace those of reports.toml; paths are meant from ``start``.
    only
        Values of the matrix to choose variants by.
    """
    path = config.notebook(name)
    declared = parameters_in(read_cells(path), path.name)
    known = cache or StatCache(ledger_folder(config.root))
    found = [
        Plan(
            name,
            variant,
            path,
            config.root,
            config.named(name),
            config.settings(name),
            Shelf(config.home / name / variant.folder),
            known,
        )
        for variant in variants(config, name, declared, given, start, only)
    ]
    for plan in found:
        data = plan.variant.parameters.get("data")
        if data and not (path.parent / str(data)).is_file():
            raise ParameterError(f"Parameter 'data': no file '{Path(str(data)).name}' there.")
    return found
