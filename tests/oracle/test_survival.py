"""Survival and small statistics beside what R gives on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.compare import marginal_means, pairwise
from confstudy.models.multiplicity import adjust
from confstudy.models.survival.cox import cox
from confstudy.models.survival.curves import survival_curve
from confstudy.models.survival.frailty import frailty
from confstudy.models.survival.logrank import logrank
from confstudy.models.survival.rmst import rmst
from confstudy.models.survival.weibull import weibull

HERE = Path(__file__).parent
VALUES = json.loads((HERE / "r_survival.json").read_text())
R, TIGHT = VALUES["cox"], VALUES["tight"]
DATA = pd.read_csv(HERE / "conf500.csv")
FORMULA = "weeks + left ~ privacy + trust + disclosure"


def close(found, expected, digits):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=10.0**-digits)


def column(model, name):
    return [row[name] for row in R[model].values()]


def test_efron_cox_equals_coxph():
    fit = cox(FORMULA, DATA)
    close(fit.table["estimate"], TIGHT["coef"], 12)
    close(fit.table["std_error"], TIGHT["naive_se"], 12)
    close(fit.table["p_value"], column("efron", "Pr(>|z|)"), 10)
    close(fit.hazard_ratios["ratio"], column("efron", "exp(coef)"), 12)
    close([fit.null, fit.log_likelihood], R["ll"], 13)


def test_breslow_and_clustered_cox_equal_coxph():
    fit = cox(FORMULA, DATA, ties="breslow", cluster="therapist")
    close(fit.table["estimate"], TIGHT["breslow_coef"], 12)
    close(fit.table["std_error"], TIGHT["breslow_cluster_se"], 12)
    close(np.sqrt(np.diag(fit.naive)), column("breslow", "se(coef)"), 12)
    close(cox(FORMULA, DATA, cluster="therapist").table["std_error"], TIGHT["cluster_se"], 12)


def test_stratified_cox_equals_coxph():
    table = cox(FORMULA, DATA, strata="stratum").table
    close(table["estimate"], column("strata", "coef"), 12)
    close(table["std_error"], column("strata", "se(coef)"), 12)


def test_the_test_of_proportional_hazards_equals_cox_zph():
    close(cox(FORMULA, DATA).proportional_hazards()["p_value"], R["zph"], 10)


def test_concordance_equals_coxph():
    assert cox(FORMULA, DATA).concordance == pytest.approx(R["concordance"], rel=1e-13)


def test_kaplan_meier_equals_survfit():
    curves = survival_curve("weeks", "left", DATA)
    at = curves.at([10, 20])
    close(at["survival"], R["km_10_20"], 13)
    close(at["std_error"], R["km_se"], 13)
    assert curves.medians["median"][0] == R["median"]


def test_the_restricted_mean_equals_survfit():
    mean = rmst("weeks", "left", DATA, end=20).table["estimate"][0]
    assert mean == pytest.approx(R["rmst20"], rel=1e-13)


def test_logrank_equals_survdiff():
    found = logrank("weeks", "left", DATA, "woman")
    assert found.statistic == pytest.approx(R["logrank"], rel=1e-11)


@pytest.mark.parametrize("method", VALUES["padjust"])
def test_adjusted_p_values_equal_p_adjust(method):
    p = [0.001, 0.008, 0.012, 0.021, 0.04, 0.049, 0.2, 0.5, 0.9]
    close(adjust(p, method), VALUES["padjust"][method], 13)


def test_marginal_means_equal_emmeans():
    found = marginal_means(cs.fit("disclosure ~ privacy + C(stratum) + woman", DATA), "stratum")
    expected = pd.DataFrame(VALUES["emmeans"]["emm"])
    close(found["estimate"], expected["emmean"], 11)
    close(found["std_error"], expected["SE"], 11)
    close(found["conf_low"], expected["lower.CL"], 11)


def test_tukey_comparisons_equal_emmeans():
    found = pairwise(cs.fit("disclosure ~ privacy + C(stratum) + woman", DATA), "stratum")
    expected = pd.DataFrame(VALUES["emmeans"]["pairs_tukey_first"])
    for ours, theirs, digits in (
        ("estimate", "estimate", 8),
        ("std_error", "SE", 8),
        ("statistic", "t.ratio", 8),
        ("p_adjusted", "p.value", 7),
    ):
        close(found[ours][:5], expected[theirs], digits)
    assert found["contrast"][0] == "1 - 2"


def test_weibull_regression_equals_survreg():
    fit = weibull(FORMULA, DATA)
    close([*fit.coefficients[:-1], fit.scale], list(R["weibull"].values()), 11)


def test_a_gaussian_frailty_equals_coxph():
    # R stops its search for the variance at five digits.
    close(frailty(FORMULA, DATA, "therapist").table["estimate"], R["frailty"], 4)
