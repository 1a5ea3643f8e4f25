"""The closed forms that apply to a design, to stand beside what its replications say."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from confstudy.design.batch import Answer
from confstudy.design.closed_forms import (
    design_effect,
    false_positives_ignoring_clusters,
    t_test_power,
)
from confstudy.design.declare import Design
from confstudy.design.estimands import Inquiry
from confstudy.design.sample_size import shares_power

__all__ = ["ClosedForm", "closed_form"]


@dataclass(frozen=True)
class ClosedForm:
    """What a formula says of a diagnosand, and which formula."""

    diagnosand: str
    value: float
    formula: str


def closed_form(
    design: Design, asked: Inquiry, answer: Answer, level: float = 0.05
) -> ClosedForm | None:
    """The closed form for two arms and one outcome of which everything is observed, if any.

    It is of the t test, of the z test of two shares with pooled variance, or of false positives
    where whole therapists are assigned and the analysis ignores that.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_arms
    >>> answer = SimpleNamespace(name="t", path="", columns=("y", "arm"))
    >>> effect = ate("y", arm=("treated", "control"))
    >>> found = closed_form(two_arms(0.25, 150, seed=1), effect, answer)
    >>> found.diagnosand, round(found.value, 5)
    ('power', 0.57854)
    """
    outcome = design.structure.variables.get(asked.outcome)
    arm = design.structure.variables.get(asked.cause)
    lossless = design.unit is None and design.sampling is None
    if outcome is None or arm is None or not lossless or asked.kind != "contrast":
        return None
    path = f"{asked.cause}[{arm.arms[-1]}]" if len(arm.arms) == 2 else ""
    alone = outcome.therapist == 0 and outcome.practice == 0
    if set(outcome.paths) != {path} or set(answer.columns) != {asked.outcome, asked.cause}:
        return None
    effect, per_arm = outcome.paths[path], design.n / 2
    if outcome.kind == "latent" and alone:
        power = t_test_power(effect / outcome.own, per_arm, level)
        return ClosedForm("power", power, "t test of two arms, noncentral t")
    if outcome.kind == "binary" and outcome.link == "probit" and alone:
        scale = outcome.own or 1.0
        low, high = (float(ndtr((outcome.intercept + x) / scale)) for x in (0.0, effect))
        power = shares_power(low, high, per_arm, level)
        return ClosedForm("power", power, "z test of two shares, variance pooled")
    if (
        outcome.kind == "latent"
        and arm.level == "therapist"
        and set(outcome.shared) == {"therapist"}
    ):
        shared = outcome.shared["therapist"] ** 2
        deff = design_effect(design.each, shared / (shared + outcome.own**2))
        wrong = false_positives_ignoring_clusters(deff, float(-ndtri(level / 2)))
        return ClosedForm("false_positives", wrong, "2 Φ(−z/√deff), clusters ignored")
    return None
