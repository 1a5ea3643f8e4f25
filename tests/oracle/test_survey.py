"""Survey estimates beside R's survey on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.models.survey.batch import BatchedRefit
from confstudy.models.survey.calibrate import calibrate
from confstudy.models.survey.crosstab import survey_table
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.estimates import survey_mean, survey_ratio, survey_total
from confstudy.models.survey.margins import poststratify, rake
from confstudy.models.survey.quantiles import survey_quantile

HERE = Path(__file__).parent
R = json.loads((HERE / "r_survey.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
TAYLOR = SurveyDesign(weights="wt", strata="stratum", clusters="therapist")
GAUSS = "disclosure ~ privacy + trust + woman"
LOGIT = "dropout ~ privacy + trust + disclosure + woman"
POISSON = "sessions ~ privacy + trust + disclosure"


def close(found, expected, digits):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=10.0**-digits)


def with_replicates(factors):
    """The data with one replicate weight a column of ``factors`` (n, R), and their names."""
    names = tuple(f"r{r}" for r in range(factors.shape[1]))
    weights = pd.DataFrame(factors * DATA["wt"].to_numpy()[:, None], columns=names)
    return pd.concat([DATA, weights], axis=1), names


def jkn(centre):
    """Each therapist is left out once; the other four of the stratum count 5 / 4."""
    therapist, stratum = DATA["therapist"].to_numpy(), DATA["stratum"].to_numpy()
    left = np.unique(therapist)
    of = np.array([stratum[therapist == t][0] for t in left])
    factors = np.where(stratum[:, None] == of, 1.25, 1.0)
    factors[therapist[:, None] == left] = 0
    data, names = with_replicates(factors)
    return data, SurveyDesign(
        weights="wt", replicates=names, method="JKn", multipliers=(0.8,) * 40, centre=centre
    )


def bootstrap():
    times = np.array([[int(digit) for digit in row] for row in R["boot_times_drawn"]], dtype=float)
    data, names = with_replicates(times[DATA["therapist"] - 1])
    scale = R["rep_boot"]["scale"]
    return data, SurveyDesign(
        weights="wt", replicates=names, method="bootstrap", multipliers=scale, centre="mean"
    )


def halves(fay):
    """The first two therapists of a stratum against the others, by R's Hadamard matrix."""
    rank = DATA.groupby("stratum")["therapist"].transform(lambda t: pd.factorize(t)[0])
    signs = np.array([[1 if s == "+" else -1 for s in row] for row in R["fay_signs"]])
    pair = 2 * (DATA["stratum"] - 1) + (rank >= 2)
    data, names = with_replicates(1 + (1 - fay) * signs[pair])
    return data, SurveyDesign(
        weights="wt",
        replicates=names,
        method="Fay" if fay else "BRR",
        fay=fay,
        centre="mean",
    )


def test_means_their_errors_and_design_effects_equal_svymean():
    expected = R["svy_mean_total"]
    found = survey_mean(list(expected["mean"]), DATA, TAYLOR)
    close(found.estimates, list(expected["mean"].values()), 13)
    close(found.std_errors, list(expected["se"].values()), 12)
    close(found.deff, expected["deff"], 12)
    assert (found.df == expected["degf"]).all()


def test_a_total_equals_svytotal_and_a_ratio_svyratio():
    expected = R["svy_mean_total"]
    total = survey_total("dropout", DATA, TAYLOR)
    close([total.estimates[0], total.std_errors[0]], [expected["total"], expected["total_se"]], 12)
    ratio = survey_ratio("sessions", "weeks", DATA, TAYLOR)
    close([ratio.estimates[0], ratio.std_errors[0]], expected["ratio"], 12)


def test_domains_equal_svyby():
    expected = pd.DataFrame(R["svy_mean_total"]["by"])
    found = survey_mean("disclosure", DATA, TAYLOR, by="woman")
    close(found.estimates, expected["disclosure"], 13)
    close(found.std_errors, expected["se"], 12)


def test_quantiles_equal_svyquantile():
    found = survey_quantile("sessions", DATA, TAYLOR)
    assert found.estimates.tolist() == R["svy_mean_total"]["quant"]


@pytest.mark.parametrize(
    ("key", "formula", "family", "digits"),
    [
        ("svyglm_gaussian", GAUSS, "ols", 10),
        ("svyglm_logit", LOGIT, "logit", 6),  # R stopped in the seventh digit
        ("svyglm_poisson", POISSON, "poisson", 6),
    ],
)
def test_models_equal_svyglm(key, formula, family, digits):
    table = cs.fit(formula, DATA, family, design=TAYLOR).table
    expected = R[key]
    for column, theirs in (("estimate", "est"), ("std_error", "se"), ("statistic", "t")):
        close(table[column], expected[theirs], digits)
    close(table["p_value"], expected["p"], digits - 1)
    assert (table["df"] == expected["dfres"]).all()


@pytest.mark.parametrize(("key", "formula"), [("logit", LOGIT), ("poisson", POISSON)])
def test_models_equal_svyglm_with_tight_convergence(key, formula):
    table = cs.fit(formula, DATA, key, design=TAYLOR).table
    expected = R[f"svyglm_{key}_tight"]
    close(table["estimate"], expected["est"], 10)
    close(table["std_error"], expected["se"], 10)


