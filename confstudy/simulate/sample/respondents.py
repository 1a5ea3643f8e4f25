"""Who of a simulated population answers, and which answers they skip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.terms import Term
from confstudy.simulate.sample.chances import Floats, Mechanism, Values, mechanism_of
from confstudy.simulate.sample.missing import Missing
from confstudy.simulate.sample.nonresponse import Bools, Response, responds, skips

__all__ = ["answered", "may_be_skipped", "skipped"]


def answered(
    structure: Structure,
    values: Values,
    streams: Streams,
    mechanism: Mechanism,
    rate: float | None = None,
) -> Bools:
    """Whether each client of a population answers, shape ``(n,)``.

    Parameters
    ----------
    values
        Variable → one value a client, for every variable that nonresponse depends on.
    rate
        The mean chance to answer, for which the intercept is solved; as declared if left out.

    Raises
    ------
    StructureError
        When the model does not declare the mechanism, or a path is not one of its variables.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> privacy = np.linspace(-2, 2, 1000)
    >>> came = answered(read_structure("therapy"), {"P": privacy}, Streams(1), "mnar", rate=0.3)
    >>> bool(abs(came.mean() - 0.3) < 0.06), bool(privacy[came].mean() > 0.1)
    (True, True)
    """
    if mechanism == "none":
        return np.ones(len(next(iter(values.values()))), dtype=bool)
    declared = _declared(structure, mechanism)
    unit = declared.unit
    if rate is not None:
        unit = Response(rate=rate, paths=unit.paths, link=unit.link)
    known = _with_arms(structure, unit.paths, values)
    return responds(unit, known, streams, evenly=declared.evenly)


def may_be_skipped(structure: Structure, codebook: Codebook, mechanism: Mechanism) -> list[str]:
    """The items of scales and the declared columns, in the order of the codebook.

    Raises
    ------
    StructureError
        When a declared column is not one of the codebook's.

    Examples
    --------
    >>> from confstudy.codebook.read import read_codebook
    >>> from confstudy.simulate.model.read import read_structure
    >>> items = may_be_skipped(read_structure("therapy"), read_codebook("therapy"), "mcar")
    >>> "privacy_1" in items, "arm" in items
    (True, False)
    """
    if mechanism == "none":
        return []
    item = _declared(structure, mechanism).item
    if item is None:
        return []
    strange = [name for name in item.columns if name not in codebook.kept]
    if strange:
        raise StructureError(
            unknown("Columns to be skipped", strange, codebook.kept, f"codebook '{codebook.name}'")
        )
    items = {name for scale in codebook.scales.values() for name in scale.items}
    return [name for name in codebook.kept if name in items or name in item.columns]


def skipped(
    structure: Structure,
    items: Sequence[str],
    values: Values,
    answers: Values,
    streams: Streams,
    mechanism: Mechanism,
    rows: NDArray[np.intp],
) -> dict[str, Bools]:
    """Whether each respondent skips each item: item → shape ``(respondents,)``.

    Parameters
    ----------
    items
        All that may be skipped: those without a rate of their own meet theirs together.
    values
        Variable → one value a respondent.
    answers
        Item → the respondents' answers; needed where the chance depends on them.
    rows
        The respondents' rows in the population.
    """
    declared = _declared(structure, mechanism)
    if declared.item is None or not items:
        return {}
    known = _with_arms(structure, declared.item.paths, values)
    return skips(declared.item, items, known, streams, answers, rows=rows, evenly=declared.evenly)


def _declared(structure: Structure, mechanism: Mechanism) -> Missing:
    """What the model says of a mechanism; what it calls observed is."""
    declared = structure.nonresponse.under(mechanism)
    if mechanism != "mar":
        return declared
    may = declared.item.columns if declared.item else ()
    shown = {source for name, source in structure.columns.items() if name not in may}
    for part in (declared.unit, declared.item):
        paths = part.paths if part else {}
        if mechanism_of(paths, shown) == "mnar":
            raise StructureError(
                f"Model '{structure.name}': under 'mar', nonresponse depends on variables that "
                f"everybody shows in a column: {listing(sorted(shown), most=30)}. The paths are "
                f"{listing(paths)}: change them, or ask for mnar."
            )
    return declared


def _with_arms(structure: Structure, paths: Iterable[str], values: Values) -> Mapping[str, Floats]:
    """The values, with ``A[arm]`` as 1 or 0 for each arm that a path names."""
    found = dict(values)
    causes = {cause for path in paths for cause in Term.parse(path, 1.0).causes}
    for name, arm in causes:
        node = structure.variables.get(name)
        arms = node.arms if node is not None else ()
        if arm is None and arms:
            raise StructureError(
                f"The nonresponse names '{name}': name an arm of it, such as {name}[{arms[-1]}]."
            )
        if arm is not None and arm not in arms:
            raise StructureError(unknown(f"Arms of '{name}'", [arm], arms, "the nonresponse"))
        if arm is not None:
            found[f"{name}[{arm}]"] = (values[name] == arms.index(arm)).astype(float)
    return found
