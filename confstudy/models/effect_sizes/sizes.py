"""The effect sizes: ``cs.sizes.cohen_d("trust ~ arm", scores)`` and its neighbours."""

from confstudy.models.effect_sizes.effect import Effect
from confstudy.models.effect_sizes.means import (
    cohen_d,
    hedges_g,
    mean_difference,
    paired_d,
    paired_difference,
)
from confstudy.models.effect_sizes.ranks import area_under_curve, cliffs_delta
from confstudy.models.effect_sizes.relations import correlation, cramers_v, phi
from confstudy.models.effect_sizes.shares import odds_ratio, risk_difference, risk_ratio
from confstudy.models.effect_sizes.variance import eta_squared, omega_squared

__all__ = [
    "Effect",
    "area_under_curve",
    "cliffs_delta",
    "cohen_d",
    "correlation",
    "cramers_v",
    "eta_squared",
    "hedges_g",
    "mean_difference",
    "odds_ratio",
    "omega_squared",
    "paired_d",
    "paired_difference",
    "phi",
    "risk_difference",
    "risk_ratio",
]
