"""Every number beside what R gives on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs

HERE = Path(__file__).parent
R = json.loads((HERE / "r_values.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
LM = "disclosure ~ privacy + trust + woman + I((age - 38) / 10)"
GLM = "dropout ~ privacy + trust + disclosure + woman"


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
    fit = cs.fit(LM, DATA, cluster="therapist")
    close(fit.table["std_error"], R["lm_robust"]["se"]["CR1_stata"], 12)
    assert (fit.table["df"] == 39).all()


def test_logit_equals_glm():
    fit = cs.fit(GLM, DATA, "logit")
    close(fit.table["estimate"], list(R["logit"]["coef"].values()), 10)
    close(fit.table["std_error"], R["logit"]["se"], 9)
    assert fit.result.llf == pytest.approx(R["logit"]["ll"], rel=1e-12)


def test_clustered_logit_equals_sandwich():
    fit = cs.fit(GLM, DATA, "logit", cluster="therapist")
    close(fit.table["std_error"], R["logit_CR1"], 8)


def test_ordered_equals_clm_thresholds_included():
    fit = cs.fit("satisfaction ~ privacy + trust + disclosure + woman", DATA, "ordered")
    names = ["privacy", "trust", "disclosure", "woman", "1 | 2", "2 | 3", "3 | 4"]
    table = fit.table.set_index("term").loc[names]
    expected = R["clm"]["coef"]
    close(table["estimate"], [expected[name.replace(" ", "")] for name in names], 7)
    close(table["std_error"], np.roll(R["clm"]["se"], -3), 6)
    assert fit.result.llf == pytest.approx(R["clm"]["ll"], rel=1e-11)


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
