"""See what there is: reports, whether they are fresh and why not, their builds and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from confstudy.errors import ConfigError, ReportError, unknown
from confstudy.report.commands.study import (
    Say,
    Tell,
    here,
    planned,
    quiet,
    shelf_of,
    shelves,
    short,
)

__all__ = ["diff_of", "history_of", "page_of", "status_all", "verify_all", "why_of"]


def status_all(*, say: Say, tell: Tell = quiet) -> int:
    """Say of each report whether it is fresh: 0 if all are, else 5."""
    anything = 0
    for plan in planned(here()):
        state, latest = plan.state, plan.shelf.latest
        found = plan.causes if state == "stale" else []
        why = f": {'; '.join(map(str, found[:3]))}" if found else ""
        say(f"{plan.label}: {state}{why}")
        tell(
            {
                "report": plan.name,
                "variant": plan.variant.folder,
                "state": state,
                "causes": [{"part": cause.part, "words": cause.words} for cause in found],
                "page": short(latest / "report.html", plan.root) if latest else None,
            }
        )
        anything += state != "fresh"
    return 5 if anything else 0


def why_of(name: str, *, say: Say) -> int:
    """Say everything that changed since a report was built."""
    anything = 0
    for plan in planned(here(), [name]):
        anything += plan.state != "fresh"
        say(f"{plan.label}: {plan.state}")
        if plan.state == "stale":
            for cause in plan.causes:
                say(f"    {cause.part}: {cause.words}")
    return 5 if anything else 0


def history_of(name: str, *, say: Say, tell: Tell = quiet, last: int = 20) -> None:
    """List the last builds of every variant of a report."""
    config = here()
    config.named(name)
    for shelf in shelves(config, [name]):
        for entry in shelf.history.last(last):
            why, run = str(entry.get("reason") or ""), entry.get("run", "")
            first = f": {why.splitlines()[0]}" if why else ""
            say(f"{shelf.folder.name}  {run}  {entry['at']}  {entry['status']}{first}")
            told = {key: entry.get(key) for key in ("n", "run", "status", "at")}
            tell({"report": name, "variant": shelf.folder.name, **told, "reason": why})


def diff_of(name: str, old: str, new: str, variant: str, *, say: Say) -> int:
    """Compare two runs number by number; without names the two newest."""
    from confstudy.report.diff import compare

    shelf = shelf_of(name, variant)
    runs = sorted(path for path in (shelf.folder / "runs").glob("*/") if path.is_dir())
    known = [path.name for path in runs]
    if len(runs) < 2 and not (old and new):
        raise ReportError(f"'{name}' has fewer than two runs: there is nothing to compare.")
    wanted = [old or known[-2], new or known[-1]]
    strange = [run for run in wanted if run not in known]
    if strange:
        raise ReportError(unknown("Runs", strange, known, f"'{name}'"))
    say(compare(*(shelf.folder / "runs" / run for run in wanted)).words)
    return 0


def verify_all(names: Sequence[str] = (), *, say: Say, tell: Tell = quiet) -> int:
    """Check that everything published is as it was published: 0 whole, 1 not."""
    config, damaged = here(), False
    for name in names:
        config.named(name)
    for shelf in shelves(config, names):
        report, variant = shelf.folder.parent.name, shelf.folder.name
        problems = shelf.verify()
        for problem in problems:
            say(f"{report}/{variant}: {problem}")
        tell({"report": report, "variant": variant, "problems": problems})
        damaged |= bool(problems)
    say("the next build heals what it can: confstudy report build" if damaged else "whole")
    return 1 if damaged else 0


def page_of(name: str) -> Path:
    """The published page of a report, or the index."""
    config = here()
    page = config.home / "index.html"
    if name:
        config.named(name)
        page = config.home / name / "default" / "latest" / "report.html"
    if not page.is_file():
        raise ConfigError(f"'{name or 'index'}' is not built yet: run `confstudy report build`.")
    return page.resolve()
