from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize
from scipy.stats import multivariate_normal, norm

from confstudy.errors import AnalysisError
from confstudy.survey.battery import ItemWarning
from confstudy.survey.bivariate import below, cells
from confstudy.survey.polychoric import polychoric

CUTS = ([-1, 0.2, 1], [-0.3, 0.8])


def answers(n, r, seed=1):
    z = np.random.default_rng(seed).multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)
    columns = {name: np.digitize(z[:, j], CUTS[j]) for j, name in enumerate("ab")}
    return pd.DataFrame(columns).astype(float)


def latent(data, *what, **how):
    return polychoric(data, ["a", "b"], *what, **how).table.iloc[0]


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.95, 0.95))
def test_the_bivariate_normal_equals_scipy_s(h, k, r):
    expected = multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([h, k])
    assert float(below(np.array(h), np.array(k), r)) == pytest.approx(expected, abs=1e-9)


def test_the_derivatives_of_the_cells_equal_differences():
    a, b, r, step = np.array(CUTS[0]), np.array(CUTS[1]), 0.4, 1e-6
    chance, by_r, by_a, by_b = cells(a, b, r)
    assert chance.sum() == pytest.approx(1, abs=1e-14)
    difference = (cells(a, b, r + step)[0] - cells(a, b, r - step)[0]) / (2 * step)
    np.testing.assert_allclose(by_r, difference, atol=1e-8)
    for i, move in enumerate(step * np.eye(3)):
        difference = (cells(a + move, b, r)[0] - cells(a - move, b, r)[0]) / (2 * step)
        np.testing.assert_allclose(by_a[i], difference, atol=1e-8)
    for j, move in enumerate(step * np.eye(2)):
        difference = (cells(a, b + move, r)[0] - cells(a, b - move, r)[0]) / (2 * step)
        np.testing.assert_allclose(by_b[j], difference, atol=1e-8)


def test_items_cut_at_the_median_have_the_closed_form_of_the_tetrachoric_correlation():
    table = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "w": [30, 20, 20, 30]})
    expected = np.sin(2 * np.pi * (0.3 - 0.25))
    for method in ("two-step", "ml"):
        assert latent(table, method, weights="w")["estimate"] == pytest.approx(expected, rel=1e-9)


def test_maximum_likelihood_is_the_maximum_another_search_finds():
    data = answers(300, 0.6)
    counts = pd.crosstab(data["a"], data["b"]).to_numpy()

    def value(x):
        rows, columns = [-9, *x[1:4], 9], [-9, *x[4:], 9]
        box = multivariate_normal([0, 0], [[1, x[0]], [x[0], 1]])
        chance = [
            [
                box.cdf([h1, k1]) - box.cdf([h0, k1]) - box.cdf([h1, k0]) + box.cdf([h0, k0])
                for k0, k1 in pairwise(columns)
            ]
            for h0, h1 in pairwise(rows)
        ]
        return -(counts * np.log(chance)).sum()

    start, bounds = [0.5, *CUTS[0], *CUTS[1]], [(-0.9, 0.9), *[(None, None)] * 5]
    found = optimize.minimize(value, start, method="L-BFGS-B", bounds=bounds)
    assert latent(data, "ml")["estimate"] == pytest.approx(found.x[0], abs=1e-4)


@pytest.mark.parametrize("method", ["two-step", "ml"])
def test_a_weight_is_so_many_respondents(method):
    data = answers(200, 0.5)
    weighted = data.assign(w=np.random.default_rng(2).integers(0, 4, len(data)).astype(float))
    repeated = data.loc[data.index.repeat(weighted["w"].astype(int))]
    one, other = latent(weighted, method, weights="w"), latent(repeated, method)
    assert one["estimate"] == pytest.approx(other["estimate"], abs=1e-9)
    times = weighted.assign(w=weighted["w"] * 7)
    again = latent(times, method, weights="w")
    numbers = ["estimate", "std_error", "conf_low"]
    np.testing.assert_allclose(again[numbers].tolist(), one[numbers].tolist(), rtol=1e-9)


