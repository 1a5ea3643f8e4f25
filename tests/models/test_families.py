"""What holds for every family: weights, units, order, designs, predictions, honesty."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.families import FAMILIES
from confstudy.models.fit import FitWarning
from confstudy.models.survey.design import SurveyDesign

OUTCOMES = {
    "ols": "y", "logit": "yes", "probit": "yes", "cloglog": "yes", "poisson": "count",
    "negbin": "wide", "zip": "many", "zinb": "wide_many", "hurdle_poisson": "many",
    "hurdle_negbin": "wide_many", "ordered": "rank", "ordered_probit": "rank",
}  # fmt: skip
ZEROS = [name for name, family in FAMILIES.items() if family.zeros]


def made(seed, n=400):
    """Slopes on x: 1 (y), .8 (yes), .4 (counts), 1 (rank); structural zeros .3."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    mean = np.exp(1 + 0.4 * x)
    some = rng.random(n) > 0.3
    wide = rng.poisson(mean * rng.gamma(2.0, 0.5, n))
    count = rng.poisson(mean)
    return pd.DataFrame(
        {
            "x": x,
            "z": rng.normal(size=n),
            "g": pd.Categorical(rng.choice(["a", "b", "c"], n)),
            "clinic": rng.integers(0, 25, n),
            "w": rng.integers(0, 4, n),
            "months": rng.uniform(1, 12, n),
            "y": 2 + x + rng.normal(size=n),
            "yes": (rng.random(n) < expit(0.3 + 0.8 * x)).astype(int),
            "count": count,
            "wide": wide,
            "many": count * some,
            "wide_many": wide * some,
            "rank": np.digitize(x + rng.logistic(size=n), [-1.0, 0.5, 2.0]),
        }
    )


DATA = made(5)


def numbers(fit, *columns):
    return fit.table[list(columns or ("estimate", "std_error"))].to_numpy()


def test_every_family_is_tested():
    assert set(OUTCOMES) == set(FAMILIES)


@pytest.mark.parametrize("family", OUTCOMES)
def test_scores_sum_to_nothing_and_information_is_the_inverse_of_the_covariance(family):
    estimate = cs.fit(f"{OUTCOMES[family]} ~ x + g", DATA, family).estimate
    assert np.abs(estimate.scores.sum(axis=0)).max() < 1e-8
    product = estimate.information @ estimate.covariance
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-8)


@pytest.mark.parametrize("family", OUTCOMES)
def test_whole_weights_are_so_many_respondents(family):
    formula = f"{OUTCOMES[family]} ~ x"
    weighted = cs.fit(formula, DATA, family, weights="w")
    repeated = cs.fit(formula, DATA.loc[DATA.index.repeat(DATA["w"])], family)
    factor = 1.0
    if family == "ols":
        # Least squares weighs precision: its degrees of freedom count rows.
        factor = np.sqrt(repeated.df / ((DATA["w"] > 0).sum() - 2))
    expected = numbers(repeated) * [1.0, factor]
    np.testing.assert_allclose(numbers(weighted), expected, rtol=1e-7)


@pytest.mark.parametrize("family", OUTCOMES)
@pytest.mark.parametrize("factor", [1e-12, 1e7])
def test_units_of_a_predictor_change_nothing_but_its_coefficient(family, factor):
    one = cs.fit(f"{OUTCOMES[family]} ~ x + z", DATA, family)
    two = cs.fit(f"{OUTCOMES[family]} ~ x + z", DATA.assign(x=DATA["x"] * factor), family)
    place = list(one.terms).index("x")
    assert two.coefficients[place] * factor == pytest.approx(one.coefficients[place], rel=1e-7)
    np.testing.assert_allclose(numbers(one, "statistic"), numbers(two, "statistic"), rtol=1e-6)


@pytest.mark.parametrize("family", OUTCOMES)
@pytest.mark.parametrize("kind", ["case", "cluster", "design"])
def test_order_of_rows_and_names_of_clusters_change_nothing(family, kind):
    options = {
        "case": {"weights": "w"},
        "cluster": {"cluster": "clinic"},
        "design": {"design": SurveyDesign(weights="w", clusters="clinic")},
    }[kind]
    shuffled = DATA.sample(frac=1, random_state=4)
    shuffled["clinic"] = "c" + (100 - shuffled["clinic"]).astype(str)
    formula = f"{OUTCOMES[family]} ~ x + g"
    one, two = (numbers(cs.fit(formula, d, family, **options)) for d in (DATA, shuffled))
    np.testing.assert_allclose(one, two, rtol=1e-6)


