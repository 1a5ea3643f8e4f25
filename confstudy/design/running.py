"""A design run through its replications: as many as asked for, or until errors are small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from confstudy.design.batch import Answer
from confstudy.design.declare import Design
from confstudy.design.diagnosands import Replications
from confstudy.design.estimands import Inquiry
from confstudy.design.executors import Crew, run_chunks
from confstudy.design.finding import Finding
from confstudy.design.formulas import closed_form
from confstudy.design.progress import Progress
from confstudy.design.record import Record
from confstudy.design.stopping import Until
from confstudy.design.task import Task, chunks, estimates_of, joined
from confstudy.design.working import Result

__all__ = ["Runner"]

Truths = Sequence[tuple[float, float]]


@dataclass(frozen=True, repr=False)
class Runner:
    """How designs are run.

    Attributes
    ----------
    enough
        How many replications, or when there are enough.
    """

    asked: tuple[Inquiry, ...]
    answers: tuple[Answer, ...]
    enough: int | Until
    null: bool
    level: float
    crew: Crew
    told: Progress | None = None

    def task(self, design: Design) -> Task:
        """What is done with the replications of a design."""
        return Task(design, self.asked, self.answers, self.null)

    def run(
        self, name: str, design: Design, record: Record | None = None
    ) -> tuple[list[Finding], str]:
        """What is found in a design, and why no more replications were drawn."""
        task = self.task(design)
        truths = [asked.value(design) for asked in self.asked]
        if isinstance(self.enough, Until):
            whole, words = self._until(task, truths, self.enough, record)
        else:
            whole = joined(self._chunks(task, 0, self.enough, record))
            words = f"{self.enough:,} replications, as asked"
        findings = [
            self._finding(name, design, whole, i, j, truths[i])
            for i, j in np.ndindex(len(self.asked), len(self.answers))
        ]
        return findings, words

    def _chunks(self, task: Task, first: int, last: int, record: Record | None) -> list[Result]:
        places = chunks(first, last)
        return [chunk for _, chunk in run_chunks(task, places, self.crew, record, self.told)]

    def _until(
        self, task: Task, truths: Truths, until: Until, record: Record | None
    ) -> tuple[Result, str]:
        """Look after each chunk in its order; how many are drawn ahead changes nothing."""
        parts: list[Result] = []
        done, goal = 0, until.least
        while done < until.most:
            lacking, places = np.inf, chunks(done, goal)
            for place, part in run_chunks(task, places, self.crew, record, self.told):
                parts.append(part)
                done += places[place][1]
                if done < until.least:
                    continue
                parts = [joined(parts)]
                lacking = until.lacking(self._usable(parts[0], truths))
                if lacking <= 1:
                    return parts[0], f"{done:,} replications, when {until}"
            goal = until.expected(done, lacking)
        return joined(parts), f"{done:,} replications, the most allowed, and not yet {until}"

    def _usable(self, whole: Result, truths: Truths) -> list[Replications]:
        return [
            Replications.of(estimates_of(whole, i, j), *truths[i], self.level)
            for i, j in np.ndindex(len(self.asked), len(self.answers))
        ]

    def _finding(
        self, name: str, design: Design, whole: Result, i: int, j: int, truth: tuple[float, float]
    ) -> Finding:
        asked, answer = self.asked[i], self.answers[j]
        return Finding(
            name,
            asked.name,
            answer.name,
            answer.path,
            *truth,
            estimates_of(whole, i, j),
            whole.get(f"{i}.{j}.null_p_value", np.empty(0)),
            whole.get(f"{i}.{j}.null_failed", np.empty(0, dtype=str)),
            design.n,
            self.level,
            closed_form(design, asked, answer, self.level),
        )