def weighted_likelihood(parameters):
    slopes, cuts = np.split(np.asarray(parameters), [2])
    index = DATA[["privacy", "disclosure"]].to_numpy() @ slopes
    below = expit(np.concatenate([[-np.inf], cuts, [np.inf]]) - index[:, None])
    rank = DATA["satisfaction"].to_numpy()
    each = np.arange(500)
    return DATA["wt"] @ np.log(below[each, rank] - below[each, rank - 1])


def test_an_ordered_model_equals_svyolr_as_far_as_r_went():
    fit = cs.fit("satisfaction ~ privacy + disclosure", DATA, "ordered", design=TAYLOR)
    # R stopped in the fifth digit: the likelihood is higher at what is found here.
    close(fit.table["estimate"], R["svyolr"]["est"], 4.5)
    close(fit.table["std_error"], R["svyolr"]["se"], 5)
    assert weighted_likelihood(fit.coefficients) > weighted_likelihood(R["svyolr"]["est"])


def test_tests_of_a_cross_table_equal_svychisq():
    expected = R["svychisq"]
    found = survey_table("dropout", "satisfaction", DATA, TAYLOR)
    table = found.table.set_index("test")
    second = table.loc["second order F", ["statistic", "df", "df_error", "p_value"]]
    close(second.astype(float), [expected[name] for name in ("F", "ndf", "ddf", "p")], 11)
    close(found.pearson, expected["X2"], 11)
    close(table.loc["first order chi2", "p_value"], expected["pX"], 11)


def test_jackknife_equals_svrepdesign_with_either_centre():
    data, design = jkn("mean")
    expected = R["rep_jkn"]
    found = cs.fit(GAUSS, data, "ols", design=design).table
    for column, theirs in (("std_error", "se"), ("statistic", "t"), ("p_value", "p")):
        close(found[column], expected["gauss"][theirs], 9)
    assert (found["df"] == expected["gauss"]["dfres"]).all()
    logit = cs.fit(LOGIT, data, "logit", design=design).table
    for column, theirs in (("std_error", "se"), ("statistic", "t"), ("p_value", "p")):
        close(logit[column], expected["logit"][theirs], 5)
    assert (logit["df"] == expected["logit"]["dfres"]).all()
    means = survey_mean(["disclosure", "dropout"], data, design)
    close(means.std_errors, expected["mean_se"], 11)
    assert (means.df == expected["degf"]).all()
    for centre, key in (("mean", "jkn_logit_se_centred"), ("estimate", "jkn_logit_se_mse")):
        data, design = jkn(centre)
        close(cs.fit(LOGIT, data, "logit", design=design).table["std_error"], R[key], 8)


def test_batched_refits_equal_svrepdesign():
    data, design = jkn("estimate")
    sample = design.on(data)
    matrix = np.column_stack(
        [np.ones(500), data[["privacy", "trust", "disclosure", "woman"]].to_numpy(dtype=float)]
    )
    outcome = data["dropout"].to_numpy(dtype=float)
    refit = BatchedRefit("logit", matrix, outcome, np.zeros(5))
    centre = refit(sample.domain_weights)
    spread = refit.many(sample.replicated) - centre
    close(centre, R["svyglm_logit_tight"]["est"], 10)
    close(np.sqrt(0.8 * (spread**2).sum(axis=0)), R["jkn_logit_se_mse"], 10)


def test_the_bootstrap_equals_svrepdesign():
    data, design = bootstrap()
    found, expected = cs.fit(GAUSS, data, "ols", design=design).table, R["rep_boot"]["gauss"]
    close(found["std_error"], expected["se"], 9)
    close(found["statistic"], expected["t"], 9)
    close(found["p_value"], expected["p"], 8)
    assert (found["df"] == expected["dfres"]).all()


@pytest.mark.parametrize(("key", "fay"), [("brr", 0.0), ("fay", 0.3)])
def test_balanced_halves_equal_svrepdesign(key, fay):
    data, design = halves(fay)
    found, expected = cs.fit(GAUSS, data, "ols", design=design).table, R["rep_brr_fay"][key]
    close(found["std_error"], expected["se"], 9)
    close(found["statistic"], expected["t"], 9)
    close(found["p_value"], expected["p"], 8)
    assert (found["df"] == expected["dfres"]).all()
    if fay:
        close(design.on(data).multipliers, np.full(12, R["rep_brr_fay"]["scale"]), 12)


def test_calibrated_weights_equal_rake_and_post_stratify():
    totals, expected = {0: 3200, 1: 3920}, R["svy_calibrate_rake"]
    raked = rake(DATA, {"woman": totals}, TAYLOR)
    found = survey_mean("disclosure", DATA, raked)
    close(raked.full.sum(), expected["rake_w_sum"], 12)
    close(found.estimates, expected["rake_mean"], 12)
    close(found.std_errors, expected["rake_se"], 12)
    for sample in (
        poststratify(DATA, "woman", totals, TAYLOR),
        calibrate(DATA, {"Intercept": 7120, "woman": 3920}, TAYLOR),
        calibrate(DATA, {"Intercept": 7120, "woman": 3920}, TAYLOR, kind="raking"),
    ):
        close(survey_mean("disclosure", DATA, sample).std_errors, expected["ps_se"], 12)
