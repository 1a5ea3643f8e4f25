"""The page over all reports: what is published, whether it still stands, and how it came to be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from confstudy.errors import ConfstudyError, ReportError
from confstudy.files import write_text
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.config import Config
from confstudy.report.diff import read_values
from confstudy.report.manifest import runs_in
from confstudy.report.plan import Plan, State, plans
from confstudy.report.publish import Shelf
from confstudy.report.render import Event, Group, Row, Status, render_index
from confstudy.report.schedule.when import Schedule
from confstudy.report.statcache import StatCache
from confstudy.report.writers.trend import Trend

__all__ = ["write_index"]

_OTHERS = {"PDF": "report.pdf", "Word": "report.docx"}
#: How many builds of a variant the page lists, and how many recorded numbers it shows.
_EVENTS, _NUMBERS = 10, 6
_REASON = 200


def write_index(config: Config, states: Mapping[Path, State] | None = None) -> Path:
    """Write the page over all reports, in one step.

    Every variant that stands in reports.toml is on it, and every folder of one that does not:
    built by hand with other parameters, or before reports.toml was changed.

    Parameters
    ----------
    config
        The reports of the study.
    states
        What somebody has just found out about folders, ``plan.shelf.folder: plan.state``, so
        that it is not looked up again. A plan remembers what it saw before a build: give states
        of new plans, or none. The others are looked up.

    Returns
    -------
    Where the page is.
    """
    cache = StatCache(ledger_folder(config.root))
    groups = [_group(config, name, states or {}, cache) for name in config.report]
    gone = {path.parent.name for path in _folders(config, "*")} - set(config.report)
    groups += [
        Group(name, [_retired(Shelf(path)) for path in _folders(config, name)])
        for name in sorted(gone)
    ]
    cache.save()
    path = config.home / "index.html"
    write_text(path, render_index(groups))
    return path


def _folders(config: Config, name: str) -> list[Path]:
    """The folders of a report in which something was built, or tried."""
    return sorted(path.parent for path in config.home.glob(f"{name}/*/history.jsonl"))


def _group(config: Config, name: str, states: Mapping[Path, State], cache: StatCache) -> Group:
    title = config.report[name].title
    heading = name if "{" in title else title
    try:
        planned = plans(config, name, {}, config.root, cache=cache)
    except ConfstudyError:
        return Group(heading, [_unplanned(Shelf(path)) for path in _folders(config, name)])
    known = {plan.shelf.folder for plan in planned}
    rows = [_row(plan, states.get(plan.shelf.folder)) for plan in planned]
    others = [path for path in _folders(config, name) if path not in known]
    return Group(heading, [*rows, *(_retired(Shelf(path)) for path in others)])


def _row(plan: Plan, state: State | None) -> Row:
    try:
        seen = state or plan.state
        causes = [str(cause) for cause in plan.causes] if seen == "stale" else []
    except ConfstudyError:
        return _unplanned(plan.shelf)
    shown = plan.variant.shown
    variant = ", ".join(f"{name} = {shown[name]}" for name in plan.entry.matrix)
    status = _status(plan.shelf, seen)
    notice, reasons = _told(plan.shelf, status, causes, plan.name)
    return _published(plan.shelf, status, variant, _due(plan), notice, tuple(reasons))


def _unplanned(shelf: Shelf) -> Row:
    notice = "Whether it still stands cannot be told: see confstudy report status."
    return _published(shelf, "unknown", _variant(shelf), notice=notice)


def _retired(shelf: Shelf) -> Row:
    return _published(shelf, "retired", _variant(shelf))


def _variant(shelf: Shelf) -> str:
    """The parameters that a folder is named for, without what tells equal names apart."""
    name = shelf.folder.name
    return "" if name == "default" else name.rpartition("-")[0].replace(",", ", ")


def _published(
    shelf: Shelf,
    status: Status,
    variant: str,
    due: str = "",
    notice: str = "",
    reasons: tuple[str, ...] = (),
) -> Row:
    manifest, here = shelf.manifest, f"{shelf.folder.parent.name}/{shelf.folder.name}"
    return Row(
        status=status,
        finding=str(manifest.get("title", "")),
        variant=variant,
        link=f"{here}/latest/report.html" if manifest else "",
        files={
            what: f"{here}/latest/{file}"
            for what, file in _OTHERS.items()
            if file in manifest.get("files", ())
        },
        built=_day(manifest.get("built")),
        due=due,
        notice=notice,
        reasons=reasons,
        trends=tuple(_trends(shelf)) if manifest else (),
        history=tuple(_events(shelf, here)),
    )


def _status(shelf: Shelf, state: State) -> Status:
    """The state, and what the history adds to it."""
    newest = shelf.history.newest("built", "accepted", "held", "failed")
    if newest.get("status") == "failed" and state != "fresh":
        return "failed"
    if shelf.held:
        return "refused" if shelf.held.refused else "held"
    if state == "never built" and shelf.history.newest("built", "accepted"):
        return "damaged"
    return state


def _told(shelf: Shelf, status: Status, causes: list[str], name: str) -> tuple[str, list[str]]:
    """What a reader must know before opening it, and why; nothing where all is well."""
    manifest, history = shelf.manifest, shelf.history
    good = (
        f"the last good one is of {_day(manifest.get('built'))}"
        if manifest
        else "there is no good one yet"
    )
    if status == "failed":
        newest = history.newest("failed")
        return f"The latest build failed on {_day(newest.get('at'))}; {good}.", [*_reason(newest)]
    if status == "held" and shelf.held:
        day = _day(shelf.held.manifest.get("built"))
        words = f"A build of {day} waits for review; {good}. See: confstudy report accept {name}"
        return words, shelf.held.reasons
    if status == "refused":
        newest = history.newest("refused")
        return f"A new build was refused on {_day(newest.get('at'))}; {good}.", [*_reason(newest)]
    if status == "damaged":
        day = _day(history.newest("built", "accepted").get("at"))
        return f"The build of {day} is not whole any more: build it again.", []
    if status == "stale":
        return "Something changed since: build it again before citing it.", causes
    return "", []


def _due(plan: Plan) -> str:
    if not plan.entry.schedule:
        return ""
    schedule = Schedule.parse(plan.entry.schedule)
    tick = schedule.next(datetime.now(UTC)).astimezone(ZoneInfo(schedule.zone))
    return f"{tick:%Y-%m-%d %H:%M %Z}"


def _trends(shelf: Shelf) -> Iterator[Trend]:
    """The numbers that the newest run recorded, over all runs that are kept."""
    found: list[Mapping[str, Mapping[str, object]]] = []
    for run in runs_in(shelf.folder / "runs"):
        try:
            found.append(read_values(run))
        except ReportError:
            continue
    for name in list(found[-1])[:_NUMBERS] if found else []:
        values = [run[name].get("value") for run in found if name in run]
        finite = [float(v) for v in values if isinstance(v, int | float) and math.isfinite(v)]
        if finite:
            yield Trend(name, tuple(finite))


def _events(shelf: Shelf, here: str) -> Iterator[Event]:
    for entry in reversed(shelf.history.last(_EVENTS)):
        page = f"runs/{entry.get('run', '')}/report.html"
        link = f"{here}/{page}" if entry.get("run") and (shelf.folder / page).is_file() else ""
        reason = " ".join(_reason(entry))
        at = str(entry.get("at", ""))[:16].replace("T", " ")
        yield Event(at, str(entry.get("status", "")), reason, link)


def _reason(entry: Mapping[str, object]) -> Iterator[str]:
    """The first line of why."""
    first = str(entry.get("reason") or "").strip().partition("\n")[0]
    if first:
        yield first if len(first) <= _REASON else f"{first[: _REASON - 1]}…"


def _day(moment: object) -> str:
    return str(moment or "")[:10]
