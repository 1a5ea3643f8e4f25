"""Build reports a second time, to see whether the same comes out."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

from confstudy.errors import ReportError, listing
from confstudy.release.ledger.disk import held
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.commands.board import Board
from confstudy.report.commands.study import Say, Tell, here, planned, quiet
from confstudy.report.engine.folder import own_folder
from confstudy.report.engine.jobs import Done, Tools, run_many
from confstudy.report.engine.warm import Warm
from confstudy.report.plan import Plan
from confstudy.report.publish import Shelf

__all__ = ["differences", "second_time", "verify_twice"]


def verify_twice(names: Sequence[str], *, say: Say, tell: Tell = quiet) -> int:
    """Build fresh reports a second time and compare numbers, tables and figures byte by byte.

    Nothing is published, and the ledger stays as it is.

    Returns
    -------
    0 all the same; 1 some differ or failed; 5 some are not fresh, so that they were not compared.
    """
    wanted = planned(here(), names)
    fresh = [plan for plan in wanted if plan.state == "fresh"]
    codes = {0}
    for plan in wanted:
        if plan not in fresh:
            say(f"{plan.label}: {plan.state}, not compared: build it first")
            tell({**_named(plan), "same": None, "differences": [], "reason": plan.state})
            codes.add(5)
    with Board(say) as board, (Warm.started() if fresh else None) or nullcontext() as warm:
        board.expect(len(fresh))
        jobs = run_many(
            fresh, second_time, 1, warm=warm, say=lambda plan, stage: board.at(plan.label, stage)
        )
        with closing(jobs):
            for done in jobs:
                board.ended(done.job.label)
                codes.add(_announce(done, board.say, tell))
    return 1 if 1 in codes else max(codes)


def second_time(plan: Plan, tools: Tools) -> list[str]:
    """Build a report in a folder that is thrown away; what differs from what is published.

    It changes where this process has its ledger: let it have a process of its own.

    Raises
    ------
    ReportError
        It is not published, or it cannot be built.
    """
    from confstudy.report.build import build

    published = plan.shelf.latest
    if published is None:
        raise ReportError(f"'{plan.label}' is not built yet: run `confstudy report build`.")
    with own_folder() as folder:
        ledger = ledger_folder(plan.root)
        if ledger.is_dir():
            with held(ledger, timeout=60):
                left = shutil.ignore_patterns("stage-*", "*lock")
                shutil.copytree(ledger, Path(folder, "ledger"), ignore=left)
        os.environ["CONFSTUDY_LEDGER"] = str(Path(folder, "ledger"))
        again = replace(
            plan,
            shelf=Shelf(Path(folder, "shelf")),
            entry=plan.entry.model_copy(update={"gates": {}}),
            settings=plan.settings.model_copy(update={"notify": None}),
        )
        built = build(again, force=True, warm=tools.warm, progress=tools.say)
        if built.path is None:
            raise ReportError(built.reason)
        return differences(published, built.path)


def differences(one: Path, two: Path) -> list[str]:
    """The recorded numbers, tables, models and figures that are not the same in two runs."""
    from confstudy.report.diff import compare, read_values

    before, now = read_values(one), read_values(two)
    numbers = [
        f"number '{name}'"
        for name in {**before, **now}
        if json.dumps(before.get(name)) != json.dumps(now.get(name))
    ]
    pieces = compare(one, two).pieces
    return numbers + [name for name, what in pieces.to_numpy() if what != "same"]


def _announce(done: Done[Plan, list[str]], say: Say, tell: Tell) -> int:
    plan, found = done.job, done.result or []
    reason = str(done.failed or "")
    tell({**_named(plan), "same": not found and not reason, "differences": found, "reason": reason})
    if reason:
        say(f"{plan.label}: FAILED: {reason}")
    else:
        say(f"{plan.label}: {f'differs: {listing(found)[1:-1]}' if found else 'the same'}")
    return 1 if found or reason else 0


def _named(plan: Plan) -> dict[str, str]:
    return {"report": plan.name, "variant": plan.variant.folder}
