"""The outcome models of R at its default tolerances, beside the tight ones of test_models."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.effects.effects import effects
from confstudy.models.survey.design import SurveyDesign

HERE = Path(__file__).parent
R = json.loads((HERE / "r_remaining.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
BINARY = "dropout ~ privacy + trust + disclosure + woman"
COUNT = "sessions ~ privacy + trust + disclosure"


def close(found, expected, rtol):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=rtol)


@pytest.mark.parametrize("family", ["logit", "probit"])
def test_binary_models_equal_glm_as_it_stops_by_itself(family):
    table = cs.fit(BINARY, DATA, family).table
    r = pd.DataFrame(R["logit_probit"][family]).T
    close(table["estimate"], r["Estimate"], 1e-5)
    close(table["std_error"], r["Std. Error"], 1e-5)
    close(table["p_value"], r["Pr(>|z|)"], 1e-4)


@pytest.mark.parametrize(("cov", "key"), [("CR1", "HC1cl"), ("CR2", "CR2")])
def test_clustered_errors_of_a_logit_equal_r(cov, key):
    table = cs.fit(BINARY, DATA, "logit", cluster="therapist", cov=cov).table
    close(table["std_error"], R["logit_probit"][key], 1e-5)


def test_the_change_of_a_share_equals_r():
    fit, r = cs.fit(BINARY, DATA, "logit"), R["logit_probit"]
    close(fit.goodness.log_likelihood, r["ll"], 1e-10)
    close(cs.contrast(fit, "woman", (0, 1))["estimate"][0], r["rd_woman"], 1e-6)


def test_average_slopes_and_the_delta_method_equal_r():
    fit, r = cs.fit(BINARY, DATA, "logit"), R["logit_probit"]
    slopes = {name: effects(fit, name, kind="slope").table.iloc[0] for name in fit.terms[1:]}
    close([row["estimate"] for row in slopes.values()], [r["ame"][name] for name in slopes], 1e-10)
    close(slopes["privacy"]["std_error"], r["ame_privacy_se"], 1e-6)


@pytest.mark.parametrize(
    ("key", "formula", "family", "rtol"),
    [
        ("pois", COUNT, "poisson", 1e-5),
        ("nb", COUNT, "negbin", 1e-6),
        ("zip", COUNT, "zip", 1e-4),
        ("zinb", f"{COUNT} | privacy", "zinb", 1e-4),
        ("hurdle_p", COUNT, "hurdle_poisson", 1e-4),
        ("hurdle_nb", COUNT, "hurdle_negbin", 2e-3),
    ],
)
def test_counts_equal_r_as_it_stops_by_itself(key, formula, family, rtol):
    fit, r = cs.fit(formula, DATA, family), R["counts"][key]
    count = len(r["coef"])
    close(fit.coefficients[:count], list(r["coef"].values()), rtol)
    close(fit.table["std_error"][:count], r["se"], rtol)
    close(fit.goodness.log_likelihood, r["ll"], 1e-8)
    assert fit.goodness.log_likelihood >= r["ll"] - 1e-8


def test_robust_errors_and_theta_of_counts_equal_r():
    r = R["counts"]
    close(cs.fit(COUNT, DATA, "poisson", cov="HC0").table["std_error"], r["pois_HC0"], 1e-6)
    fit = cs.fit(COUNT, DATA, "negbin")
    close(fit.theta, r["nb_theta"], 1e-6)
    close(fit.theta * fit.table["std_error"].iloc[-1], r["nb_SEtheta"], 1e-5)


def test_a_poisson_under_a_sample_design_equals_svyglm_with_tight_convergence():
    design = SurveyDesign(weights="wt", strata="stratum", clusters="therapist")
    table = cs.fit(COUNT, DATA, "poisson", design=design).table
    close(table["estimate"], R["svyglm_pois"]["est"], 1e-10)
    close(table["std_error"], R["svyglm_pois"]["se"], 1e-10)
