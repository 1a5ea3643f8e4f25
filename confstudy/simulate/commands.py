"""The verb ``confstudy simulate``: what stands on the command line, as the package takes it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from confstudy.errors import StructureError, listing
from confstudy.simulate.progress import progress
from confstudy.simulate.write import Written, complete_to, simulate_to

__all__ = ["do_of", "simulated"]


def simulated(
    out: Path,
    *,
    do: Iterable[str] = (),
    columns: str = "",
    complete: bool = False,
    workers: int = 1,
    survey: Mapping[str, Any],
    **options: Any,
) -> Written:
    """Write a survey, or with ``complete`` everybody's answers in blocks.

    Parameters
    ----------
    do, columns
        ``NAME=VALUE`` each; names with commas between.
    survey
        Options of a survey that is answered, left out where they are None.
    **options
        model, clients, therapists, seed, force.

    Raises
    ------
    StructureError
        When options do not go together, or nothing can be written as asked.
    """
    options["do"] = do_of(do)
    options["columns"] = [name.strip() for name in columns.split(",")] if columns else None
    given = {name: value for name, value in survey.items() if value is not None}
    if not complete:
        if workers > 1:
            raise StructureError("'--workers' is for '--complete': a survey is drawn at once.")
        return simulate_to(out, **given, **options)
    if given and given != {"nonresponse": "none"}:
        flags = {"response_rate": "--response-rate", "sample": "--sampling"}
        names = listing(flags.get(name, f"--{name}") for name in given)
        raise StructureError(f"'--complete' is everybody's answers: leave out {names}.")
    try:
        return complete_to(out, workers=workers, told=progress(sys.stderr), **options)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: nothing was written\n")
        raise


def do_of(given: Iterable[str]) -> dict[str, str | float]:
    """Settings as they stand on a command line.

    >>> do_of(["A=absolute", "B0 = 0"])
    {'A': 'absolute', 'B0': '0'}
    """
    settings: dict[str, str | float] = {}
    for text in given:
        name, _, value = (part.strip() for part in text.partition("="))
        if not (name and value) or name in settings:
            raise StructureError(f"'--do {text}' is not NAME=VALUE, or names one variable twice.")
        settings[name] = value
    return settings
