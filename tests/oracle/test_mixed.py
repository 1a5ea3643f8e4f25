"""Mixed models and estimating equations beside lme4, ordinal and geepack on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from confstudy.models.gee import gee
from confstudy.models.mixed.fit import mixed

HERE = Path(__file__).parent
R = json.loads((HERE / "r_mixed.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
DATA["ls"] = np.log1p(DATA["sessions"])
DATA["disc_cm"] = DATA.groupby("therapist")["disclosure"].transform("mean")
DATA["disc_w"] = DATA["disclosure"] - DATA["disc_cm"]
RANDOM = "1 | therapist"
GLM = "dropout ~ privacy + trust + disclosure + woman"


def close(found, expected, rtol):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=rtol)


def column(table, name="Estimate"):
    return [row[name] for row in table.values()]


def variances(fit):
    return fit.variances.query("other == ''")["estimate"]


def test_a_linear_mixed_model_equals_lmer():
    fit, r = mixed("ls ~ privacy + trust + disclosure", DATA, RANDOM), R["lmer"]
    close(fit.coefficients, list(r["fix"].values()), 1e-8)
    close(fit.table["std_error"], r["se"], 1e-8)
    close(variances(fit), r["vc"], 1e-7)
    close(-2 * fit.log_likelihood, r["reml"], 1e-12)
    close(fit.random_effects()["Intercept"][:5], r["blup5"], 1e-6)


def test_degrees_of_freedom_equal_lmertest_and_pbkrtest():
    formula, r = "ls ~ privacy + trust + disclosure", R["lmer_logsessions"]
    close(mixed(formula, DATA, RANDOM).table["df"], r["satt"], 1e-7)
    close(mixed(formula, DATA, RANDOM, degrees="kenward-roger").table["df"], r["kr"], 1e-7)


def test_maximum_likelihood_and_the_share_of_variance_equal_lmer():
    r = R["lmer_logsessions"]
    fit = mixed("ls ~ privacy + trust + disclosure", DATA, RANDOM, method="ML")
    close(fit.log_likelihood, r["ml_ll"], 1e-12)
    close(variances(fit), r["ml_vc"], 1e-6)
    close(mixed("ls ~ 1", DATA, RANDOM).icc, [r["icc_null"]], 1e-6)


def test_a_random_slope_on_the_boundary_equals_lmer_and_says_so():
    fit = mixed("ls ~ privacy + disclosure", DATA, "1 + disclosure | therapist")
    r = R["lmer_logsessions"]
    close(fit.coefficients, column(r["slope_fix"]), 1e-7)
    close(fit.table["std_error"], column(r["slope_fix"], "Std. Error"), 1e-6)
    close(-2 * fit.log_likelihood, r["slope_reml"], 1e-12)
    expected = [r["slope_vc"][i]["vcov"] for i in (0, 2, 1, 3)]
    close(fit.variances["estimate"], expected, 1e-4)
    assert "perfectly related" in fit.singular[0]


@pytest.mark.parametrize("random", [RANDOM, "1 + privacy | therapist"])
def test_a_variance_of_zero_equals_lmer_and_says_so(random):
    fit, r = mixed("disclosure ~ privacy + trust", DATA, random), R["lmer_reml"]
    close(fit.coefficients, column(r["fix"]), 1e-10)
    close(fit.table["std_error"], column(r["fix"], "Std. Error"), 1e-10)
    close(-2 * fit.log_likelihood, r["reml"], 1e-12)
    close(fit.table["df"], r["lmerTest_df"], 1e-8)
    close(fit.solution.residual, r["vc"][1], 1e-10)
    assert variances(fit).iloc[0] == pytest.approx(r["icc0"], abs=1e-12)
    assert fit.singular[0] == "singular: the variance of Intercept over therapist is 0"


def test_within_and_between_equal_lmer():
    fit, r = mixed("ls ~ disc_w + disc_cm", DATA, RANDOM), R["lmer_within_between"]
    close(fit.coefficients, column(r), 1e-6)
    close(fit.table["std_error"], column(r, "Std. Error"), 1e-6)


@pytest.mark.parametrize("nodes", [1, 15])
def test_a_logit_mixed_model_equals_glmer(nodes):
    fit, r = mixed(GLM, DATA, RANDOM, "logit", nodes=nodes), R[f"glmer_agq{nodes}"]
    close(fit.coefficients, list(r["fix"].values()), 5e-6)
    close(fit.table["std_error"], r["se"], 5e-5)
    close(fit.variances["std_dev"], [r["sd"]], 1e-6)
    close(fit.log_likelihood, r["ll"], 1e-12)


@pytest.mark.parametrize(("nodes", "key", "short"), [(1, "laplace", "lap"), (15, "agq15", "agq")])
def test_a_logit_mixed_model_equals_glmer_at_its_default_tolerance(nodes, key, short):
    fit, r = mixed(GLM, DATA, RANDOM, "logit", nodes=nodes), R["glmer_binom"]
    close(fit.coefficients, column(r[key]), 2e-4)
    close(fit.table["std_error"], column(r[key], "Std. Error"), 2e-3)
    close(fit.table["p_value"], column(r[key], "Pr(>|z|)"), 1e-2)
    close(fit.variances["std_dev"], [r[f"{short}_sd"]], 2e-4)
    close(fit.log_likelihood, r[f"{short}_ll"], 1e-7)


def test_a_poisson_mixed_model_equals_glmer_at_its_default_tolerance():
    # R stopped at a log-likelihood 1.3e-5 lower, with a Hessian by differences of noise.
    formula = "sessions ~ privacy + trust + disclosure"
    fit, r = mixed(formula, DATA, RANDOM, "poisson", nodes=1), R["glmer_pois"]
    close(fit.coefficients, column(r["pois"]), 1e-4)
    close(fit.table["std_error"], column(r["pois"], "Std. Error"), 5e-3)
    close(fit.variances["std_dev"], [r["sd"]], 5e-5)
    assert 0 < fit.log_likelihood - r["ll"] < 2e-5


@pytest.mark.parametrize(("nodes", "key"), [(1, "laplace"), (15, "agq15")])
def test_an_ordered_mixed_model_equals_clmm(nodes, key):
    fit = mixed("satisfaction ~ privacy + trust + disclosure", DATA, RANDOM, "ordered", nodes=nodes)
    r = R[f"clmm_agq{nodes}"]
    names = ["1|2", "2|3", "3|4", "privacy", "trust", "disclosure"]
    found = fit.table.assign(term=fit.table["term"].str.replace(" ", ""))
    found = found.set_index("term").loc[names]
    close(found["estimate"], [r["coef"][name] for name in names], 2e-5)
    close(found["std_error"], [R["clmm"][key][name]["Std. Error"] for name in names], 5e-5)
    close(fit.variances["std_dev"], [r["sd"]], 1e-6)
    close(fit.log_likelihood, r["ll"], 1e-10)
    assert fit.log_likelihood >= R["clmm"]["lap_ll" if nodes == 1 else "agq_ll"] - 1e-9


def test_estimating_equations_under_independence_equal_geepack():
    fit = gee(
        "dropout ~ privacy + trust + disclosure", DATA, "therapist", "logit",
        working="independence",
    )  # fmt: skip
    close(fit.coefficients, R["gee_bin_indep"]["est"], 1e-12)
    close(fit.table["std_error"], R["gee_bin_indep"]["se"], 1e-12)
    close(fit.scale, R["gee_bin_indep"]["scale"], 1e-12)


@pytest.mark.parametrize(
    ("outcome", "family", "r", "rtol"),
    [
        ("dropout", "logit", R["gee_bin"], 1e-10),
        ("dropout", "logit", R["gee"]["binom"], 1e-5),
        ("sessions", "poisson", R["gee"]["pois"], 1e-6),
    ],
)
def test_exchangeable_estimating_equations_equal_geepack(outcome, family, r, rtol):
    fit = gee(f"{outcome} ~ privacy + trust + disclosure", DATA, "therapist", family)
    close(fit.coefficients, r["est"], rtol)
    close(fit.table["std_error"], r["se"], rtol)
    close([fit.correlation, fit.scale], [r["alpha"], r["scale"]], 10 * rtol)
