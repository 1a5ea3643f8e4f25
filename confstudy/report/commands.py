"""The verbs of ``confstudy report``, from the folder a person stands in."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from confstudy.errors import ConfigError, ParameterError, ReportError, unknown
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.config import Config, find_config, read_config
from confstudy.report.plan import Plan, plans
from confstudy.report.publish import Shelf
from confstudy.report.source import parameters_in, read_cells
from confstudy.report.statcache import StatCache

__all__ = [
    "accept", "build_all", "diff_of", "history_of", "keep_run", "list_all", "page_of", "prune_all",
    "refuse", "run_all_due", "schedule", "shelf_of", "status_all", "unlock", "verify_all", "why_of",
]  # fmt: skip

Say = Callable[[str], object]


def build_all(
    names: Sequence[str], given: Sequence[str], only: Sequence[str], *, force: bool, say: Say
) -> int:
    """Build reports one after the other; a failed one does not stop the next."""
    from confstudy.report.engine.warm import Warm
    from confstudy.report.index import write_index

    config = _config()
    if given and len(names or config.report) != 1:
        raise ParameterError("Parameters belong to one report: name it.")
    planned = _planned(config, names, _pairs(given), _pairs(only))
    waiting = [plan for plan in planned if force or plan.state in ("stale", "never built")]
    done: dict[str, int] = {}
    with (Warm.started() if waiting else None) or nullcontext() as warm:
        for number, plan in enumerate(planned, start=1):
            try:
                status = _build_one(plan, f"{number}/{len(planned)}", force, warm, say)
            except KeyboardInterrupt:
                say("interrupted: the last good reports are untouched")
                raise
            done[status] = done.get(status, 0) + 1
    say(f"index: {_short(write_index(config), config)}")
    return 3 if done.get("failed") else 5 if done.get("held") else 0


def _build_one(plan: Plan, place: str, force: bool, warm: object, say: Say) -> str:
    from confstudy.report.build import build
    from confstudy.report.engine.warm import Warm

    state = plan.state
    if force or state in ("stale", "never built"):
        why = f" ({'; '.join(map(str, plan.causes[:3]))})" if state == "stale" else ""
        say(f"{place} {plan.label}: {state}{why}, building …")
    start = time.monotonic()
    built = build(plan, force=force, warm=warm if isinstance(warm, Warm) else None)
    for remark in built.remarks:
        say(f"    {remark}")
    kept = " The last good report is untouched." if built.path else ""
    if built.status == "failed":
        say(f"{place} {plan.label}: FAILED: {built.reason}{kept}")
    elif built.status == "held":
        say(f"{place} {plan.label}: HELD: {built.reason}{kept}")
        say(
            f"    look into 'held', then confstudy report accept {plan.name}, or refuse {plan.name}"
        )
    else:
        took = f" in {time.monotonic() - start:.1f} s" if built.status == "built" else ""
        page = (built.path or plan.shelf.folder) / "report.html"
        shown = page.relative_to(plan.root) if page.is_relative_to(plan.root) else page
        say(f"{place} {plan.label}: {built.status}{took}: {shown}")
    return built.status


def list_all(*, say: Say) -> None:
    """List reports and their parameters with type, default and meaning."""
    config = _config()
    for name, entry in config.report.items():
        when = f", {entry.schedule}" if entry.schedule else ""
        say(f"{name}: {entry.title} ({entry.notebook}{when})")
        notebook = config.notebook(name)
        for parameter in parameters_in(read_cells(notebook), notebook.name).values():
            default = entry.matrix.get(
                parameter.name, entry.params.get(parameter.name, parameter.default)
            )
            say(f"    {parameter.name}: {parameter.type} = {default!r}  {parameter.help}")


def status_all(*, say: Say) -> int:
    """Say of each report whether it is fresh: 0 if all are, else 5."""
    stale = 0
    for plan in _planned(_config(), [], {}, {}):
        state = plan.state
        why = f": {'; '.join(map(str, plan.causes[:3]))}" if state == "stale" else ""
        say(f"{plan.label}: {state}{why}")
        stale += state != "fresh"
    return 5 if stale else 0


def why_of(name: str, *, say: Say) -> int:
    """Say everything that changed since a report was built."""
    stale = 0
    for plan in _planned(_config(), [name], {}, {}):
        stale += plan.state != "fresh"
        say(f"{plan.label}: {plan.state}")
        if plan.state == "stale":
            for cause in plan.causes:
                say(f"    {cause.part}: {cause.words}")
    return 5 if stale else 0


def history_of(name: str, *, say: Say, last: int = 20) -> None:
    """List the last builds of every variant of a report."""
    config = _config()
    config.named(name)
    for folder in sorted((config.home / name).glob("*/")):
        for entry in Shelf(folder).history.last(last):
            reason = f": {str(entry['reason']).splitlines()[0]}" if entry.get("reason") else ""
            run = entry.get("run", "")
            say(f"{folder.name}  {run}  {entry['at']}  {entry['status']}{reason}")


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


def verify_all(*, say: Say) -> int:
    """Check that everything published is as it was published: 0 whole, 1 not."""
    found = [(shelf, problem) for shelf in _shelves(_config()) for problem in shelf.verify()]
    for shelf, problem in found:
        say(f"{shelf.folder.parent.name}/{shelf.folder.name}: {problem}")
    say("whole" if not found else "the next build heals what it can: confstudy report build")
    return 1 if found else 0


def accept(name: str, variant: str, *, say: Say) -> None:
    """Publish the build that is held."""
    from confstudy.report.index import write_index

    run = shelf_of(name, variant).accept()
    say(f"{name}: {run.name} is published")
    write_index(_config())


def refuse(name: str, variant: str, why: str, *, say: Say) -> None:
    """Say that the build that is held is not to be published."""
    shelf_of(name, variant).refuse(why)
    say(f"{name}: refused; it is built again when something changes")


def keep_run(name: str, variant: str, run: str, *, pinned: bool, say: Say) -> None:
    """Keep a run for good, or let it be pruned again."""
    shelf = shelf_of(name, variant)
    (shelf.pin if pinned else shelf.unpin)(run)
    say(f"{name}: {run} is {'kept for good' if pinned else 'kept like any other'}")


def prune_all(*, say: Say) -> None:
    """Remove runs beyond those that are kept."""
    config = _config()
    for name in config.report:
        for folder in sorted((config.home / name).glob("*/")):
            gone = Shelf(folder).prune(config.settings(name).keep)
            say(f"{name}/{folder.name}: {len(gone)} runs removed")


def unlock(name: str, variant: str, *, say: Say) -> None:
    """Remove a lock whose process is dead."""
    freed = shelf_of(name, variant).unlock()
    say(f"{name}: {'unlocked' if freed else 'was not locked'}")


def run_all_due(*, say: Say) -> int:
    """Build what its schedule asks for: 0, 3 some failed, 5 some held."""
    from confstudy.report.build import build
    from confstudy.report.index import write_index
    from confstudy.report.schedule.run_due import Scheduled, exit_code, run_due
    from confstudy.report.schedule.when import Schedule

    config = _config()
    by_name = {plan.label: plan for plan in _planned(config, [], {}, {}) if plan.entry.schedule}
    waiting = [
        Scheduled(
            label,
            Schedule.parse(plan.entry.schedule),
            plan.shelf.folder,
            partial(_builds, plan.shelf),
        )
        for label, plan in by_name.items()
    ]
    ran = run_due(waiting, lambda due: build(by_name[due.name]).status, datetime.now(UTC), say)
    if ran:
        write_index(config)
    return exit_code(ran)


def _builds(shelf: Shelf) -> list[Mapping[str, object]]:
    """The last builds; decisions of people are none."""
    return [e for e in shelf.history.last(50) if e["status"] not in ("accepted", "refused")]


def schedule(kind: str, study: Path | None, python: str, out: Path | None, *, say: Say) -> None:
    """Say what makes a scheduler of this machine, or of GitHub, build what is due."""
    from confstudy.report.schedule.commands import print_schedules, schedule_files
    from confstudy.report.schedule.when import Schedule

    config = _config()
    texts = {entry.schedule for entry in config.report.values() if entry.schedule}
    schedules = [Schedule.parse(text) for text in sorted(texts)]
    root = str((study or config.root).absolute())
    files = schedule_files(kind, schedules, root, python or sys.executable, datetime.now(UTC))
    print_schedules(files, out, say)


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


def shelf_of(name: str, variant: str) -> Shelf:
    """The folder of a report's variant."""
    config = _config()
    config.named(name)
    there = [path.name for path in sorted((config.home / name).glob("*/"))]
    if variant not in there:
        raise ReportError(unknown("Variants", [variant], there, f"what was built of '{name}'"))
    return Shelf(config.home / name / variant)


def _shelves(config: Config) -> list[Shelf]:
    return [
        Shelf(path) for name in config.report for path in sorted((config.home / name).glob("*/"))
    ]


def _planned(
    config: Config,
    names: Sequence[str],
    given: Mapping[str, object],
    only: Mapping[str, str],
) -> list[Plan]:
    cache = StatCache(ledger_folder(config.root))
    found = [
        plan
        for name in list(names) or list(config.report)
        for plan in plans(config, name, given, Path.cwd(), only, cache)
    ]
    for plan in found:
        _ = plan.now
    cache.save()
    return found


def _config() -> Config:
    return read_config(find_config(Path.cwd()))


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"'{text}' is not NAME=VALUE.")
        pairs[name.strip()] = value
    return pairs


def _short(path: Path, config: Config) -> str:
    """A path as seen from the study's folder."""
    return str(path.relative_to(config.root)) if path.is_relative_to(config.root) else str(path)
