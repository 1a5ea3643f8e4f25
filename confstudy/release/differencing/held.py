"""New outputs that would show a few respondents when subtracted from earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confstudy.release.decision import Decision, Rules
from confstudy.release.differencing.leaks import Leak, leaks
from confstudy.release.differencing.published import Published
from confstudy.release.differencing.system import numbers, system_of, tables_of

__all__ = ["Held", "decision", "held_back"]

_RULES = Rules()


@dataclass(frozen=True)
class Held:
    """A new number that may not leave, and why.

    Attributes
    ----------
    label, output
        The number and the output it is in.
    rule, reason
        ``differencing``, and a sentence for a person.
    against
        The earlier output, with its date, that it would be subtracted from.
    more
        How many respondents must have come or gone since then, where waiting helps: the whole
        threshold, since what is still missing would tell how many differ now.
    """

    label: str
    output: str
    rule: str
    reason: str
    against: str
    more: int | None


def held_back(
    new: Sequence[Published], old: Sequence[Published], rules: Rules = _RULES
) -> list[Held]:
    """New numbers that, with all that left before, show a few respondents or a hidden count.

    Parameters
    ----------
    new
        Every number of the outputs about to leave, those suppressed in them too.
    old
        Every number that left before.
    rules
        ``threshold``: fewest respondents that may differ.

    Returns
    -------
    list of Held
        One a new number; none when the outputs may leave.

    Notes
    -----
    Two numbers of the same quantity and variables may differ by nobody or by at least
    ``threshold`` respondents, those who left and came together. Beyond pairs, whatever readers
    can add and subtract counts: no hidden number, and no set of fewer than ``threshold``
    respondents, may follow from the new numbers and the old ones unless it followed from the
    old alone. Respondents who are missing from a table for want of an answer are no such set
    (see :class:`~confstudy.release.differencing.system.Tables`). A hidden count may not be
    bounded closely either. Readers are taken to know which of the published groups overlap.

    Examples
    --------
    >>> import numpy as np
    >>> def everybody(n, at, table):
    ...     members = np.packbits(np.ones(n, dtype=bool))
    ...     return Published("all", "count", (), members, output="Sample", at=at, table=table)
    >>> old = [everybody(412, "2025-11-03", 1)]
    >>> [len(held_back([everybody(n, "", 2)], old)) for n in (412, 413, 422)]
    [0, 1, 0]
    """
    listed = numbers(new, old)
    width = max((len(number.published.members) for number in listed), default=0)
    if not new or not width:
        return []
    tables = tables_of(listed, width)
    found: dict[tuple[str, str, int], Held] = {}
    for quantity in _quantities(new):
        for leak in leaks(system_of(listed, quantity, width), tables, rules.threshold):
            for number in leak.new:
                one = number.published
                key = (one.label, one.output, number.table)
                found.setdefault(key, _held(one, leak, rules.threshold))
    return list(found.values())


def decision(held: Sequence[Held]) -> Decision:
    """What is decided about an output, given what of it is held back.

    >>> decision([]).status
    'pass'
    """
    if not held:
        return Decision(
            "pass", "differencing", "no earlier output differs from it by a few respondents"
        )
    # Which numbers are held, and how many, would tell whom the difference is about.
    return Decision("fail", "differencing", held[0].reason.removeprefix(f"{held[0].label}: "))


def _quantities(new: Sequence[Published]) -> list[str]:
    quantities = dict.fromkeys(one.quantity for one in new)
    if any(name.startswith(("total:", "mean:")) for name in quantities):
        quantities.setdefault("count")
    return list(quantities)


def _held(number: Published, leak: Leak, threshold: int) -> Held:
    earlier = [one.published for one in leak.old if one.published.output]
    latest = max(earlier, key=lambda one: one.at, default=None)
    against = "" if latest is None else f"'{latest.output}'"
    if latest is not None and latest.at:
        against += f" of {latest.at[:10]}"
    where = against or ("an earlier output" if leak.old else "another number of the same output")
    waiting = leak.kind in ("pair", "set") and bool(leak.old)
    remedies = ["round to base 5", "merge groups"]
    if leak.old:
        remedies.insert(0, "publish on the respondents of the earlier output")
    if waiting:
        remedies.insert(0, f"wait until at least {threshold} more have answered since then")
    told = {
        "pair": f"subtracted from {where}, it would show fewer than {threshold} respondents",
        "set": f"together with {where}, it would show fewer than {threshold} respondents",
        "hidden": f"together with {where}, it would give a hidden number away",
        "bounded": f"together with {where}, it would narrow a hidden number down to a few",
    }[leak.kind]
    reason = f"{number.label}: {told}; {', '.join(remedies[:-1])}, or {remedies[-1]}"
    more = threshold if waiting else None
    return Held(number.label, number.output, "differencing", reason, against or where, more)