@pytest.mark.parametrize("family", OUTCOMES)
def test_a_factor_on_design_weights_changes_nothing(family):
    formula, more = f"{OUTCOMES[family]} ~ x", DATA.assign(w=1e4 * DATA["w"])
    design = SurveyDesign(weights="w", clusters="clinic")
    one, two = (numbers(cs.fit(formula, data, family, design=design)) for data in (DATA, more))
    np.testing.assert_allclose(one, two, rtol=1e-6)


@pytest.mark.parametrize("family", OUTCOMES)
def test_replicates_refit_every_family(family):
    clinics = np.arange(25)
    columns = {f"r{k}": np.where(DATA["clinic"] == k, 0, 25 / 24) for k in clinics}
    data = pd.concat([DATA, pd.DataFrame(columns)], axis=1)
    jackknife = SurveyDesign(replicates=tuple(columns), method="JK1")
    formula = f"{OUTCOMES[family]} ~ x"
    fit = cs.fit(formula, data, family, design=jackknife)
    left_out = [cs.fit(formula, data[data["clinic"] != k], family).coefficients for k in clinics]
    expected = 24 / 25 * sum(np.outer(d, d) for d in left_out - fit.coefficients)
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("family", OUTCOMES)
def test_the_sandwich_is_written_from_the_scores(family):
    fit = cs.fit(f"{OUTCOMES[family]} ~ x", DATA, family, cluster="clinic", cov="CR1")
    scores, n = fit.estimate.scores, fit.n
    p = sum(term != "log(theta)" for term in fit.terms)
    meat = sum(
        np.outer(part, part)
        for part in (scores[DATA["clinic"] == k].sum(axis=0) for k in range(25))
    )
    bread = np.linalg.inv(fit.estimate.information)
    expected = 25 / 24 * (n - 1) / (n - p) * bread @ meat @ bread
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-7)
    assert (fit.table["df"] == 24).all()


@pytest.mark.parametrize("family", [name for name in OUTCOMES if name != "ols"])
def test_average_predictions_are_means_of_the_outcome(family):
    # Scores that sum to nothing make it exact for canonical links, near for the others.
    fit = cs.fit(f"{OUTCOMES[family]} ~ x", DATA, family)
    expected = DATA[OUTCOMES[family]].mean()
    found = fit.family.predict(fit.coefficients, fit.design.matrix)
    found = found @ np.arange(4) if family.startswith("ordered") else found[:, 0]
    exact = family in ("logit", "poisson")
    assert found.mean() == pytest.approx(expected, rel=1e-8 if exact else 0.03)


