"""The research workbench for confidentiality in therapy.

Plan a study, load or simulate its survey, score, model, protect and report::

    import confstudy as cs

    survey = cs.load("wave1.csv", codebook="wave1.yaml")
    scores = cs.score(survey)
    fit = cs.fit("concealment ~ privacy + stigma", scores, "logit", cluster="therapist")
    cs.plot.coefficients(fit)
    cs.release(fit, scores)

Names are imported when they are first used, so ``import confstudy`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from confstudy.claims.evidence import evidence_for as evidence_for
    from confstudy.claims.registry import claims as claims
    from confstudy.claims.reproduced import reproduced as reproduced
    from confstudy.claims.specifications import specifications as specifications
    from confstudy.codebook.read import read_codebook as read_codebook
    from confstudy.design.answers import difference as difference
    from confstudy.design.answers import indirect as indirect
    from confstudy.design.answers import spec as spec
    from confstudy.design.curve import power_curve as power_curve
    from confstudy.design.declare import Design as Design
    from confstudy.design.diagnose import diagnose as diagnose
    from confstudy.design.estimands import ame as ame
    from confstudy.design.estimands import ate as ate
    from confstudy.design.estimands import att as att
    from confstudy.design.estimands import interaction as interaction
    from confstudy.design.estimands import natural_effect as natural_effect
    from confstudy.design.estimands import prevalence as prevalence
    from confstudy.design.find import find_n as find_n
    from confstudy.design.parts import block_ra as block_ra
    from confstudy.design.parts import cluster_ra as cluster_ra
    from confstudy.design.parts import complete_ra as complete_ra
    from confstudy.design.parts import likert as likert
    from confstudy.design.parts import mar as mar
    from confstudy.design.parts import mcar as mcar
    from confstudy.design.parts import mnar as mnar
    from confstudy.design.plan.deviations import deviation_table as deviation_table
    from confstudy.design.plan.plan import hypothesis as hypothesis
    from confstudy.design.plan.plan import plan as plan
    from confstudy.design.plan.read import read_plan as read_plan
    from confstudy.design.plan.verify import verify_plan as verify_plan
    from confstudy.design.population import population_values as population_values
    from confstudy.design.simple import clusters as clusters
    from confstudy.design.simple import two_arms as two_arms
    from confstudy.design.simple import two_shares as two_shares
    from confstudy.design.stopping import mcse as mcse
    from confstudy.models.compare import marginal_means as marginal_means
    from confstudy.models.compare import pairwise as pairwise
    from confstudy.models.effects.effects import effects as effects
    from confstudy.models.equivalence import equivalence as equivalence
    from confstudy.models.fit import FitWarning as FitWarning
    from confstudy.models.fit import fit as fit
    from confstudy.models.gee import gee as gee
    from confstudy.models.indirect.listtest import list_design_test as list_design_test
    from confstudy.models.indirect.predictor import sensitive_predictor as sensitive_predictor
    from confstudy.models.indirect.prevalence import sensitive_prevalence as sensitive_prevalence
    from confstudy.models.indirect.sensitive import sensitive as sensitive
    from confstudy.models.latent.invariance import invariance as invariance
    from confstudy.models.latent.sem import sem as sem
    from confstudy.models.mediation.mediate import mediate as mediate
    from confstudy.models.meta.bias import egger_test as egger_test
    from confstudy.models.meta.influence import cumulative as cumulative
    from confstudy.models.meta.influence import leave_one_out as leave_one_out
    from confstudy.models.meta.influence import subgroups as subgroups
    from confstudy.models.meta.pool import meta as meta
    from confstudy.models.meta.published import published as published
    from confstudy.models.meta.selection import selection_model as selection_model
    from confstudy.models.meta.trim import trim_and_fill as trim_and_fill
    from confstudy.models.missing.delta import delta as delta
    from confstudy.models.missing.diagnose import little_test as little_test
    from confstudy.models.missing.diagnose import missing_patterns as missing_patterns
    from confstudy.models.missing.impute import impute as impute
    from confstudy.models.missing.impute import quick_predictors as quick_predictors
    from confstudy.models.missing.joint import joint_test as joint_test
    from confstudy.models.missing.pooling import pooled as pooled
    from confstudy.models.missing.tip import tipping as tipping
    from confstudy.models.mixed.fit import mixed as mixed
    from confstudy.models.mixed.profile import variance_intervals as variance_intervals
    from confstudy.models.mixed.profile import variance_tests as variance_tests
    from confstudy.models.multiplicity import adjust as adjust
    from confstudy.models.predict import contrast as contrast
    from confstudy.models.predict import predictions as predictions
    from confstudy.models.sensitivity.evalue import evalue as evalue
    from confstudy.models.sensitivity.rho import rho_sensitivity as rho_sensitivity
    from confstudy.models.sensitivity.robustness import robustness as robustness
    from confstudy.models.survey.calibrate import calibrate as calibrate
    from confstudy.models.survey.crosstab import survey_table as survey_table
    from confstudy.models.survey.design import SurveyDesign as SurveyDesign
    from confstudy.models.survey.estimates import survey_mean as survey_mean
    from confstudy.models.survey.estimates import survey_ratio as survey_ratio
    from confstudy.models.survey.estimates import survey_total as survey_total
    from confstudy.models.survey.margins import poststratify as poststratify
    from confstudy.models.survey.margins import rake as rake
    from confstudy.models.survey.proportions import survey_proportion as survey_proportion
    from confstudy.models.survey.quantiles import survey_quantile as survey_quantile
    from confstudy.models.survey.wald import wald_test as wald_test
    from confstudy.models.survival.cox import cox as cox
    from confstudy.models.survival.curves import survival_curve as survival_curve
    from confstudy.models.survival.discrete import discrete_hazard as discrete_hazard
    from confstudy.models.survival.discrete import person_period as person_period
    from confstudy.models.survival.logrank import logrank as logrank
    from confstudy.models.survival.rmst import rmst as rmst
    from confstudy.privacy.risk import risk as risk
    from confstudy.privacy.suda import suda_scores as suda_scores
    from confstudy.release import front as release
    from confstudy.release.audit.audit import audit as audit
    from confstudy.release.decision import Rules as Rules
    from confstudy.release.synthesis.synthesize import synthesize as synthesize
    from confstudy.report.live import report as report
    from confstudy.report.page import Report as Report
    from confstudy.show import plot as plot
    from confstudy.show.tables.regression import table as table
    from confstudy.simulate.model.alter import model as model
    from confstudy.simulate.model.truth import effect as effect
    from confstudy.simulate.simulate import simulate as simulate
    from confstudy.survey.anonymize import anonymize as anonymize
    from confstudy.survey.dimensions import adequacy as adequacy
    from confstudy.survey.dimensions import parallel_analysis as parallel_analysis
    from confstudy.survey.draft.draft import draft_codebook as draft_codebook
    from confstudy.survey.exploratory import factors as factors
    from confstudy.survey.load import load as load
    from confstudy.survey.polychoric import polychoric as polychoric
    from confstudy.survey.quality import check as check
    from confstudy.survey.save import save as save
    from confstudy.survey.scoring import score as score
    from confstudy.survey.twopl import knowledge_model as knowledge_model

__version__ = "0.1.0"
__all__ = [
    "Design",
    "FitWarning",
    "Report",
    "Rules",
    "SurveyDesign",
    "__version__",
    "adequacy",
    "adjust",
    "ame",
    "anonymize",
    "ate",
    "att",
    "audit",
    "block_ra",
    "calibrate",
    "check",
    "claims",
    "cluster_ra",
    "clusters",
    "complete_ra",
    "contrast",
    "cox",
    "cumulative",
    "delta",
    "deviation_table",
    "diagnose",
    "difference",
    "discrete_hazard",
    "draft_codebook",
    "effect",
    "effects",
    "egger_test",
    "equivalence",
    "evalue",
    "evidence_for",
    "factors",
    "find_n",
    "fit",
    "gee",
    "hypothesis",
    "impute",
    "indirect",
    "interaction",
    "invariance",
    "joint_test",
    "knowledge_model",
    "leave_one_out",
    "likert",
    "list_design_test",
    "little_test",
    "load",
    "logrank",
    "mar",
    "marginal_means",
    "mcar",
    "mcse",
    "mediate",
    "meta",
    "missing_patterns",
    "mixed",
    "mnar",
    "model",
    "natural_effect",
    "pairwise",
    "parallel_analysis",
    "person_period",
    "plan",
    "plot",
    "polychoric",
    "pooled",
    "population_values",
    "poststratify",
    "power_curve",
    "predictions",
    "prevalence",
    "published",
    "quick_predictors",
    "rake",
    "read_codebook",
    "read_plan",
    "release",
    "report",
    "reproduced",
    "rho_sensitivity",
    "risk",
    "rmst",
    "robustness",
    "save",
    "score",
    "selection_model",
    "sem",
    "sensitive",
    "sensitive_predictor",
    "sensitive_prevalence",
    "simulate",
    "sizes",
    "spec",
    "specifications",
    "subgroups",
    "suda_scores",
    "survey_mean",
    "survey_proportion",
    "survey_quantile",
    "survey_ratio",
    "survey_table",
    "survey_total",
    "survival_curve",
    "synthesize",
    "table",
    "tipping",
    "trim_and_fill",
    "two_arms",
    "two_shares",
    "variance_intervals",
    "variance_tests",
    "verify_plan",
    "wald_test",
]

_HOMES = {
    "Design": "design.declare",
    "FitWarning": "models.fit",
    "Report": "report.page",
    "Rules": "release.decision",
    "SurveyDesign": "models.survey.design",
    "adequacy": "survey.dimensions",
    "adjust": "models.multiplicity",
    "ame": "design.estimands",
    "anonymize": "survey.anonymize",
    "ate": "design.estimands",
    "att": "design.estimands",
    "audit": "release.audit.audit",
    "block_ra": "design.parts",
    "calibrate": "models.survey.calibrate",
    "check": "survey.quality",
    "cluster_ra": "design.parts",
    "clusters": "design.simple",
    "complete_ra": "design.parts",
    "contrast": "models.predict",
    "cox": "models.survival.cox",
    "cumulative": "models.meta.influence",
    "delta": "models.missing.delta",
    "deviation_table": "design.plan.deviations",
    "diagnose": "design.diagnose",
    "difference": "design.answers",
    "discrete_hazard": "models.survival.discrete",
    "draft_codebook": "survey.draft.draft",
    "effect": "simulate.model.truth",
    "effects": "models.effects.effects",
    "egger_test": "models.meta.bias",
    "equivalence": "models.equivalence",
    "evalue": "models.sensitivity.evalue",
    "evidence_for": "claims.evidence",
    "factors": "survey.exploratory",
    "find_n": "design.find",
    "fit": "models.fit",
    "gee": "models.gee",
    "hypothesis": "design.plan.plan",
    "impute": "models.missing.impute",
    "indirect": "design.answers",
    "interaction": "design.estimands",
    "invariance": "models.latent.invariance",
    "joint_test": "models.missing.joint",
    "knowledge_model": "survey.twopl",
    "leave_one_out": "models.meta.influence",
    "likert": "design.parts",
    "list_design_test": "models.indirect.listtest",
    "little_test": "models.missing.diagnose",
    "load": "survey.load",
    "logrank": "models.survival.logrank",
    "mar": "design.parts",
    "marginal_means": "models.compare",
    "mcar": "design.parts",
    "mcse": "design.stopping",
    "mediate": "models.mediation.mediate",
    "meta": "models.meta.pool",
    "missing_patterns": "models.missing.diagnose",
    "mixed": "models.mixed.fit",
    "mnar": "design.parts",
    "model": "simulate.model.alter",
    "natural_effect": "design.estimands",
    "pairwise": "models.compare",
    "parallel_analysis": "survey.dimensions",
    "person_period": "models.survival.discrete",
    "plan": "design.plan.plan",
    "polychoric": "survey.polychoric",
    "pooled": "models.missing.pooling",
    "population_values": "design.population",
    "poststratify": "models.survey.margins",
    "power_curve": "design.curve",
    "predictions": "models.predict",
    "prevalence": "design.estimands",
    "published": "models.meta.published",
    "quick_predictors": "models.missing.impute",
    "rake": "models.survey.margins",
    "read_codebook": "codebook.read",
    "read_plan": "design.plan.read",
    "reproduced": "claims.reproduced",
    "rho_sensitivity": "models.sensitivity.rho",
    "risk": "privacy.risk",
    "rmst": "models.survival.rmst",
    "robustness": "models.sensitivity.robustness",
    "save": "survey.save",
    "score": "survey.scoring",
    "selection_model": "models.meta.selection",
    "sem": "models.latent.sem",
    "sensitive": "models.indirect.sensitive",
    "sensitive_predictor": "models.indirect.predictor",
    "sensitive_prevalence": "models.indirect.prevalence",
    "spec": "design.answers",
    "specifications": "claims.specifications",
    "subgroups": "models.meta.influence",
    "suda_scores": "privacy.suda",
    "survey_mean": "models.survey.estimates",
    "survey_proportion": "models.survey.proportions",
    "survey_quantile": "models.survey.quantiles",
    "survey_ratio": "models.survey.estimates",
    "survey_table": "models.survey.crosstab",
    "survey_total": "models.survey.estimates",
    "survival_curve": "models.survival.curves",
    "synthesize": "release.synthesis.synthesize",
    "table": "show.tables.regression",
    "tipping": "models.missing.tip",
    "trim_and_fill": "models.meta.trim",
    "two_arms": "design.simple",
    "two_shares": "design.simple",
    "variance_intervals": "models.mixed.profile",
    "variance_tests": "models.mixed.profile",
    "verify_plan": "design.plan.verify",
    "wald_test": "models.survey.wald",
}
_ROOMS = {
    "claims": "claims",
    "plot": "show.plot",
    "release": "release",
    "report": "report",
    "simulate": "simulate",
    "sizes": "models.effect_sizes.sizes",
}


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
