"""Pooling and delta adjustment beside R's mice, on the same imputations."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.missing.joint import joint_test
from confstudy.models.missing.pooling import pooled

HERE = Path(__file__).parent
R = json.loads((HERE / "r_missing.json").read_text())
LONG = pd.read_csv(HERE / "mi20_long.csv")
HOLES = pd.read_csv(HERE / "conf500_missing.csv")
LM, GLM = "disclosure ~ privacy + trust + woman", "dropout ~ privacy + trust + disclosure"
NAMES = {
    "estimate": "estimate",
    "std_error": "std.error",
    "statistic": "statistic",
    "df": "df",
    "p_value": "p.value",
    "conf_low": "2.5 %",
    "conf_high": "97.5 %",
}


def imputations(delta=0.0):
    gone = HOLES["disclosure"].isna().to_numpy()
    for _, frame in LONG.groupby(".imp"):
        frame = frame.reset_index(drop=True)
        yield frame.assign(disclosure=frame["disclosure"] + delta * gone)


def pool(formula, family="ols", delta=0.0):
    return pooled([cs.fit(formula, frame, family) for frame in imputations(delta)])


@pytest.mark.parametrize(
    ("formula", "family", "key", "digits"), [(LM, "ols", "lm", 12), (GLM, "logit", "glm", 5)]
)
def test_pooled_tables_equal_mice(formula, family, key, digits):
    # R's glm stops at a deviance that leaves its standard errors six digits.
    table, expected = pool(formula, family).table, pd.DataFrame(R["mice_fixed_pool"][key])
    for ours, theirs in NAMES.items():
        np.testing.assert_allclose(table[ours], expected[theirs], rtol=10.0**-digits)


def test_pooled_glm_coefficients_equal_mice():
    expected = [row["estimate"] for row in R["mice_fixed_pool"]["glm"]]
    np.testing.assert_allclose(pool(GLM, "logit").coefficients, expected, rtol=1e-10)


def test_what_missing_answers_cost_equals_mice():
    found, expected = pool(LM), pd.DataFrame(R["mice_fixed_pool"]["lm_pooled"])
    table = found.diagnostics
    names = {"within": "ubar", "between": "b", "increase": "riv", "share": "lambda"}
    for ours, theirs in {**names, "missing_information": "fmi"}.items():
        np.testing.assert_allclose(table[ours], expected[theirs], rtol=1e-12)
    np.testing.assert_allclose(np.diag(found.covariance), expected["t"], rtol=1e-12)
    assert found.complete_df == 496


def test_the_joint_wald_test_equals_d1():
    found = joint_test(pool(LM), ["trust", "woman"])
    ours = [found.statistic, found.df, found.df_error, found.p_value, found.increase]
    np.testing.assert_allclose(ours, R["mice_fixed_pool"]["D1"], rtol=1e-11)


def test_complete_cases_equal_lm():
    table = cs.fit(LM, HOLES).table
    expected = pd.DataFrame(R["mice_fixed_pool"]["cc"]).T
    np.testing.assert_allclose(table["estimate"], expected["Estimate"], rtol=1e-11)
    np.testing.assert_allclose(table["std_error"], expected["Std. Error"], rtol=1e-11)
    np.testing.assert_allclose(table["p_value"], expected["Pr(>|t|)"], rtol=1e-10)


@pytest.mark.parametrize("delta", list(R["mice_delta_mnar"]))
def test_delta_adjustment_equals_scripted_mice(delta):
    table, expected = pool(LM, delta=float(delta)).table, R["mice_delta_mnar"][delta]
    np.testing.assert_allclose(table["estimate"], expected["est"], rtol=1e-11)
    np.testing.assert_allclose(table["std_error"], expected["se"], rtol=1e-11)
