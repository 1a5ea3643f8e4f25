"""Meta-analysis beside what metafor gives on the same fourteen studies."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from confstudy.models.meta.bias import egger_test, failsafe_number, rank_test
from confstudy.models.meta.influence import leave_one_out
from confstudy.models.meta.pool import meta
from confstudy.models.meta.selection import selection_model
from confstudy.models.meta.trim import trim_and_fill

HERE = Path(__file__).parent
VALUES = json.loads((HERE / "r_meta.json").read_text())
R, TIGHT = VALUES["default"], VALUES["tight"]
STUDIES = pd.read_csv(HERE / "meta14.csv")
METHODS = [name for name in TIGHT if "tau2" in TIGHT[name] and name != "reg"]


def close(found, expected, digits):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=10.0**-digits)


def plain(method="REML", **options):
    return meta("yi", "vi", data=STUDIES, method=method, knapp_hartung=False, **options)


@pytest.mark.parametrize("method", METHODS)
def test_tau2_and_the_pooled_estimate_equal_rma(method):
    found, r = plain(method), TIGHT[method]
    row = found.table.iloc[0]
    close([row["estimate"], row["std_error"]], [r["b"], r["se"]], 12)
    close([row["conf_low"], row["conf_high"]], r["ci"], 12)
    close([found.tau2, found.tau2_error, found.i2], [r["tau2"], r["se_tau2"], r["I2"]], 11)


@pytest.mark.parametrize("method", ["FE", *METHODS])
def test_heterogeneity_equals_rma(method):
    found, r = plain(method), R[method]
    close([found.q, found.q_p], [r["QE"], r["QEp"]], 10)
    if method == "FE":
        row = found.table.iloc[0]
        close([row["std_error"], row["conf_low"], row["conf_high"]], [r["se"], *r["ci"]], 12)
    # Where τ² is searched for, R's default tolerance stops at five digits.
    exact = method in ("FE", "DL", "HE", "HS", "SJ")
    close([found.estimate, found.h2, found.i2], [r["b"], r["H2"], r["I2"]], 12 if exact else 4)


def test_knapp_hartung_and_prediction_equal_rma():
    found, r = meta("yi", "vi", data=STUDIES), TIGHT["REML_knha"]
    row = found.table.iloc[0]
    close([row["std_error"], row["conf_low"], row["conf_high"]], [r["se"], *r["ci"]], 12)
    close(found.prediction, r["pi"], 11)


def test_normal_prediction_equals_rma_at_its_default_tolerance():
    np.testing.assert_allclose(plain().prediction, R["REML_pi"], rtol=0, atol=3e-6)


def test_the_q_profile_equals_confint():
    found = plain()
    close([found.tau2_low, found.tau2_high], TIGHT["tau2_ci"], 11)


def test_meta_regression_equals_rma():
    found, r = plain(moderators="~ online"), TIGHT["reg"]
    close(found.table["estimate"], r["b"], 12)
    close(found.table["std_error"], r["se"], 12)
    close([found.tau2, found.moderators[0], found.r_squared], [r["tau2"], r["QM"], r["R2"]], 10)


def test_egger_equals_regtest():
    linear = egger_test(plain(), "linear").iloc[0]
    close([linear["statistic"], linear["p_value"]], list(R["egger_lm"].values()), 11)
    mixed = egger_test(plain()).iloc[0]
    close([mixed["statistic"], mixed["p_value"]], list(R["egger_rma"].values()), 4)


def test_ranks_and_the_fail_safe_number_equal_metafor():
    close(rank_test(plain()).iloc[0], list(R["begg"].values()), 12)
    assert failsafe_number(plain()) == R["fsn"]


def test_trim_and_fill_equals_trimfill():
    filled = trim_and_fill(plain())
    assert (filled.added, filled.side) == (R["trimfill"]["k0"], R["trimfill"]["side"])
    close(filled.meta.estimate, R["trimfill"]["b"], 6)


def test_leaving_one_out_equals_leave1out():
    close(leave_one_out(plain())["estimate"], R["loo"], 6)


def test_the_selection_model_equals_selmodel():
    # Both search for the maximum; R's stops at five digits.
    found = selection_model(plain())
    close(found.table["estimate"][0], R["selmodel"]["b"], 5)
    close(found.chances, R["selmodel"]["delta"], 5)
    close(found.p_value, R["selmodel"]["LRTp"], 5)


def test_cluster_robust_errors_equal_robust():
    row = meta("yi", "vi", data=STUDIES, cluster="study").table.iloc[0]
    close([row["std_error"], row["p_value"]], list(R["robust"].values()), 4)
