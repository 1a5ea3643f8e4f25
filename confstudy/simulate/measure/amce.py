"""Average marginal component effects of vignettes, by enumerating all that can be."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from confstudy.errors import StructureError, unknown
from confstudy.simulate.measure.vignettes import Vignettes

__all__ = ["Outcome", "amce", "amces", "comparable", "expected_answers"]

Floats = NDArray[np.float64]
Outcome = Literal["rating", "choice"]


def expected_answers(vignettes: Vignettes, outcome: Outcome = "rating") -> Floats:
    """Mean rating of each vignette, or chance that it is chosen over a random other one.

    (profiles,) in the order of ``vignettes.profiles``; exact.
    """
    utility = vignettes.utilities
    if outcome == "rating":
        spread = np.hypot(vignettes.respondent, vignettes.noise)
        strength = vignettes.intercept + utility[:, None]
        return np.asarray(1 + ndtr((strength - vignettes.edges) / spread).sum(axis=1))
    if outcome != "choice":
        raise StructureError(f"The outcome of vignettes is rating or choice, not '{outcome}'.")
    won = [expit(vignettes.scale * (own - utility)).sum() - 0.5 for own in utility]
    return np.array(won) / (len(utility) - 1)


def comparable(
    vignettes: Vignettes, attribute: str, level: str, reference: str
) -> NDArray[np.intp]:
    """Pairs of vignettes (pairs, 2) alike but for one attribute: at ``level``, at ``reference``.

    Vignettes whose counterpart is excluded have no pair, and do not enter an AMCE.
    """
    if attribute not in vignettes.attributes:
        raise StructureError(
            unknown("Attributes", [attribute], vignettes.attributes, "the vignettes")
        )
    levels = vignettes.attributes[attribute]
    strange = [name for name in (level, reference) if name not in levels]
    if strange:
        raise StructureError(unknown("Levels", strange, levels, f"attribute '{attribute}'"))
    others = [name for name in vignettes.attributes if name != attribute]
    rows = {tuple(row): place for place, row in enumerate(vignettes.profiles.to_numpy())}
    at = list(vignettes.attributes).index(attribute)
    pairs = []
    for row, place in rows.items():
        counterpart = rows.get((*row[:at], reference, *row[at + 1 :]))
        if row[at] == level and counterpart is not None:
            pairs.append((place, counterpart))
    if not pairs:
        raise StructureError(
            f"No vignette can have both '{level}' and '{reference}' of '{attribute}' with the "
            f"same {', '.join(others)}: exclude fewer combinations."
        )
    return np.array(pairs, dtype=np.intp)


def amce(
    vignettes: Vignettes,
    attribute: str,
    level: str,
    reference: str | None = None,
    outcome: Outcome = "rating",
) -> float:
    """The average effect of one level rather than another, over all that else may vary.

    Parameters
    ----------
    reference
        The attribute's first level where not given.
    outcome
        ``rating``: points; ``choice``: chance of being chosen over a random other vignette.

    Notes
    -----
    Estimand: the AMCE of Hainmueller, Hopkins & Yamamoto (2014), over the vignettes that may
    have either level, all equally likely. Assumes: the declared utilities, and no carry-over
    between a respondent's vignettes. Does not show: the effect in another mix of attributes
    where levels work together.

    Examples
    --------
    >>> plain = Vignettes(attributes={"limits": {"told": 0, "hidden": -0.5}}, cuts=(0,), points=2)
    >>> round(amce(plain, "limits", "hidden"), 4)  # Φ(−.5 / √1.25) − Φ(0)
    -0.1726
    """
    if reference is None:
        reference = next(iter(vignettes.attributes.get(attribute, {level: 0.0})))
    pairs = comparable(vignettes, attribute, level, reference)
    expected = expected_answers(vignettes, outcome)
    return float((expected[pairs[:, 0]] - expected[pairs[:, 1]]).mean())


def amces(vignettes: Vignettes, outcome: Outcome = "rating") -> pd.DataFrame:
    """Every level's AMCE against the first of its attribute.

    Returns
    -------
    DataFrame
        ``attribute, level, reference, amce``.

    Examples
    --------
    >>> from confstudy.simulate.model.parts import read_part
    >>> amces(read_part(Vignettes, "candour")).round(2)
       attribute              level           reference  amce
    0     policy   named exceptions   only with consent -0.38
    1     policy  therapist decides   only with consent -1.18
    2  privilege      not protected  protected in court -0.70
    3      topic   unusual thoughts            low mood -0.46
    4      topic   breaking the law            low mood -1.32
    """
    rows = []
    for attribute, levels in vignettes.attributes.items():
        reference, *others = levels
        rows += [
            (attribute, level, reference, amce(vignettes, attribute, level, reference, outcome))
            for level in others
        ]
    return pd.DataFrame(rows, columns=["attribute", "level", "reference", "amce"])
