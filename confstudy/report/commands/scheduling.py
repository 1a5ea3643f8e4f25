"""Build what is due, and say what makes a scheduler ask for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from confstudy.report.commands.study import Say, here, planned
from confstudy.report.publish import Shelf

__all__ = ["run_all_due", "schedule"]


def run_all_due(*, say: Say) -> int:
    """Build what its schedule asks for: 0, 3 some failed, 5 some held."""
    from confstudy.report.build import build
    from confstudy.report.engine.warm import Warm
    from confstudy.report.index import write_index
    from confstudy.report.schedule.run_due import Scheduled, exit_code, run_due
    from confstudy.report.schedule.when import Schedule

    config = here()
    by_name = {plan.label: plan for plan in planned(config) if plan.entry.schedule}
    waiting = [
        Scheduled(
            label,
            Schedule.parse(plan.entry.schedule),
            plan.shelf.folder,
            partial(_builds, plan.shelf),
        )
        for label, plan in by_name.items()
    ]
    with ExitStack() as stack:

        @cache
        def warm() -> Warm | None:
            started = Warm.started()
            if started:
                stack.callback(started.close)
            return started

        ran = run_due(
            waiting,
            lambda due: build(by_name[due.name], warm=warm()).status,
            datetime.now(UTC),
            say,
        )
    if ran:
        write_index(config)
    return exit_code(ran)


def schedule(kind: str, study: Path | None, python: str, out: Path | None, *, say: Say) -> None:
    """Say what makes a scheduler of this machine, or of GitHub, build what is due."""
    from confstudy.report.schedule.commands import print_schedules, schedule_files
    from confstudy.report.schedule.when import Schedule

    config = here()
    texts = {entry.schedule for entry in config.report.values() if entry.schedule}
    schedules = [Schedule.parse(text) for text in sorted(texts)]
    root = str((study or config.root).absolute())
    files = schedule_files(kind, schedules, root, python or sys.executable, datetime.now(UTC))
    print_schedules(files, out, say)


def _builds(shelf: Shelf) -> list[Mapping[str, object]]:
    """The last builds; decisions of people are none."""
    return [e for e in shelf.history.last(50) if e["status"] not in ("accepted", "refused")]
