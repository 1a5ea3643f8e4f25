"""The verbs of ``confstudy report``, from the folder a person stands in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from confstudy.errors import ConfigError, ParameterError
from confstudy.report.build import Plan, build, plan, write_index
from confstudy.report.config import Config, find_config, read_config
from confstudy.report.notebooks import read_notebook
from confstudy.report.publish import Shelf
from confstudy.report.run import declared_parameters

__all__ = ["build_all", "history_of", "list_all", "page_of", "status_all"]

Say = Callable[[str], object]


def build_all(names: Sequence[str], given: Sequence[str], *, force: bool, say: Say) -> int:
    """Build reports one after the other; a failed one does not stop the next."""
    config = _config()
    wanted = list(names) or list(config.report)
    parameters = _pairs(given)
    if parameters and len(wanted) != 1:
        raise ParameterError("Parameters belong to one report: name it.")
    plans = [plan(config, name, parameters, Path.cwd()) for name in wanted]
    failed = 0
    for number, planned in enumerate(plans, start=1):
        try:
            failed += not _build_one(planned, config, f"{number}/{len(plans)}", force, say)
        except KeyboardInterrupt:
            say("interrupted: the last good reports are untouched")
            raise
    say(f"index: {_short(write_index(config), config)}")
    return 3 if failed else 0


def _build_one(planned: Plan, config: Config, place: str, force: bool, say: Say) -> bool:
    if planned.state != "fresh" or force:
        why = f" ({', '.join(planned.changed)} changed)" if planned.state == "stale" else ""
        say(f"{place} {planned.name}: {planned.state}{why}, building …")
    start = time.monotonic()
    built = build(planned, config, force=force)
    if built.status == "failed":
        kept = " The last good report is untouched." if built.path else ""
        say(f"{place} {planned.name}: FAILED: {built.reason}{kept}")
        return False
    page = _short((built.path or planned.shelf.folder) / "report.html", config)
    took = f" in {time.monotonic() - start:.1f} s" if built.status == "built" else ""
    say(f"{place} {planned.name}: {built.status}{took}: {page}")
    return True


def list_all(*, say: Say) -> None:
    """List reports and their parameters with type, default and meaning."""
    config = _config()
    for name, entry in config.report.items():
        say(f"{name}: {entry.title} ({entry.notebook})")
        notebook = config.notebook(name)
        for parameter in declared_parameters(read_notebook(notebook), notebook.name).values():
            default = entry.params.get(parameter.name, parameter.default)
            say(f"    {parameter.name}: {parameter.type} = {default!r}  {parameter.help}")


def status_all(*, say: Say) -> int:
    """Say of each report whether it is fresh."""
    config = _config()
    stale = 0
    for name in config.report:
        planned = plan(config, name, {}, Path.cwd())
        why = f": {', '.join(planned.changed)} changed" if planned.state == "stale" else ""
        say(f"{name}: {planned.state}{why}")
        stale += planned.state != "fresh"
    return 5 if stale else 0


def history_of(name: str, *, say: Say) -> None:
    """List the builds of every variant of a report."""
    config = _config()
    config.named(name)
    for folder in sorted((config.home / name).glob("*/")):
        for entry in Shelf(folder).history:
            reason = f": {entry['reason'].splitlines()[0]}" if "reason" in entry else ""
            say(f"{folder.name}  {entry['at']}  {entry['status']}{reason}")


def page_of(name: str) -> Path:
    """The published page of a report, or the index."""
    config = _config()
    page = config.home / "index.html"
    if name:
        config.named(name)
        page = config.home / name / "default" / "latest" / "report.html"
    if not page.is_file():
        raise ConfigError(f"'{name or 'index'}' is not built yet: run `confstudy report build`.")
    return page.resolve()


def _config() -> Config:
    return read_config(find_config(Path.cwd()))


def _pairs(given: Sequence[str]) -> Mapping[str, object]:
    pairs: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"'{text}' is not NAME=VALUE.")
        pairs[name.strip()] = value
    return pairs


def _short(path: Path, config: Config) -> str:
    """A path as seen from the study's folder."""
    return str(path.relative_to(config.root)) if path.is_relative_to(config.root) else str(path)
