"""Latent-variable models beside lavaan on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from confstudy.models.latent.invariance import invariance
from confstudy.models.latent.sem import sem

HERE = Path(__file__).parent
R = json.loads((HERE / "r_latent.json").read_text())
COMPLETE = pd.read_csv(HERE / "conf500.csv")
MISSING = pd.read_csv(HERE / "conf500_missing.csv")
CFA = "P =~ p1 + p2 + p3 + p4\nT =~ t1 + t2 + t3 + t4\nD =~ d1 + d2 + d3 + d4"
SEM = f"""{CFA}
T ~ a*P
D ~ b*T + e*P
engaged ~ c*D + f*T + g*P
ind := a*b*c
totP := a*b*c + e*c + a*f + g"""
PATH = """trust ~ a*privacy
disclosure ~ b*trust + cp*privacy
ab := a*b
tot := a*b + cp"""
#: Key of R → how the model is asked for here.
ASKED = {
    "cfa": (CFA, COMPLETE, {}),
    "lavaan_cfa_ml": (CFA, COMPLETE, {}),
    "sem": (SEM, COMPLETE, {}),
    "lavaan_sem_ml": (SEM, COMPLETE, {}),
    "lavaan_path_ml": (PATH, COMPLETE, {}),
    "cfa_fiml": (CFA, MISSING, {"estimator": "fiml"}),
    "lavaan_cfa_fiml": (CFA, MISSING, {"estimator": "fiml"}),
    "path_fiml": (PATH, MISSING, {"estimator": "fiml", "fixed_x": False}),
    "lavaan_path_fiml": (PATH, MISSING, {"estimator": "fiml", "fixed_x": False}),
    "cfa_mlr": (CFA, COMPLETE, {"estimator": "mlr"}),
    "lavaan_cfa_mlr": (CFA, COMPLETE, {"estimator": "mlr"}),
    "lavaan_sem_cluster": (SEM, COMPLETE, {"estimator": "mlr", "cluster": "therapist"}),
    "lavaan_cfa_wlsmv": (CFA, COMPLETE, {"estimator": "wlsmv"}),
}
COLUMNS = {
    "est": "estimate",
    "se": "std_error",
    "ci.lower": "conf_low",
    "ci.upper": "conf_high",
    "std.all": "standardized",
}
MEASURES = {
    "chisq": "chi2",
    "pvalue": "p_value",
    "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high",
    "logl": "log_likelihood",
    "chisq.scaling.factor": "scale",
    "df.scaled": "df",
}
#: The likelihood is flat at its maximum, so that it is known better than the estimate.
FITS = {"chisq": 1e-9, "logl": 1e-11, "aic": 1e-11, "bic": 1e-11, "cfi": 1e-10, "tli": 1e-10}


@pytest.fixture(scope="module", params=list(ASKED))
def fitted(request):
    text, data, options = ASKED[request.param]
    return R[request.param], sem(text, data, **options)


def close(found, expected, rtol):
    np.testing.assert_allclose(found, expected, rtol=rtol)


def test_estimates_and_errors(fitted):
    expected, found = fitted
    table = found.table.assign(key=found.table["term"].str.replace(" ", "")).set_index("key")
    assert not found.problems
    free = set(table.index[table["std_error"].notna()])
    assert free - {"tot"} <= {key.split(":=")[0] for key in expected["par"]}
    for key, row in expected["par"].items():
        name = key.split(":=")[0]
        if name not in table.index:
            assert row["se"] == 0
            continue
        for theirs, ours in COLUMNS.items():
            held = row["se"] == 0 and ours != "estimate" and ours != "standardized"
            if theirs in row and row[theirs] != 0 and not held:
                close(table.loc[name, ours], row[theirs], 1e-5)


def test_fit_measures(fitted):
    expected, found = fitted
    for theirs, value in expected["fit"].items():
        ours = MEASURES.get(theirs, theirs).replace("chisq", "chi2").replace("pvalue", "p_value")
        if value in (0, None):
            assert abs(found.fit[ours.replace(".", "_")]) < 1e-9
            continue
        rtol = 1e-6 if found.estimator == "wlsmv" else FITS.get(theirs, 1e-6)
        close(found.fit[ours.replace(".", "_")], value, rtol)


def test_explained_variances():
    found = sem(SEM, COMPLETE).r_squared.set_index("term")["r_squared"]
    for name, value in R["lavaan_sem_ml"]["r2"].items():
        close(found[name], value, 1e-5)


def test_omega():
    found = sem(CFA, COMPLETE).reliability.set_index("term")["omega"]
    for name, value in R["lavaan_cfa_ml"]["omega"].items():
        close(found[name], value, 1e-6)


@pytest.fixture(scope="module")
def across_groups():
    return invariance(CFA, COMPLETE, "woman")


@pytest.mark.parametrize("name", list(R["lavaan_invariance"]))
def test_invariance(across_groups, name):
    found = across_groups
    row, measures = found.table.set_index("term").loc[name], found.fits[name].measures
    for theirs, value in R["lavaan_invariance"][name].items():
        ours = MEASURES.get(theirs, theirs)
        if value == 0:
            assert measures[ours] == 0
            continue
        close(measures[ours], value, FITS.get(theirs, 5e-6))
        if ours in row:
            close(row[ours], value, FITS.get(theirs, 5e-6))


@pytest.fixture(scope="module")
def resampled():
    return sem(SEM, COMPLETE, bootstrap=200, seed=7).table.set_index("term")


@pytest.mark.parametrize("key", list(R["lavaan_sem_boot200"]))
def test_resampled_effects_within_monte_carlo(resampled, key):
    row, expected = resampled.loc[key.split(":=")[0]], R["lavaan_sem_boot200"][key]
    # Two errors of 200 draws each differ by 7 %, two 2.5 % quantiles by .27 errors.
    assert abs(np.log(row["std_error"] / expected["se"])) < 4 * 0.07
    for ours, theirs in (("conf_low", "ci.lower"), ("conf_high", "ci.upper")):
        assert abs(row[ours] - expected[theirs]) < 3 * 0.27 * row["std_error"]
