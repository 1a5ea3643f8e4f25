import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.meta.heterogeneity import METHODS
from confstudy.models.meta.influence import cumulative, leave_one_out, subgroups
from confstudy.models.meta.pool import meta

Y, V = np.array([0.32, 0.13, 0.06, 0.5, 0.4]), np.array([0.01, 0.003, 0.004, 0.003, 0.02])


def simulated(seed, k=12, tau=0.2, mean=0.3):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.005, 0.06, k)
    return mean + rng.normal(0, tau, k) + rng.normal(0, np.sqrt(v)), v


def test_two_studies_with_equal_variances_by_hand():
    found = meta([0.1, 0.9], [0.04, 0.04])
    assert found.estimate == pytest.approx(0.5)
    assert found.tau2 == pytest.approx(0.32 - 0.04)
    assert found.table["std_error"][0] == pytest.approx(0.4)
    assert found.table["df"][0] == 1


def test_fixed_effects_are_weighted_means_with_normal_intervals():
    found = meta(Y, V, method="FE")
    assert found.estimate == pytest.approx(np.average(Y, weights=1 / V), rel=1e-13)
    assert found.table["std_error"][0] == pytest.approx((1 / V).sum() ** -0.5, rel=1e-13)
    assert np.isinf(found.df)
    assert found.prediction == pytest.approx(tuple(found.table.loc[0, ["conf_low", "conf_high"]]))


@pytest.mark.parametrize("method", METHODS)
def test_estimates_follow_their_scale_and_not_the_order(method):
    first = meta(Y, V, method=method)
    scaled = meta(-100 * Y[::-1], std_errors=100 * np.sqrt(V[::-1]), method=method)
    assert -scaled.estimate == pytest.approx(100 * first.estimate, rel=1e-9)
    assert scaled.tau2 == pytest.approx(1e4 * first.tau2, rel=1e-9)
    assert scaled.i2 == pytest.approx(first.i2, rel=1e-9)


@given(st.integers(0, 10_000))
def test_reml_is_at_the_top_of_its_likelihood(seed):
    y, v = simulated(seed, k=6)
    found = meta(y, v)

    def height(tau2):
        w = 1 / (v + tau2)
        mean = np.average(y, weights=w)
        return np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum()

    others = [0, *(found.tau2 * np.geomspace(0.01, 100, 41)), *np.geomspace(1e-4, 1, 41)]
    assert height(found.tau2) >= max(map(height, others)) - 1e-12


def test_studies_without_more_than_chance_have_no_heterogeneity():
    found = meta([0.1, 0.11, 0.12], [0.1, 0.2, 0.3])
    assert found.tau2 == found.i2 == found.tau2_low == 0
    adhoc = meta([0.1, 0.11, 0.12], [0.1, 0.2, 0.3], knapp_hartung="adhoc")
    assert adhoc.table["std_error"][0] > 5 * found.table["std_error"][0]


def test_estimates_that_agree_exactly_are_not_believed():
    with pytest.warns(FitWarning, match="agree exactly"):
        found = meta([0.2, 0.2, 0.2], [0.01, 0.02, 0.03])
    assert "NOT TO BE USED" in repr(found)
    assert np.isnan(found.estimate)
    assert "note" in found.table
    assert meta([0.2, 0.2, 0.2], [0.01, 0.02, 0.03], knapp_hartung=False).estimate == pytest.approx(
        0.2
    )


def test_incomplete_studies_are_left_out_and_counted():
    table = pd.DataFrame({"y": [*Y, np.nan], "v": [*V[:4], None, 0.1], "g": list("aabbaa")})
    found = meta("y", "v", data=table, labels="g", moderators="~ g")
    assert (found.k, found.studies.dropped) == (4, 2)
    assert "4 studies (2 incomplete)" in repr(found)
    assert found.terms == ("Intercept", "g[T.b]")


