"""The verb ``confstudy synthesize``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from confstudy.errors import UnwritableFile
from confstudy.release.synthesis.pace import on_a_terminal
from confstudy.release.synthesis.synthesize import synthesize
from confstudy.survey.load import load

__all__ = ["synthesize_file"]


def synthesize_file(
    data: str | Path,
    codebook: str | None,
    *,
    seed: int,
    out: str | Path,
    n: int | None = None,
    force: bool = False,
    accept: bool = False,
    say: Callable[[str], object],
) -> int:
    """Load a file, synthesize it, say the report and write the files, if they may be written.

    On a terminal, the step and the time left are shown meanwhile.

    Raises
    ------
    DisclosureRefused
        The risk is over the limit, or a target is missed and that is not accepted.
    """
    if Path(out).exists() and not force:
        raise UnwritableFile(f"{Path(out).name} exists already: name another file, or --force.")
    shown = on_a_terminal(sys.stderr)
    try:
        made = synthesize(load(data, codebook), n=n, seed=seed, progress=shown)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: nothing was written\n")
        raise
    if shown is not None:
        shown("")
    say(repr(made))
    files = made.save(out, force=force, accept=accept)
    if made.decision.status == "review":
        say(f"accepted: {made.decision.reason}")
    say(f"written: {', '.join(file.name for file in files)}")
    return 0
