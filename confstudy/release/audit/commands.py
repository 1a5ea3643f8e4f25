"""The verb ``confstudy audit``: several notebooks, a line a finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from confstudy.errors import UnreadableFile
from confstudy.release.audit.audit import audit
from confstudy.release.audit.sought import sought

__all__ = ["audited"]

Say = Callable[[str], object]


def audited(
    paths: Sequence[Path],
    survey: Path | None,
    codebook: str,
    say: Say,
    *,
    released: Collection[str] = (),
) -> int:
    """Audit notebooks, exported pages or texts, as a hook before a commit does.

    Parameters
    ----------
    paths
        The files.
    survey, codebook
        The data whose respondents are looked for, and its codebook where it is not beside it.
    say
        Takes every line that is told.
    released
        Digests of outputs that the ledger knows.

    Returns
    -------
    int
        0 all clean, 1 findings, 2 a file is no notebook or cannot be read.

    Examples
    --------
    >>> audited([Path("notebooks/none.ipynb")], None, "", print)
    none.ipynb: 'none.ipynb' cannot be read: No such file or directory.
    0 of 1 notebooks clean, 0 findings, 1 not read
    2
    """
    people = sought(survey, codebook or None)
    clean, findings, unread = 0, 0, 0
    for path in paths:
        try:
            found = audit(path, survey=people, released=released)
        except UnreadableFile as problem:
            say(f"{path.name}: {problem}")
            unread += 1
            continue
        clean += bool(found)
        findings += len(found.findings)
        for finding in found.findings:
            say(f"{path} {finding}")
    told = f"{clean} of {len(paths)} notebooks clean, {findings} findings"
    say(told + (f", {unread} not read" if unread else ""))
    return 2 if unread else int(findings > 0)