def test_a_moderator_of_two_groups_is_a_difference_of_means():
    x = np.array([0, 0, 1, 1, 1])
    found = meta(Y, np.full(5, 0.01), moderators={"x": x}, method="FE")
    assert found.table["estimate"][1] == pytest.approx(Y[x == 1].mean() - Y[x == 0].mean())
    new = found.predict(pd.DataFrame({"x": [1]}))
    assert new["estimate"][0] == pytest.approx(Y[x == 1].mean())
    assert found.moderators[3] == pytest.approx(found.table["p_value"][1])


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((Y,), {}, "either the variances or std_errors"),
        ((Y, V), {"std_errors": V}, "either the variances or std_errors"),
        ((Y, V[:3]), {}, "5 estimates and 3"),
        ((Y, V * 0), {}, "above 0"),
        (([0.1, np.nan], [1, 1]), {}, "two or more"),
        ((Y, V), {"method": "REMEL"}, "Did you mean 'REML'"),
        (("y", "v"), {}, "column's name"),
        (("effects", "v"), {"data": pd.DataFrame({"effect": Y, "v": V})}, "Did you mean 'effect'"),
        ((Y, V), {"moderators": {"a": range(5), "b": range(0, 10, 2)}}, "collinear"),
        ((Y, V), {"cluster": ["a"] * 5}, "too few"),
        ((Y, V), {"level": 95}, "between 0 and 1"),
        ((["a", "b"], [1, 1]), {}, "not one list of numbers"),
    ],
)
def test_what_cannot_be_pooled_is_refused(arguments, options, words):
    with pytest.raises(AnalysisError, match=words):
        meta(*arguments, **options)


def test_the_last_of_the_cumulative_estimates_is_all_of_them():
    found = meta(Y, V)
    table = cumulative(found)
    assert table["estimate"].iloc[-1] == pytest.approx(found.estimate)
    assert table["std_error"][0] == pytest.approx(np.sqrt(V[0]))
    assert leave_one_out(found)["estimate"][4] == pytest.approx(table["estimate"][3])


def test_subgroups_are_pooled_by_themselves():
    found = subgroups(meta(Y, V), list("aabbb"))
    assert found.table["estimate"][1] == pytest.approx(meta(Y[2:], V[2:]).estimate)
    assert found.table["studies"].tolist() == [2, 3]
    assert "between groups: Q(1)" in repr(found)
    with pytest.raises(AnalysisError, match="names the group"):
        subgroups(meta(Y, V), ["a"])


def test_clusters_of_one_study_differ_from_fewer_clusters():
    one = meta(Y, V, cluster=range(5)).table["std_error"][0]
    two = meta(Y, V, cluster=[0, 0, 1, 1, 2])
    assert two.df == 2
    assert two.table["std_error"][0] != pytest.approx(one)
    relabelled = meta(Y, V, cluster=["z", "z", "b", "b", "a"])
    assert relabelled.table["std_error"][0] == pytest.approx(two.table["std_error"][0])


def coverage(draws, k, tau):
    hits = np.zeros(3)
    for seed in range(draws):
        y, v = simulated(seed, k, tau)
        found = meta(y, v)
        low, high = found.table.loc[0, ["conf_low", "conf_high"]]
        new = 0.3 + np.random.default_rng([seed, 1]).normal(0, tau)
        hits += [
            low < 0.3 < high,
            found.prediction[0] < new < found.prediction[1],
            found.tau2_low <= tau**2 <= found.tau2_high,
        ]
    return hits / draws


def test_intervals_cover_the_mean_a_new_effect_and_tau2():
    found = coverage(200, 12, 0.2)
    # Prediction intervals of few studies are too short (Partlett and Riley 2017).
    assert (np.abs(found - [0.95, 0.89, 0.95]) < 4 * np.sqrt(0.95 * 0.05 / 200)).all()


@pytest.mark.validate
@pytest.mark.parametrize(("k", "tau"), [(5, 0.2), (10, 0.1), (30, 0.3)])
def test_coverage_is_nominal(k, tau):
    mean, _, tau2 = coverage(2000, k, tau)
    error = 4 * np.sqrt(0.95 * 0.05 / 2000)
    assert abs(mean - 0.95) < error + (0.02 if k == 5 else 0.005)
    assert abs(tau2 - 0.95) < error
