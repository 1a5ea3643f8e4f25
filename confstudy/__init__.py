"""The research workbench for confidentiality in therapy.

Plan a study, load or simulate its survey, score, model, protect and report::

    import confstudy as cs

    survey = cs.load("wave1.csv", codebook="wave1.yaml")
    scores = cs.score(survey)
    fit = cs.fit("concealment ~ privacy + stigma", scores, "logit", cluster="therapist")
    cs.plot.coefficients(fit)

Names are imported when they are first used, so ``import confstudy`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from confstudy.claims.registry import claims as claims
    from confstudy.codebook.read import read_codebook as read_codebook
    from confstudy.design.population import population_values as population_values
    from confstudy.models.fit import fit as fit
    from confstudy.models.predict import contrast as contrast
    from confstudy.models.predict import predictions as predictions
    from confstudy.privacy.risk import risk as risk
    from confstudy.privacy.suda import suda_scores as suda_scores
    from confstudy.report.page import Report as Report
    from confstudy.show import plot as plot
    from confstudy.simulate.model.alter import model as model
    from confstudy.simulate.model.truth import effect as effect
    from confstudy.simulate.simulate import simulate as simulate
    from confstudy.survey.anonymize import anonymize as anonymize
    from confstudy.survey.draft.draft import draft_codebook as draft_codebook
    from confstudy.survey.load import load as load
    from confstudy.survey.quality import check as check
    from confstudy.survey.save import save as save
    from confstudy.survey.scoring import score as score

__version__ = "0.1.0"
__all__ = [
    "Report",
    "__version__",
    "anonymize",
    "check",
    "claims",
    "contrast",
    "draft_codebook",
    "effect",
    "fit",
    "load",
    "model",
    "plot",
    "population_values",
    "predictions",
    "read_codebook",
    "risk",
    "save",
    "score",
    "simulate",
    "suda_scores",
]

_HOMES = {
    "Report": "report.page",
    "anonymize": "survey.anonymize",
    "check": "survey.quality",
    "contrast": "models.predict",
    "draft_codebook": "survey.draft.draft",
    "effect": "simulate.model.truth",
    "fit": "models.fit",
    "load": "survey.load",
    "model": "simulate.model.alter",
    "population_values": "design.population",
    "predictions": "models.predict",
    "read_codebook": "codebook.read",
    "risk": "privacy.risk",
    "save": "survey.save",
    "score": "survey.scoring",
    "suda_scores": "privacy.suda",
}
_ROOMS = {"claims": "claims", "plot": "show.plot", "simulate": "simulate"}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"confstudy.{_ROOMS[name]}")
    if name in _HOMES:
        return getattr(importlib.import_module(f"confstudy.{_HOMES[name]}"), name)
    from confstudy.errors import did_you_mean

    hint = did_you_mean(name, __all__)
    raise AttributeError(f"confstudy has no '{name}'.{hint}", name=name, obj=None)


def __dir__() -> list[str]:
    return sorted(__all__)
