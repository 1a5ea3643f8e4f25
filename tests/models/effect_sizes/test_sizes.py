"""Every effect size against its formula, published values, or the distribution it inverts."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import gamma
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import ttest_ind

from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes import sizes

RNG = np.random.default_rng(61)
X, Y = RNG.normal(0.5, 1, 30), RNG.normal(0, 2, 45)
Z = stats.norm.ppf(0.975)
GROUPED = pd.DataFrame({"y": [*Y, *X], "g": ["a"] * 45 + ["b"] * 30})


def interval(effect):
    return [effect.conf_low, effect.conf_high]


@pytest.mark.parametrize("equal", [True, False])
def test_a_mean_difference_is_that_of_the_t_test(equal):
    found = sizes.mean_difference(X, Y, equal_variances=equal)
    peer = stats.ttest_ind(X, Y, equal_var=equal)
    assert found.statistic == pytest.approx(peer.statistic, rel=1e-12)
    assert (found.p_value, found.df) == pytest.approx((peer.pvalue, peer.df), rel=1e-11)
    np.testing.assert_allclose(interval(found), peer.confidence_interval(), rtol=1e-11)
    assert ttest_ind(X, Y)[2] == 73


def test_a_paired_difference_is_that_of_the_paired_t_test():
    found, peer = sizes.paired_difference(X, Y[:30]), stats.ttest_rel(X, Y[:30])
    assert (found.statistic, found.p_value) == pytest.approx((peer.statistic, peer.pvalue))
    gaps = np.where(np.arange(30) < 3, np.nan, X)
    assert sizes.paired_difference(gaps, Y[:30]).n == 27


def test_d_by_its_formula_and_its_interval_by_the_noncentral_t():
    found = sizes.cohen_d(X, Y)
    pooled = np.sqrt((29 * X.var(ddof=1) + 44 * Y.var(ddof=1)) / 73)
    scale = np.sqrt(30 * 45 / 75)
    assert found.estimate == pytest.approx((X.mean() - Y.mean()) / pooled, rel=1e-13)
    t = found.estimate * scale
    assert stats.nct.cdf(t, 73, found.conf_low * scale) == pytest.approx(0.975, rel=1e-10)
    assert stats.nct.cdf(t, 73, found.conf_high * scale) == pytest.approx(0.025, rel=1e-9)
    assert found.p_value == pytest.approx(stats.ttest_ind(X, Y).pvalue)


def test_g_is_d_times_the_factor_of_gamma_functions():
    d, g = sizes.cohen_d(X, Y), sizes.hedges_g(X, Y)
    factor = gamma(36.5) / (np.sqrt(36.5) * gamma(36))
    for part in ("estimate", "conf_low", "conf_high", "std_error"):
        assert getattr(g, part) == pytest.approx(factor * getattr(d, part), rel=1e-11)


def test_d_of_pairs():
    found, change = sizes.paired_d(X, Y[:30]), X - Y[:30]
    assert found.estimate == pytest.approx(change.mean() / change.std(ddof=1), rel=1e-13)
    t = found.estimate * np.sqrt(30)
    limits = stats.nct.cdf(t, 29, np.array(interval(found)) * np.sqrt(30))
    np.testing.assert_allclose(limits, [0.975, 0.025], rtol=1e-9)


@pytest.mark.parametrize("shift", [20, -20, Y.mean() - X.mean(), Y.mean() - X.mean() + 1e-9])
def test_a_large_d_and_one_of_0_have_their_interval_too(shift):
    found = sizes.cohen_d(X + shift, Y)
    assert found.conf_low < found.estimate < found.conf_high
    mirrored = sizes.cohen_d(-X - shift, -Y)
    assert interval(mirrored) == pytest.approx([-found.conf_high, -found.conf_low], rel=1e-9)


def test_a_formula_takes_the_second_level_less_the_first():
    assert sizes.cohen_d("y ~ g", GROUPED).estimate == sizes.cohen_d(X, Y).estimate
    ordered = GROUPED.assign(g=pd.Categorical(GROUPED["g"], ["b", "a", "unused"]))
    assert sizes.cohen_d("y ~ g", ordered).estimate == sizes.cohen_d(Y, X).estimate
    gaps = GROUPED.assign(y=GROUPED["y"].mask(GROUPED.index < 5))
    assert sizes.cohen_d("y ~ g", gaps).n == 70


@pytest.mark.parametrize(("kind", "factor"), [("pearson", 0.0), ("spearman", 0.5)])
def test_a_correlation_with_the_interval_of_fisher_s_z(kind, factor):
    found = sizes.correlation(X, Y[:30], kind=kind)
    peer = stats.pearsonr(X, Y[:30]) if kind == "pearson" else stats.spearmanr(X, Y[:30])
    assert found.estimate == pytest.approx(peer.statistic, rel=1e-12)
    margin = Z * np.sqrt((1 + factor * peer.statistic**2) / 27)
    expected = np.tanh(np.arctanh(peer.statistic) + np.array([-margin, margin]))
    np.testing.assert_allclose(interval(found), expected, rtol=1e-11)


def test_the_odds_ratio_of_ford_s_cells():
    found = sizes.odds_ratio((178, 383), (68, 175))
    assert found.estimate == pytest.approx(178 * 107 / (205 * 68), rel=1e-14)
    assert np.round([found.estimate, *interval(found)], 3).tolist() == [1.366, 0.949, 1.967]
    back = sizes.odds_ratio((259, 386), (93, 175))
    assert np.round([back.estimate, *interval(back)], 3).tolist() == [1.798, 1.248, 2.590]
    chi = sizes.phi([[259, 127], [93, 82]])
    assert (round(chi.statistic, 2), round(chi.p_value, 4)) == (10.03, 0.0015)


def test_a_risk_ratio_by_its_formula():
    found = sizes.risk_ratio((56, 70), (48, 80))
    error = np.sqrt(1 / 56 - 1 / 70 + 1 / 48 - 1 / 80)
    expected = np.exp(np.log(4 / 3) + np.array([-1, 1]) * Z * error)
    np.testing.assert_allclose(interval(found), expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
        ((0, 10), (0, 10), -0.2775, 0.2775),
    ],
)
def test_newcombe_s_interval_equals_his_table(first, second, low, high):
    found = sizes.risk_difference(first, second)
    assert interval(found) == pytest.approx([low, high], abs=6e-5)
    peer = confint_proportions_2indep(*first, *second, compare="diff", method="newcomb")
    np.testing.assert_allclose(interval(found), peer, rtol=1e-10, atol=1e-12)


def test_shares_from_a_formula():
    data = pd.DataFrame({"told": [1] * 5 + [0] * 7 + [1] * 8 + [0] * 2, "arm": [0] * 12 + [1] * 10})
    assert sizes.risk_difference("told ~ arm", data).estimate == pytest.approx(0.8 - 5 / 12)
    assert sizes.odds_ratio("told ~ arm", data).estimate == pytest.approx(4 / (5 / 7))


TABLE = np.array([[20, 30, 10], [25, 15, 20]])


def test_cramer_s_v_and_its_interval_by_the_noncentral_chi_squared():
    found = sizes.cramers_v(TABLE)
    chi = stats.chi2_contingency(TABLE, correction=False)
    assert found.estimate == pytest.approx(stats.contingency.association(TABLE), rel=1e-13)
    assert (found.statistic, found.p_value) == pytest.approx((chi.statistic, chi.pvalue))
    chances = stats.ncx2.cdf(chi.statistic, 2, np.array(interval(found)) ** 2 * 120)
    np.testing.assert_allclose(chances, [0.975, 0.025], rtol=1e-8)
    corrected = sizes.cramers_v(TABLE, corrected=True).estimate
    left = chi.statistic / 120 - 2 / 119
    assert corrected == pytest.approx(np.sqrt(left / (2 - 1 / 119 - 1)), rel=1e-13)
    assert sizes.cramers_v([[10, 10], [10, 10]]).conf_low == 0


def test_phi_is_the_correlation_of_two_by_two():
    table = [[12, 5], [7, 16]]
    expected = (12 * 16 - 5 * 7) / np.sqrt(17 * 23 * 19 * 21)
    assert sizes.phi(table).estimate == pytest.approx(expected, rel=1e-13)


def test_explained_variance_by_its_formulas_and_the_noncentral_f():
    data = pd.DataFrame({"y": [*X, *Y], "g": np.arange(75) % 3})
    parts = [data.loc[data["g"] == g, "y"] for g in range(3)]
    f = stats.f_oneway(*parts).statistic
    eta, omega = sizes.eta_squared("y ~ g", data), sizes.omega_squared("y ~ g", data)
    assert eta.statistic == pytest.approx(f, rel=1e-11)
    assert eta.estimate == pytest.approx(2 * f / (2 * f + 72), rel=1e-12)
    assert omega.estimate == pytest.approx(max(0, 2 * (f - 1) / (2 * (f - 1) + 75)), rel=1e-11)
    strong = sizes.eta_squared((9.0, 3, 60))
    ncp = np.array([limit / (1 - limit) * 64 for limit in interval(strong)])
    np.testing.assert_allclose(stats.ncf.cdf(9, 3, 60, ncp), [0.975, 0.025], rtol=1e-8)
    assert sizes.omega_squared((0.5, 3, 60)).estimate == 0


def test_cliff_s_delta_and_the_area_by_counting_pairs():
    x, y = np.array([3, 4, 4, 5, 7.0]), np.array([1, 4, 2, 4, 3, 6.0])
    wins = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    area, delta = sizes.area_under_curve(x, y), sizes.cliffs_delta(x, y)
    assert area.estimate == pytest.approx(wins.mean(), rel=1e-14)
    assert delta.estimate == pytest.approx(2 * wins.mean() - 1, rel=1e-14)
    variance = wins.mean(axis=1).var(ddof=1) / 5 + wins.mean(axis=0).var(ddof=1) / 6
    share = wins.mean()
    logit = np.log(share / (1 - share)) + np.array([-1, 1]) * Z * np.sqrt(variance) / (
        share * (1 - share)
    )
    np.testing.assert_allclose(interval(area), 1 / (1 + np.exp(-logit)), rtol=1e-11)
    np.testing.assert_allclose(interval(delta), 2 * np.array(interval(area)) - 1, rtol=1e-11)


@pytest.mark.parametrize(
    ("effect", "problem"),
    [
        (lambda: sizes.odds_ratio((0, 10), (5, 10)), "a cell is empty"),
        (lambda: sizes.risk_ratio((0, 10), (5, 10)), "a cell is empty"),
        (lambda: sizes.cohen_d([1, 1, 1], [2, 2]), "do not vary enough"),
        (lambda: sizes.mean_difference([1, 1], [2, 2]), "do not vary enough"),
        (lambda: sizes.correlation([1, 1, 1, 1], [1, 2, 3, 4]), "does not vary"),
        (lambda: sizes.correlation([1, 2, 3, 4], [1, 2, 3, 4]), "do not vary enough"),
        # Equal but for rounding: not a spread of 1e-17, nor a correlation of 1 - 2e-16.
        (lambda: sizes.cohen_d([0.1] * 3, [0.3] * 3), "do not vary enough"),
        (lambda: sizes.mean_difference([0.1] * 3, [0.3] * 3), "do not vary enough"),
        (lambda: sizes.paired_d([0.3, 0.4, 0.5], [0.1, 0.2, 0.3]), "do not vary enough"),
        (lambda: sizes.correlation(np.arange(7) * 0.1, np.arange(7) * 0.3), "do not vary enough"),
        (lambda: sizes.cliffs_delta([5, 6], [1, 2]), "do not overlap"),
    ],
)
def test_what_has_no_interval_says_so_and_shows_no_number(effect, problem):
    found = effect()
    assert problem in found.problems[0]
    assert "NOT TO BE USED" in repr(found)
    assert found.table.drop(columns=["term", "note"]).isna().all(axis=None)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: sizes.cohen_d([1], [2, 3]), "two or more values"),
        (lambda: sizes.cohen_d("y ~ h", GROUPED), "Columns not found"),
        (lambda: sizes.cohen_d("y", GROUPED), "is not 'outcome ~ group'"),
        (lambda: sizes.cohen_d("y ~ g", X), "needs data"),
        (lambda: sizes.cohen_d("y ~ g", GROUPED.assign(g="a")), "there are 1"),
        (lambda: sizes.cohen_d(X, Y, level=95), "between 0 and 1"),
        (lambda: sizes.odds_ratio((5, 3), (1, 2)), "how many had the outcome"),
        (lambda: sizes.phi(TABLE), "two by two"),
        (lambda: sizes.cramers_v([[1, 2]]), "two or more categories"),
        (lambda: sizes.correlation(X, Y), "same length"),
        (lambda: sizes.correlation(X, X, kind="pearsn"), "Did you mean 'pearson'"),
        (lambda: sizes.eta_squared((1.0, 0, 5)), "above 0"),
        (lambda: sizes.eta_squared("y ~ g", GROUPED.assign(y=1.0)), "the outcome varies"),
        (lambda: sizes.paired_d(X, Y), "same length"),
        (lambda: sizes.cohen_d("yy ~ g", GROUPED), "Did you mean 'y'"),
        (lambda: sizes.cohen_d("y ~ y", GROUPED), "is not 'outcome ~ group'"),
        (lambda: sizes.mean_difference([1, np.inf], [1, 2]), "must be finite"),
        (lambda: sizes.risk_ratio((5.7, 10), (3, 10)), "how many had the outcome"),
        (lambda: sizes.risk_ratio((np.nan, 10), (3, 10)), "how many had the outcome"),
        (lambda: sizes.odds_ratio((5, 10, 1), (3, 10)), "how many had the outcome"),
        (lambda: sizes.cramers_v([[1, np.nan], [2, 3]]), "numbers from 0"),
        (lambda: sizes.cramers_v([[1, 0], [0, 1]], corrected=True), "too few respondents"),
        (lambda: sizes.eta_squared((1.0, 2)), "two degrees of freedom"),
    ],
)
def test_what_cannot_be_sized_says_why(call, expected):
    with pytest.raises(AnalysisError, match=expected):
        call()


TEXT = GROUPED.assign(y=["CANARY", "b"] * 37 + ["c"])


@pytest.mark.parametrize(
    "call",
    [
        lambda: sizes.cohen_d("y ~ g", TEXT),
        lambda: sizes.cliffs_delta("y ~ g", TEXT),
        lambda: sizes.eta_squared("y ~ g", TEXT),
        lambda: sizes.correlation("y ~ g", TEXT),
        lambda: sizes.mean_difference(["CANARY", 1], [1, 2]),
        lambda: sizes.paired_d(["CANARY", 1], [1, 2]),
        lambda: sizes.odds_ratio(("CANARY", 1), (1, 2)),
        lambda: sizes.cramers_v([["CANARY", 1], [1, 2]]),
    ],
)
def test_text_is_refused_without_being_shown(call):
    with pytest.raises(AnalysisError, match="must be numbers") as caught:
        call()
    assert "CANARY" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_names_in_backticks_and_groups_of_mixed_types():
    data = GROUPED.set_axis(["my y", "my g"], axis=1)
    data["my g"] = data["my g"].map({"a": 1, "b": "b"})
    found = sizes.cohen_d("`my y` ~ `my g`", data)
    assert found.estimate == sizes.cohen_d(X, Y).estimate


def shares_covered(runs, seed=0):
    """How often the intervals hold the truth: risk difference, d and Cliff's delta."""
    rng, hits = np.random.default_rng(seed), np.zeros(3)
    truth = np.array([0.2, 0.5, 2 * stats.norm.cdf(0.5 / np.sqrt(2)) - 1])
    for _ in range(runs):
        shares = (rng.binomial(60, 0.5), 60), (rng.binomial(50, 0.3), 50)
        x, y = rng.normal(0.5, 1, 40), rng.normal(0, 1, 30)
        found = (
            sizes.risk_difference(*shares),
            sizes.cohen_d(x, y),
            sizes.cliffs_delta(x, y),
        )
        hits += [one.conf_low < t < one.conf_high for one, t in zip(found, truth, strict=True)]
    return hits / runs


def test_intervals_cover_the_truth():
    assert (np.abs(shares_covered(300) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 300)).all()


@pytest.mark.validate
def test_intervals_cover_the_truth_over_many_samples():
    bound = 0.008 + 4 * np.sqrt(0.95 * 0.05 / 5000)
    assert (np.abs(shares_covered(5000, seed=1) - 0.95) < bound).all()
