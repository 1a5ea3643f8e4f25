"""Every number beside what R gives on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs

HERE = Path(__file__).parent
R = json.loads((HERE / "r_values.json").read_text())
MORE = json.loads((HERE / "r_outcomes.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
LM = "disclosure ~ privacy + trust + woman + I((age - 38) / 10)"
GLM = "dropout ~ privacy + trust + disclosure + woman"
COUNT = "sessions ~ privacy + trust + disclosure"
ORDERED = "satisfaction ~ privacy + trust + disclosure + woman"


def close(found, expected, digits):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=10.0**-digits)


def test_ols_coefficients_equal_lm():
    close(cs.fit(LM, DATA).table["estimate"], list(R["lm_robust"]["coef"].values()), 12)


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC2", "HC3"])
def test_robust_errors_equal_sandwich(cov):
    close(cs.fit(LM, DATA, cov=cov).table["std_error"], R["lm_robust"]["se"][cov], 12)


def test_plain_errors_equal_lm():
    close(cs.fit(LM, DATA).table["std_error"], R["lm_robust"]["se"]["ols"], 12)


def test_clustered_errors_equal_sandwich():
    fit = cs.fit(LM, DATA, cluster="therapist", cov="CR1")
    close(fit.table["std_error"], R["lm_robust"]["se"]["CR1_stata"], 12)
    assert (fit.table["df"] == 39).all()


def test_logit_equals_glm():
    fit = cs.fit(GLM, DATA, "logit")
    close(fit.table["estimate"], list(R["logit"]["coef"].values()), 10)
    close(fit.table["std_error"], R["logit"]["se"], 9)
    assert fit.result.llf == pytest.approx(R["logit"]["ll"], rel=1e-12)


def test_clustered_logit_equals_sandwich():
    fit = cs.fit(GLM, DATA, "logit", cluster="therapist", cov="CR1")
    close(fit.table["std_error"], R["logit_CR1"], 8)


def test_ordered_equals_clm_thresholds_included():
    fit = cs.fit("satisfaction ~ privacy + trust + disclosure + woman", DATA, "ordered")
    names = ["privacy", "trust", "disclosure", "woman", "1 | 2", "2 | 3", "3 | 4"]
    table = fit.table.set_index("term").loc[names]
    expected = R["clm"]["coef"]
    close(table["estimate"], [expected[name.replace(" ", "")] for name in names], 7)
    close(table["std_error"], np.roll(R["clm"]["se"], -3), 6)
    assert fit.result.llf == pytest.approx(R["clm"]["ll"], rel=1e-11)


def test_uncorrected_clustered_errors_equal_sandwich():
    close(cs.fit(LM, DATA, cluster="therapist", cov="CR0").table["std_error"], MORE["lm_CR0"], 12)


def test_cr2_is_the_default_and_equals_clubsandwich_with_its_degrees_of_freedom():
    table = cs.fit(LM, DATA, cluster="therapist").table
    close(table["std_error"], MORE["lm_CR2"], 12)
    close(table["df"], MORE["lm_CR2_satterthwaite"]["df"], 12)
    close(table["p_value"], MORE["lm_CR2_satterthwaite"]["p"], 11)


def test_cr2_of_a_logit_equals_clubsandwich():
    fit = cs.fit(GLM, DATA, "logit", cluster="therapist")
    close(fit.table["std_error"], MORE["logit_CR2"], 10)


def test_the_share_of_variance_equals_lm():
    assert cs.fit(LM, DATA).goodness.r_squared == pytest.approx(MORE["lm_r2"], rel=1e-12)


@pytest.mark.parametrize(
    ("key", "formula", "family", "digits"),
    [
        ("probit", GLM, "probit", 8),
        ("cloglog", GLM, "cloglog", 8),
        ("pois", COUNT, "poisson", 10),
        ("logbin_rr", "dropout ~ disclosure + woman", "poisson", 8),
        ("nb", COUNT, "negbin", 12),
    ],
)
def test_generalized_linear_models_equal_glm(key, formula, family, digits):
    fit, r = cs.fit(formula, DATA, family), MORE[key]
    count = len(r["se"])
    close(fit.table["estimate"][:count], list(r["coef"].values()), digits)
    close(fit.table["std_error"][:count], r["se"], digits)
    assert fit.goodness.log_likelihood == pytest.approx(r["ll"], rel=1e-12)


def test_robust_errors_of_a_poisson_equal_sandwich():
    fit = cs.fit(COUNT, DATA, "poisson", cov="HC0")
    close(fit.table["std_error"], MORE["pois_HC0"], 10)


def test_theta_and_its_error_equal_glm_nb():
    fit = cs.fit(COUNT, DATA, "negbin")
    assert fit.theta == pytest.approx(MORE["nb"]["theta"], rel=1e-12)
    error = fit.theta * fit.table["std_error"].iloc[-1]
    assert error == pytest.approx(MORE["nb"]["SEtheta"], rel=1e-7)


@pytest.mark.parametrize(
    ("key", "formula", "family"),
    [
        ("zip", COUNT, "zip"),
        ("zinb", f"{COUNT} | privacy", "zinb"),
        ("hurdle_p", COUNT, "hurdle_poisson"),
        ("hurdle_nb", COUNT, "hurdle_negbin"),
    ],
)
def test_counts_with_a_part_for_zeros_equal_pscl(key, formula, family):
    # pscl climbs by BFGS and differentiates numerically: its seventh digit is honest in the
    # coefficients, its fifth in the errors. The score at our maximum is tested elsewhere.
    fit, r = cs.fit(formula, DATA, family), MORE[key]
    count = len(r["se"])
    close(fit.table["estimate"][:count], list(r["coef"].values()), 7)
    close(fit.table["std_error"][:count], r["se"], 5)
    assert fit.goodness.log_likelihood == pytest.approx(r["ll"], rel=1e-13)
    assert np.abs(fit.estimate.scores.sum(axis=0)).max() < 1e-10
    if "theta" in r:
        assert fit.theta == pytest.approx(r["theta"], rel=1e-8)


def test_ordered_probit_equals_clm():
    table = cs.fit(ORDERED, DATA, "ordered_probit").table
    r = MORE["clm_probit"]
    close(np.roll(table["estimate"], 3), list(r["coef"].values()), 7)
    close(np.roll(table["std_error"], 3), r["se"], 7)


def test_ordered_equals_polr_as_far_as_it_goes():
    table = cs.fit(ORDERED, DATA, "ordered").table
    found = np.column_stack([table["estimate"], table["std_error"]])
    np.testing.assert_allclose(found, list(MORE["polr"].values()), rtol=2e-4)


def test_likelihood_ratios_of_proportional_odds_equal_nominal_test():
    table = cs.fit(ORDERED, DATA, "ordered").proportional_odds().iloc[:-1]
    close(table["lr"], MORE["nominal_test"]["lr"], 6)
    close(table["lr_p"], MORE["nominal_test"]["p"], 6)


def test_a_risk_difference_equals_standardisation_in_r():
    change = cs.contrast(cs.fit(GLM, DATA, "logit"), "woman", (0, 1))
    assert change["estimate"][0] == pytest.approx(R["rd_woman"], rel=1e-8)


def test_an_average_marginal_effect_and_its_error_equal_the_delta_method_in_r():
    # A small symmetric step of the contrast is the derivative.
    fit = cs.fit(GLM, DATA, "logit")
    step, centre = 1e-3, DATA["privacy"].to_numpy()
    shifted = [
        cs.fit(GLM, DATA, "logit").family.predict(
            fit.coefficients, _shifted(fit, centre + sign * step / 2)
        )
        for sign in (-1, 1)
    ]
    slope = float((shifted[1] - shifted[0]).mean() / step)
    assert slope == pytest.approx(R["ame"]["privacy"], rel=1e-6)


def _shifted(fit, values):
    return fit.design.matrix_for(fit.design.frame.assign(privacy=values))
