"""The question that a new study's outcome report opens with, until people ask their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from confstudy.codebook.schema import Codebook, Variable
from confstudy.errors import CodebookMismatch

__all__ = ["Question", "question_of"]

#: Roles of columns that describe people or the sample rather than what is studied.
_ASIDE = {
    "quasi_identifier", "identifier", "weight", "replicate_weight", "strata", "cluster", "duration",
}  # fmt: skip
_MOST_LEVELS = 7
_BUNDLED = ("concealment", "privacy", ("stigma", "sensitive_topic"))


@dataclass(frozen=True)
class Question:
    """One exposure and one outcome, with other exposures that could be asked about.

    Attributes
    ----------
    others
        At most one more, for a matrix of reports.
    cluster
        The groups in which respondents may be alike; empty where the codebook names none.
    """

    outcome: str
    exposure: str
    adjust: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    cluster: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the outcome notebook that say it."""
        return {
            "outcome": self.outcome,
            "exposure": self.exposure,
            "adjust": list(self.adjust),
            "cluster": self.cluster,
        }


def question_of(codebook: Codebook) -> Question:
    """A question that the outcome report can answer from this codebook's variables.

    The bundled model's own question where its variables are there; else declared outcomes and
    exposures, then variables with two levels, scales, ordered levels and numbers.

    Raises
    ------
    CodebookMismatch
        The codebook has no two variables that a model could link.

    Examples
    --------
    >>> from confstudy.codebook.read import read_codebook
    >>> asked = question_of(read_codebook("therapy"))
    >>> asked.outcome, asked.exposure, asked.others
    ('concealment', 'privacy', ('alliance',))
    """
    outcome, exposure, adjust = _BUNDLED
    found = _usable(codebook)
    cluster = codebook.design.cluster
    if {outcome, exposure, *adjust} <= found.keys():
        others = [n for n in codebook.scales if n in found and n not in (exposure, *adjust)]
        return Question(outcome, exposure, adjust, tuple(others[:1]), cluster)
    if len(found) < 2:
        raise CodebookMismatch(
            f"Codebook '{codebook.name}' keeps no two variables that a model could link (levels, "
            "scales or numbers that are no quasi-identifiers): there is nothing to report on yet. "
            "Draft it with `confstudy codebook draft`, edit it, and see what was left out."
        )
    outcome = min(found, key=lambda name: _place(codebook, name, "outcome", found))
    rest = [name for name in found if name != outcome]
    rest.sort(key=lambda name: _place(codebook, name, "exposure", found))
    return Question(outcome, rest[0], (), tuple(rest[1:2]), cluster)


def _usable(codebook: Codebook) -> dict[str, int]:
    """Names of variables and scales a model takes, with the place of their kind."""
    items = {item for scale in codebook.scales.values() for item in scale.items}
    found = {name: 1 for name, scale in codebook.scales.items() if not scale.key}
    for name, variable in codebook.kept.items():
        kind = _kind(variable)
        if kind is not None and name not in items and not _ASIDE & set(variable.role):
            found[name] = kind
    return found


def _kind(variable: Variable) -> int | None:
    levels = len(variable.categories)
    if variable.type in ("binary", "categorical", "ordinal") and levels == 2:
        return 0
    if variable.type == "ordinal" and levels <= _MOST_LEVELS:
        return 2
    return 3 if variable.type in ("numeric", "item") and variable.range else None


def _place(
    codebook: Codebook, name: str, role: str, kinds: dict[str, int]
) -> tuple[bool, bool, int]:
    """Declared ones first, those that only some were asked last."""
    variable = codebook.variables.get(name)
    if variable is None:
        return True, False, -1 if role == "exposure" else kinds[name]
    return role not in variable.role, bool(variable.asked_if), kinds[name]
