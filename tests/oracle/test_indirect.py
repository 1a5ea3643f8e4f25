"""Indirect questions beside base R's maximum likelihood, glm and lm on the same thousand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from confstudy.models.indirect.prevalence import sensitive_prevalence
from confstudy.models.indirect.questions import ItemList, YesNo, crosswise, forced, warner
from confstudy.models.indirect.sensitive import sensitive

HERE = Path(__file__).parent
R = json.loads((HERE / "r_indirect.json").read_text())["indirect"]
DATA = pd.read_csv(HERE / "indirect1000.csv")
DEVICES = {
    "warner_p.75": ("warner", warner(0.75)),
    "forced_1_6": ("forced", forced(1 / 6, 1 / 6)),
    "crosswise_p.25": ("crosswise", crosswise(0.25)),
}
LIST = ItemList(items=4)


def close(found, expected, digits):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=10.0**-digits)


@pytest.mark.parametrize("key", DEVICES)
def test_a_devices_prevalence_equals_its_closed_form(key):
    answer, question = DEVICES[key]
    row = sensitive_prevalence(answer, DATA, question).table.iloc[0]
    close([row["estimate"], row["std_error"]], [R[key]["pi"], R[key]["pi_se"]], 12)


@pytest.mark.parametrize("key", DEVICES)
def test_a_devices_logit_equals_optim(key):
    # R's optim stops at seven digits, and its Hessian is of differences.
    answer, question = DEVICES[key]
    found = sensitive(f"{answer} ~ x", DATA, question)
    close(found.table["estimate"], R[key]["b"], 6)
    close(found.table["std_error"], R[key]["se"], 6)
    close(found.goodness.log_likelihood, R[key]["ll"], 13)


def test_a_plain_question_equals_glm():
    found = sensitive("direct ~ x", DATA, YesNo("direct", 0, 1)).table
    rows = list(R["direct"].values())
    close(found["estimate"], [row["Estimate"] for row in rows], 6)
    # glm takes its errors from one step before the last.
    close(found["std_error"], [row["Std. Error"] for row in rows], 4)


def test_a_list_experiments_difference_equals_lm():
    plain = sensitive("listcount ~ 1", DATA, LIST, treatment="treat", method="linear")
    close(plain.table["estimate"], [row["Estimate"] for row in R["list_dim"].values()], 12)
    close(plain.table["std_error"], R["list_dim_HC2"], 12)
    row = sensitive_prevalence("listcount", DATA, LIST, treatment="treat").table.iloc[0]
    close([row["estimate"], row["std_error"]], [plain.coefficients[1], R["list_dim_HC2"][1]], 12)


def test_the_linear_list_regression_equals_lm():
    options = {"treatment": "treat", "method": "linear"}
    found = sensitive("listcount ~ x", DATA, LIST, **options)
    rows = list(R["list_lm_int"].values())
    assert found.terms == ("Intercept", "treat", "x", "treat:x")
    close(found.table["estimate"], [row["Estimate"] for row in rows], 11)
    close(found.table["std_error"], R["list_HC2"], 12)
    for cov, name in (("nonrobust", "list_lm_int"), ("nonrobust", "list_dim")):
        formula = "listcount ~ x" if name == "list_lm_int" else "listcount ~ 1"
        again = sensitive(formula, DATA, LIST, cov=cov, **options)
        close(again.table["std_error"], [row["Std. Error"] for row in R[name].values()], 12)
        close(again.table["p_value"], [row["Pr(>|t|)"] for row in R[name].values()], 10)
