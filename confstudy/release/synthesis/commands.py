"""The verb ``confstudy synthesize``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
    say: Callable[[str], object],
) -> int:
    """Load a file, synthesize it, say the report and write the files, unless the risk forbids."""
    made = synthesize(load(data, codebook), n=n, seed=seed)
    say(repr(made))
    files = made.save(out, force=force)
    say(f"written: {', '.join(file.name for file in files)}")
    return 0
