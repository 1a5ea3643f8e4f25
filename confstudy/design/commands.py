"""The verb ``confstudy power``: what stands on the command line, as the package takes it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from confstudy.design.curve import Curve, power_curve
from confstudy.design.diagnose import diagnose
from confstudy.design.find import Size, find_n
from confstudy.design.read import read_design
from confstudy.design.result import Diagnosis
from confstudy.design.stopping import mcse
from confstudy.errors import DeclarationError

__all__ = ["Powered", "over_of", "powered"]


@dataclass(frozen=True, repr=False)
class Powered:
    """What was found: a diagnosis or a curve, and the sizes that were looked for."""

    found: Diagnosis | Curve
    sizes: tuple[tuple[str, Size], ...]

    def __str__(self) -> str:
        return "\n\n".join([repr(self.found), *(f"{name}\n{size}" for name, size in self.sizes)])

    @property
    def json(self) -> str:
        """The tables as JSON; what has no value is null."""
        diagnosis = self.found.diagnosis if isinstance(self.found, Curve) else self.found
        content = {
            "table": self.found.table.to_dict("records"),
            "failures": diagnosis.failures.to_dict("records"),
            "stopped": dict(diagnosis.stopped),
            "doubts": list(diagnosis.doubts),
            "sizes": [{"of": name, **size.table.iloc[0].to_dict()} for name, size in self.sizes],
        }
        return json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False)


def powered(
    path: Path,
    *,
    replications: int | None = None,
    until: float | None = None,
    workers: int | None = None,
    record: Path | None = None,
    over: Iterable[str] = (),
) -> Powered:
    """Diagnose the design of a file, over some numbers of it where they are named.

    Parameters
    ----------
    replications, until
        In place of what the file says; ``until`` is the wanted error of power.
    over
        ``NAME=VALUE,VALUE,…`` each.

    Raises
    ------
    DeclarationError
        The file or the options are wrong; every mistake of the file with its line.
    """
    if replications is not None and until is not None:
        raise DeclarationError("Give '--replications' or '--until', not both.")
    planned = read_design(path)
    options = dict(planned.options)
    if replications is not None or until is not None:
        options |= {"replications": replications, "until": until}
    wanted = options.pop("until", None)
    stop = mcse(power=wanted) if wanted is not None else None
    options |= {"until": stop, "executor": workers, "record": record}
    asked = planned.design, planned.estimands, planned.answers
    numbers = over_of(over)
    try:
        found = (
            power_curve(*asked, over=numbers, **options) if numbers else diagnose(*asked, **options)
        )
        level = {"level": options["level"]} if "level" in options else {}
        sizes = tuple(
            (
                f"{asked.name}, '{answer.name}'",
                find_n(planned.design, asked, answer, over=name, executor=workers, **how, **level),
            )
            for (name, how), asked, answer in product(
                planned.find.items(), planned.estimands, planned.answers
            )
        )
    except KeyboardInterrupt:
        kept = f"'--record {record}' goes on from here" if record else "nothing was kept"
        sys.stderr.write(f"\ninterrupted: {kept}\n")
        raise
    return Powered(found, sizes)


def over_of(given: Iterable[str]) -> dict[str, list[float]]:
    """Numbers to go over as they stand on a command line.

    >>> over_of(["clients=200,400", "rate = .2"])
    {'clients': [200, 400], 'rate': [0.2]}
    """
    found: dict[str, list[float]] = {}
    for text in given:
        name, _, values = (part.strip() for part in text.partition("="))
        try:
            numbers = [float(value) for value in values.split(",")]
        except ValueError:
            numbers = []
        if not (name and numbers) or name in found or not all(map(math.isfinite, numbers)):
            raise DeclarationError(
                f"'--over {text}' is not NAME=NUMBER,NUMBER,… or names one number twice."
            )
        found[name] = [int(value) if value.is_integer() else value for value in numbers]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