@pytest.mark.parametrize("method", ["two-step", "ml"])
def test_order_and_labels_of_answers_do_not_matter_and_turning_one_turns_the_sign(method):
    data = answers(200, 0.5)
    found = latent(data, method)
    mixed = latent(data.sample(frac=1, random_state=1) * 10 + 3, method)
    turned = latent(data.assign(a=-data["a"]), method)
    for column in ("estimate", "std_error"):
        assert mixed[column] == pytest.approx(found[column], rel=1e-7)
    assert turned["estimate"] == pytest.approx(-found["estimate"], rel=1e-7)


@pytest.mark.parametrize("method", ["two-step", "ml"])
@pytest.mark.parametrize("r", [-0.98, -0.9, 0.0, 0.97, 0.99])
def test_strong_correlations_are_recovered_too(method, r):
    row = latent(answers(6000, r), method)
    assert abs(row["estimate"] - r) < 4 * row["std_error"]
    assert 0 < row["std_error"] < 0.02


def test_respondents_who_answered_one_item_count_for_its_thresholds_only():
    data = answers(400, 0.5)
    data.loc[:99, "b"] = np.nan
    found = polychoric(data, ["a", "b"])
    share = (data["a"] <= 0).mean()
    assert found.cuts[0][0] == pytest.approx(norm.ppf(share), rel=1e-12)
    assert found.table["n"].tolist() == [300]
    assert found.n == 400


def test_an_association_without_exceptions_has_no_number_and_says_so():
    data = answers(100, 0.5).assign(c=lambda frame: frame["a"])
    with pytest.warns(ItemWarning, match="'a' and 'c': the correlation runs to its limit"):
        found = polychoric(data, ["a", "b", "c"])
    row = found.table.set_index("term").loc["a ~~ c"]
    assert row[["estimate", "std_error", "p_value", "conf_low"]].isna().all()
    assert "NOT TO BE USED" in repr(found)
    assert np.isfinite(found.correlations[0, 1])


def test_pairs_that_nobody_answered_have_no_number():
    data = answers(60, 0.5)
    data.loc[:29, "a"] = np.nan
    data.loc[30:, "b"] = np.nan
    with pytest.warns(ItemWarning, match="nobody answered both"):
        assert np.isnan(latent(data)["estimate"])


@pytest.mark.parametrize(
    ("data", "how", "text"),
    [
        (answers(50, 0.5).assign(a=1), {}, r"\[a\] alike"),
        (answers(50, 0.5).assign(a=np.arange(50)), {}, "more than 20"),
        (answers(50, 0.5), {"method": "pearson"}, "two-step"),
        (answers(50, 0.5), {"level": 95}, "between 0 and 1"),
    ],
)
def test_what_has_no_polychoric_correlation_is_refused(data, how, text):
    with pytest.raises(AnalysisError, match=text):
        polychoric(data, ["a", "b"], **how)


def coverage(method, n, runs):
    found = [latent(answers(n, 0.5, seed), method) for seed in range(runs)]
    rows = pd.DataFrame(found).astype({"estimate": float, "std_error": float})
    covered = ((rows["conf_low"] <= 0.5) & (rows["conf_high"] >= 0.5)).mean()
    return covered, rows["estimate"].std() / rows["std_error"].mean()


@pytest.mark.parametrize("method", ["two-step", "ml"])
def test_intervals_cover_in_a_few_samples(method):
    covered, _ = coverage(method, 300, 150)
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 150)


@pytest.mark.validate
@pytest.mark.parametrize("method", ["two-step", "ml"])
def test_intervals_cover_and_errors_are_the_spread_of_estimates(method):
    covered, ratio = coverage(method, 300, 2000)
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 2000)
    assert abs(ratio - 1) < 4 / np.sqrt(2 * 2000)