@pytest.mark.parametrize("family", OUTCOMES)
def test_an_offset_at_the_estimate_leaves_the_other_coefficients(family):
    outcome, zeros = OUTCOMES[family], " | 1" if FAMILIES[family].zeros else ""
    free = cs.fit(f"{outcome} ~ x + z{zeros}", DATA, family)
    place = list(free.terms).index("z")
    data = DATA.assign(o=free.coefficients[place] * DATA["z"])
    fit = cs.fit(f"{outcome} ~ x{zeros}", data, family, offset="o")
    np.testing.assert_allclose(
        fit.coefficients, np.delete(free.coefficients, place), rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(
        fit.family.predict(fit.coefficients, fit.design.matrix),
        free.family.predict(free.coefficients, free.design.matrix),
        rtol=1e-6,
    )
    with pytest.raises(AnalysisError, match="its own respondents only"):
        fit.family.predict(fit.coefficients, fit.design.matrix[:5])


def test_the_part_for_zeros_stands_behind_a_bar_or_in_a_formula_of_its_own():
    one = cs.fit("many ~ x | z", DATA, "zip")
    two = cs.fit("many ~ x", DATA, "zip", inflate="~ z")
    assert one.terms == ("Intercept", "x", "zero.Intercept", "zero.z")
    np.testing.assert_array_equal(one.coefficients, two.coefficients)
    assert cs.fit("many ~ x", DATA, "zip").terms[-1] == "zero.x"


def test_a_hurdle_is_a_logit_and_truncated_counts():
    fit = cs.fit("many ~ x | z", DATA, "hurdle_poisson")
    logit = cs.fit("I(many > 0) ~ z", DATA, "logit")
    np.testing.assert_allclose(numbers(fit)[2:], numbers(logit), rtol=1e-9)


@pytest.mark.parametrize("family", ZEROS)
def test_predictions_know_both_parts(family):
    fit = cs.fit(f"{OUTCOMES[family]} ~ x | z", DATA, family)
    table = cs.predictions(fit, "x", [0.0, 1.0])
    assert table["estimate"].is_monotonic_increasing
    assert (table["std_error"] > 0).all()


@pytest.mark.parametrize("family", ["negbin", "zinb", "hurdle_negbin"])
def test_theta_is_the_exponent_of_its_row(family):
    fit = cs.fit(f"{OUTCOMES[family]} ~ x", DATA, family)
    assert fit.theta == pytest.approx(np.exp(fit.table["estimate"].iloc[-1]))
    with pytest.raises(AnalysisError, match="A poisson model has no theta"):
        _ = cs.fit("count ~ x", DATA, "poisson").theta


@pytest.mark.parametrize(
    ("formula", "family", "options", "expected"),
    [
        ("y ~ x", "poisson", {}, "not a count"),
        ("I(count + 1) ~ x", "zip", {}, "No 'I\\(count \\+ 1\\)' is 0"),
        ("I(0 * count) ~ x", "negbin", {}, "0 for everybody"),
        ("count ~ x | z", "poisson", {}, "is not a formula"),
        ("count ~ x", "poisson", {"inflate": "~ z"}, "no part for zeros"),
        ("many ~ x | z", "zip", {"inflate": "~ z"}, "not both"),
        ("many ~ x | z + I(2 * z)", "zip", {}, "collinear"),
        ("yes ~ x", "probit", {"cov": "CR2"}, "for clusters: give cluster"),
        ("wide ~ x", "negbin", {"cov": "CR2", "cluster": "clinic"}, "CR2 is not defined"),
        ("yes ~ x", "logit", {"cov": "wild", "cluster": "clinic"}, "is for family='ols'"),
        ("wide ~ x", "negbin", {"cov": "HC3"}, "HC3 is not defined for negbin"),
        ("y ~ x", "ols", {"weights": "g"}, "are not numbers"),
        ("y ~ x", "ols", {"weights": "x"}, "0 or more"),
        ("y ~ x", "ols", {"offset": "log(0 * months)"}, "infinite or undefined"),
        ("y ~ x", "ols", {"design": True}, "no declared design"),
        ("y ~ x", "ols", {"design": SurveyDesign(), "cluster": "clinic"}, "brings its own"),
        ("y ~ x", "ols", {"missing": "impute"}, "'drop' or 'fail'"),
    ],
)
def test_what_cannot_be_asked_says_why(formula, family, options, expected):
    with np.errstate(all="ignore"), pytest.raises(AnalysisError, match=expected):
        cs.fit(formula, DATA, family, **options)


def test_missing_rows_can_be_refused():
    data = DATA.assign(x=DATA["x"].where(DATA.index > 3))
    assert cs.fit("y ~ x", data).n == len(DATA) - 4
    with pytest.raises(AnalysisError, match="4 rows lack a value"):
        cs.fit("y ~ x", data, missing="fail")


@pytest.mark.parametrize(
    ("formula", "family", "options", "expected"),
    [
        ("I(count * (g != 'a')) ~ g", "poisson", {}, "separation"),
        ("I(wide * (g != 'a')) ~ g", "negbin", {}, "separation"),
        ("I(many * (g != 'a')) ~ x | g", "zip", {}, "zero part: it runs to a boundary"),
        ("I(many * (g != 'a')) ~ x | g", "hurdle_poisson", {}, "separation"),
        ("I(many * (g != 'a')) ~ g | x", "hurdle_poisson", {}, "do not determine|flat|not conv"),
        ("narrow ~ x", "negbin", {}, "theta runs to infinity"),
        ("narrow ~ x | 1", "hurdle_negbin", {}, "theta runs to infinity"),
        ("I(1 + 0 * x) ~ z", "ols", {}, "perfect fit"),
        ("y ~ g", "ols", {"weights": "only"}, "singular Hessian"),
        ("yes ~ g", "logit", {"weights": "only"}, "singular Hessian"),
        ("yes ~ z", "probit", {"weights": "told"}, "separation"),
    ],
)
def test_what_the_data_cannot_tell_is_said_and_no_number_reported(
    formula, family, options, expected
):
    data = DATA.assign(
        narrow=np.random.default_rng(1).binomial(5, 0.4, len(DATA)),
        only=(DATA["g"] == "a").astype(int),
        told=((DATA["z"] > 0) == DATA["yes"]).astype(int),
    )
    with pytest.warns(FitWarning, match=expected):
        fit = cs.fit(formula, data, family, **options)
    assert fit.table.drop(columns=["term", "note"]).isna().all(axis=None)
    assert "NOT TO BE USED" in repr(fit)


def test_a_replicate_without_an_estimate_leaves_no_errors():
    columns = {"r0": (DATA["g"] == "a").astype(int), "r1": np.ones(len(DATA), dtype=int)}
    data = pd.concat([DATA, pd.DataFrame(columns)], axis=1)
    design = SurveyDesign(replicates=("r0", "r1"), method="bootstrap")
    with pytest.warns(FitWarning, match="could not be fitted to 1 of 2 replicates"):
        fit = cs.fit("yes ~ g", data, "logit", design=design)
    assert fit.table["std_error"].isna().all()


def test_an_outlier_is_no_separation():
    data = DATA.assign(x=np.where(DATA.index == 0, 1e5, DATA["x"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cs.fit("yes ~ x", data, "logit").converged


@pytest.mark.parametrize("family", OUTCOMES)
def test_statsmodels_says_the_same_where_it_has_the_model(family):
    fit = cs.fit(f"{OUTCOMES[family]} ~ x", DATA, family)
    if family in ("zip", "zinb", "hurdle_poisson", "hurdle_negbin"):
        assert fit.result is None
        return
    assert fit.result.llf == pytest.approx(fit.goodness.log_likelihood, rel=1e-9)
    if family != "negbin":
        np.testing.assert_allclose(fit.result.params[:1], fit.coefficients[:1], rtol=1e-6)


def test_criteria_are_those_of_r():
    good = cs.fit("y ~ x", DATA).goodness
    assert good.parameters == 3
    assert good.aic == pytest.approx(-2 * good.log_likelihood + 6)
    good = cs.fit("yes ~ x", DATA, "logit").goodness
    assert good.events == DATA["yes"].sum()
    assert good.r_squared == pytest.approx(1 - good.log_likelihood / good.null)


TRUTH = {
    "ols": 1.0, "logit": 0.8, "poisson": 0.4, "negbin": 0.4, "zip": 0.4, "zinb": 0.4,
    "ordered": 1.0,
}  # fmt: skip


@pytest.mark.parametrize("family", TRUTH)
def test_the_truth_is_recovered(family):
    table = cs.fit(f"{OUTCOMES[family]} ~ x", made(77, 4000), family).table.set_index("term")
    assert abs(table.loc["x", "estimate"] - TRUTH[family]) < 4 * table.loc["x", "std_error"]


@pytest.mark.validate
@pytest.mark.parametrize("family", TRUTH)
@pytest.mark.parametrize("cluster", [None, "clinic"])
def test_intervals_cover_the_truth(family, cluster):
    formula = f"{OUTCOMES[family]} ~ x" + (" | 1" if FAMILIES[family].zeros else "")
    covered, used = 0, 1000
    for seed in range(used):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)
            fit = cs.fit(formula, made(seed, 300), family, cluster=cluster)
        row = fit.table.set_index("term").loc["x"]
        covered += row["conf_low"] <= TRUTH[family] <= row["conf_high"]
    assert abs(covered / used - 0.95) < 3 * np.sqrt(0.95 * 0.05 / used) + 0.01
