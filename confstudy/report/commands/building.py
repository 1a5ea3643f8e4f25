"""Build reports: one after the other, several at once, or on a cluster."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confstudy.errors import ParameterError, ReportBusy, ReportError
from confstudy.report.commands.board import Board
from confstudy.report.commands.study import (
    Say,
    Tell,
    here,
    pairs,
    planned,
    quiet,
    short,
)
from confstudy.report.engine.jobs import Done, Tools, run_here, run_many
from confstudy.report.engine.progress import Stage
from confstudy.report.plan import Plan

__all__ = ["Job", "Outcome", "build_all", "build_job", "finished"]

INTERRUPTED = 130


@dataclass(frozen=True, repr=False)
class Job:
    """A report to build.

    Attributes
    ----------
    causes
        Why it is stale, as it was before anything was built.
    """

    plan: Plan
    force: bool = False
    causes: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan, force: bool = False) -> Job:
        """What is to be done about a plan."""
        stale = plan.state == "stale"
        return cls(plan, force, tuple(map(str, plan.causes)) if stale else ())


@dataclass(frozen=True)
class Outcome:
    """What became of a report, light enough to be read without what builds it.

    Attributes
    ----------
    status
        ``built``, ``fresh``, ``held``, ``failed`` or ``busy``.
    path
        The folder of the last good build, if there is one.
    """

    status: str
    path: Path | None = None
    reason: str = ""
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0


def build_all(
    names: Sequence[str],
    given: Sequence[str],
    only: Sequence[str],
    *,
    force: bool,
    say: Say,
    tell: Tell = quiet,
    workers: int = 1,
    dask: str = "",
) -> int:
    """Build what is not fresh; a report that fails stops no other.

    Parameters
    ----------
    workers
        How many reports are built at once.
    dask
        The address of a dask scheduler whose workers see the study's folder.

    Returns
    -------
    0; 3 some failed; 4 some are being built by others; 5 some are held; 130 interrupted.
    """
    from confstudy.report.index import write_index

    config = here()
    if given and len(names or config.report) != 1:
        raise ParameterError("Parameters belong to one report: name it.")
    if workers < 1:
        raise ParameterError(
            f"-j says how many reports are built at once: 1 or more, not {workers}."
        )
    if dask and workers > 1:
        raise ParameterError("A cluster has the workers it has: leave out -j or --dask.")
    wanted = planned(config, names, pairs(given), pairs(only))
    ended: Counter[str] = Counter()
    with Board(say) as board:
        try:
            for job, outcome in finished([Job.of(p, force) for p in wanted], board, workers, dask):
                ended[outcome.status] += 1
                _announce(job, outcome, f"{ended.total()}/{len(wanted)}", board.say)
                tell(_record(job, outcome))
        except KeyboardInterrupt:
            board.say("interrupted: the last good reports are untouched")
            ended["interrupted"] += 1
    say(f"index: {short(write_index(config), config.root)}")
    codes = {"interrupted": INTERRUPTED, "failed": 3, "busy": 4, "held": 5}
    return next((code for status, code in codes.items() if ended[status]), 0)


def finished(
    jobs: Sequence[Job], board: Board, workers: int = 1, dask: str = ""
) -> Iterator[tuple[Job, Outcome]]:
    """Each report as soon as it has ended; those with nothing to build come first.

    Whoever stops in between ends all that still runs.
    """
    waiting = []
    for job in jobs:
        state = job.plan.state
        if job.force or state in ("stale", "never built"):
            waiting.append(job)
        else:
            held = job.plan.shelf.held
            why = "; ".join(held.reasons) if state == "held" and held else ""
            yield job, Outcome(state, job.plan.shelf.latest, why)
    if not waiting:
        return
    board.expect(len(waiting))

    def heard(job: Job, said: object) -> None:
        if isinstance(said, Stage):
            board.at(job.plan.label, said)

    with ExitStack() as stack:
        for done in stack.enter_context(closing(_running(waiting, heard, workers, dask, stack))):
            board.ended(done.job.plan.label)
            yield done.job, _outcome(done)


def build_job(job: Job, tools: Tools) -> Outcome:
    """Build a report, in whatever process this is."""
    from confstudy.report.build import build

    start = time.monotonic()
    built = build(job.plan, force=job.force, warm=tools.warm, progress=tools.say)
    seconds = round(time.monotonic() - start, 3)
    return Outcome(built.status, built.path, built.reason, built.remarks, seconds)


def _running(
    jobs: Sequence[Job], heard: Any, workers: int, dask: str, stack: ExitStack
) -> Generator[Done[Job, Outcome], None, None]:
    """The way of building: a cluster, processes, or this process."""
    if dask:
        from confstudy.report.engine.cluster import run_on

        return run_on(dask, jobs, build_job, jobs[0].plan.root, say=heard)
    from confstudy.report.engine.warm import Warm

    warm = Warm.started()
    if warm:
        stack.callback(warm.close)
    if workers == 1:
        return run_here(jobs, build_job, warm=warm, say=heard)
    return run_many(jobs, build_job, workers, warm=warm, say=heard)


def _outcome(done: Done[Job, Outcome]) -> Outcome:
    if done.result is not None:
        return done.result
    shelf, reason = done.job.plan.shelf, str(done.failed)
    # A builder that was killed could not keep its failure itself.
    if type(done.failed) is ReportError:
        shelf.fail(reason)
    busy = isinstance(done.failed, ReportBusy)
    return Outcome("busy" if busy else "failed", shelf.latest, reason)


def _announce(job: Job, outcome: Outcome, place: str, say: Say) -> None:
    plan = job.plan
    for remark in outcome.remarks:
        say(f"    {remark}")
    kept = " The last good report is untouched." if outcome.path else ""
    if outcome.status in ("failed", "busy", "held"):
        say(f"{place} {plan.label}: {outcome.status.upper()}: {outcome.reason}{kept}")
        if outcome.status == "held":
            say(f"    look into 'held', then confstudy report accept {plan.name}, or refuse it")
        return
    why = f" ({'; '.join(job.causes[:3])})" if job.causes else ""
    took = f" in {outcome.seconds:.1f} s{why}" if outcome.status == "built" else ""
    page = short((outcome.path or plan.shelf.folder) / "report.html", plan.root)
    say(f"{place} {plan.label}: {outcome.status}{took}: {page}")


def _record(job: Job, outcome: Outcome) -> dict[str, Any]:
    plan = job.plan
    return {
        "report": plan.name,
        "variant": plan.variant.folder,
        "status": outcome.status,
        "reason": outcome.reason,
        "causes": list(job.causes),
        "remarks": list(outcome.remarks),
        "seconds": outcome.seconds,
        "run": outcome.path.resolve().name if outcome.path else None,
        "page": short(outcome.path / "report.html", plan.root) if outcome.path else None,
    }
