"""What must hold for the numbers of a mediation analysis to be effects, in words."""

from __future__ import annotations

from confstudy.models.mediation.build import Model
from confstudy.models.mediation.request import Request

__all__ = ["assumptions"]

_FEW = 20


def assumptions(request: Request, model: Model) -> tuple[str, ...]:
    """The assumptions of this analysis, the causal ones first."""
    given = f" given {', '.join(request.covariates)}" if request.covariates else ""
    inside = " within clusters" if request.within else ""
    found = [
        f"no unmeasured common cause of {request.exposure} and {request.outcome} or of "
        f"{request.exposure} and the mediator{given}{inside} (randomising gives this)",
        f"no unmeasured common cause of the mediator and {request.outcome}{given}{inside}, and "
        f"none that {request.exposure} changes (randomising does not give this)",
        f"{request.exposure} comes before the mediator, and the mediator before {request.outcome}",
    ]
    if len(request.mediators) > 1:
        order = " → ".join(request.mediators)
        found.append(
            f"the mediators' order is {order}" if request.serial else "no mediator changes another"
        )
        if not request.serial and not request.linear:
            found.append("the mediators are independent given the exposure and the covariates")
    if not request.interaction:
        found.append(f"{request.exposure} does not change what the mediator does")
    if "ols" in request.mediator_families and request.family not in ("ols", "poisson"):
        found.append("what is left of an ols mediator is normal, with one variance")
    if request.within:
        found.append("the same slopes in every cluster; cluster means measured without error")
    if model.groups is not None and int(model.groups.max()) + 1 < _FEW:
        found.append("the clusters are enough: with fewer than 20, intervals tend to be too short")
    return tuple(found)
