"""Diagnose a design before it is run: draw it many times, and see what the analyses make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import product
from numbers import Integral
from pathlib import Path
from typing import Any

from confstudy.design.batch import Answer
from confstudy.design.declare import Design
from confstudy.design.estimands import Inquiry
from confstudy.design.executors import Executor, crew_of
from confstudy.design.finding import Finding
from confstudy.design.progress import progress_of
from confstudy.design.realised import realised
from confstudy.design.record import Record
from confstudy.design.result import Diagnosis
from confstudy.design.running import Runner
from confstudy.design.soundness import doubts, require_answerable, require_kinds
from confstudy.design.stopping import Until
from confstudy.errors import DeclarationError

__all__ = ["diagnose"]

#: Replications of which response rate, ICC and α are worked out.
_REALISED = 200
_REPLICATIONS = 1_000


def diagnose(
    designs: Design | Sequence[Design] | Mapping[str, Design],
    estimands: Inquiry | Sequence[Inquiry],
    answers: Answer | Sequence[Answer],
    *,
    replications: int | None = None,
    until: Until | None = None,
    null: bool = True,
    level: float = 0.05,
    executor: Executor = None,
    record: str | Path | None = None,
    progress: bool | None = None,
) -> Diagnosis:
    """Cross designs with estimands and analyses, and diagnose each combination.

    Replication r of a design is the same however many are drawn, on whatever workers.

    Parameters
    ----------
    designs
        One, several, or by name.
    estimands
        From :func:`confstudy.ate` and its neighbours.
    answers
        Analyses, from :func:`confstudy.spec`.
    replications
        How many; 1,000 by default.
    until
        Instead of a number, the wanted Monte Carlo errors: ``cs.mcse(power=0.005)``.
    null
        Whether each replication is also drawn without the effect, for the false positives.
        It doubles the time.
    level
        Of the tests. Intervals have the level that the analysis gives them.
    executor
        None for this process, a number of local processes, or a ``dask.distributed`` client.
    record
        A folder in which chunks are kept, so that a run that was killed goes on where it was.
    progress
        Whether to show how far it is; by default on a terminal.

    Returns
    -------
    Diagnosis
        Its ``table`` has every diagnosand with its Monte Carlo standard error.

    Raises
    ------
    DeclarationError
        The design cannot give the estimand by the analysis: said before anything is drawn.

    Notes
    -----
    Estimand: whatever is asked, as the model's potential outcomes define it. Assumes the model;
    a diagnosis does not show that the world is like it. Morris, White & Crowther (2019), Using
    simulation studies to evaluate statistical methods; Blair, Coppock & Humphreys (2019).

    Examples
    --------
    >>> from confstudy.design.answers import difference
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_arms
    >>> effect = ate("y", arm=("treated", "control"))
    >>> found = diagnose(two_arms(0.5, 64, seed=1), effect, difference("y", by="arm"))
    >>> bool(abs(found.table["power"][0] - 0.8015) < 4 * found.table["power_mcse"][0])
    True
    """
    named = _named(designs)
    asked, analyses = _several(estimands), _several(answers)
    _require_sensible(named, asked, analyses, replications, until, level)
    told = _checked(named, asked, analyses)
    findings: list[Finding] = []
    stopped, seen = dict[str, str](), dict[str, Any]()
    bar = progress_of(progress)
    with crew_of(executor) as crew:
        enough = until or replications or _REPLICATIONS
        runner = Runner(asked, analyses, enough, null, level, crew, bar)
        for number, (name, design) in enumerate(named.items(), 1):
            if bar is not None:
                bar.part(name, number, len(named))
            with ExitStack() as stack:
                kept = _record(record, number, len(named), runner, design)
                found, stopped[name] = runner.run(name, design, kept and stack.enter_context(kept))
            findings += found
    columns = runner.task(design).columns
    outcomes = dict.fromkeys(each.outcome for each in asked)
    for name, design in named.items():
        drawn = next(len(each.found.failed) for each in findings if each.design == name)
        seen[name] = realised(design, columns, outcomes, min(_REALISED, drawn))
    return Diagnosis(named, tuple(findings), columns, seen, stopped, told)


def _checked(
    designs: Mapping[str, Design], asked: Sequence[Inquiry], answers: Sequence[Answer]
) -> tuple[str, ...]:
    """What a reader should know; DeclarationError where an estimand cannot be had."""
    told = []
    for design in designs.values():
        for each in asked:
            for answer in answers:
                require_answerable(design, each, answer.columns)
                told += doubts(design, each, answer)
    return tuple(dict.fromkeys(told))


def _record(
    folder: str | Path | None, number: int, of: int, runner: Runner, design: Design
) -> Record | None:
    """The record of one design: the folder itself, or one in it for each of several."""
    if folder is None:
        return None
    task = runner.task(design)
    place = Path(folder) / f"{number:03d}" if of > 1 else Path(folder)
    return Record.open(place, {"design": design.key, "analyses": task.key})


def _named(designs: Any) -> dict[str, Design]:
    if not isinstance(designs, Mapping | list | tuple):
        return {"design": designs}
    if isinstance(designs, Mapping):
        return dict(designs)
    return {f"design {number}": design for number, design in enumerate(designs, 1)}


def _several(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, list | tuple) else (given,)


def _require_sensible(
    designs: Mapping[str, Design],
    asked: Sequence[Inquiry],
    answers: Sequence[Answer],
    replications: Any,
    until: Any,
    level: float,
) -> None:
    if not designs or not asked or not answers:
        raise DeclarationError("A diagnosis needs a design, an estimand and an answer or more.")
    for design, each, answer in product(designs.values(), asked, answers):
        require_kinds(design, each, answer)
    if until is not None and not isinstance(until, Until):
        raise DeclarationError("'until' is what 'mcse' gives, such as mcse(power=0.005).")
    if replications is not None and not isinstance(replications, Integral):
        raise DeclarationError("'replications' is a whole number.")
    for what, names in {
        "Estimands": [each.name for each in asked],
        "Answers": [each.name for each in answers],
    }.items():
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DeclarationError(f"{what} of the same name: {twice}. Name each differently.")
    if replications is not None and until is not None:
        raise DeclarationError("Give 'replications' or 'until', not both.")
    if replications is not None and replications < 2:
        raise DeclarationError(f"A diagnosis needs two replications or more, not {replications}.")
    if not 0 < level < 1:
        raise DeclarationError(f"The level lies between 0 and 1, not at {level:g}.")
