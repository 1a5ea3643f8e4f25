from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.missing.joint import joint_test, likelihood_test, pool_statistics
from confstudy.models.missing.pooling import pooled

R_LOGITS = [
    [4.2439069961275, 90.5248858424522, 0.0173082711677, 0.1827862707221],
    [4.538535071895, 162.966426694874, 0.012074677328, 0.192897906397],
]


def fit(coefficients, covariance=None, **more):
    p = len(coefficients)
    return SimpleNamespace(
        terms=tuple("abc"[:p]),
        coefficients=np.array(coefficients, dtype=float),
        covariance=np.eye(p) if covariance is None else np.array(covariance, dtype=float),
        **more,
    )


def test_equal_fits_pool_to_themselves_with_barnard_and_rubins_loss_of_df():
    found = pooled([fit([1, 2], df=40)] * 5)
    assert found.coefficients.tolist() == [1, 2]
    np.testing.assert_allclose(found.covariance, np.eye(2))
    np.testing.assert_allclose(found.df, 41 / 43 * 40)
    np.testing.assert_allclose(found.diagnostics["share"], 0)


def test_without_finite_df_rubins_old_ones_are_used():
    found = pooled([fit([b]) for b in (1.0, 2.0, 3.0)])
    share = (4 / 3) / (1 + 4 / 3)
    assert found.df[0] == pytest.approx(2 / share**2)
    assert found.table["p_value"][0] == pytest.approx(
        2 * stats.t.sf(2 / np.sqrt(7 / 3), 2 / share**2)
    )


def test_an_infinite_df_becomes_n_less_the_terms():
    assert pooled([fit([1], df=np.inf, n=100)] * 2).complete_df == 99
    assert pooled([fit([1], df=np.inf, n=100)] * 2, df=7).complete_df == 7


def test_every_coefficient_keeps_the_degrees_of_freedom_of_its_own():
    fits = [fit([1, 2], degrees=np.array([6.0, 10.0]), df=6), fit([1, 2], degrees=[8, 12], df=8)]
    found = pooled(fits)
    assert found.complete.tolist() == [7, 11]
    np.testing.assert_allclose(found.df, [8 / 10 * 7, 12 / 14 * 11])
    assert joint_test(found, ["b"]).df_error == 11
    tables = [fit([1], table=pd.DataFrame({"df": [9.0]}), n=50)] * 2
    assert pooled(tables).complete_df == 9


@pytest.mark.parametrize("name", ["gee", "mixed"])
def test_families_beside_fit_are_pooled_with_their_own_df(name):
    rng = np.random.default_rng(6)
    group = np.repeat(np.arange(12), 10)
    frames = [
        pd.DataFrame({"g": group, "x": (x := rng.normal(size=120)), "y": x + rng.normal(size=120)})
        for _ in range(2)
    ]
    given = {"gee": ("g", {"errors": "bias-reduced"}), "mixed": ("1 | g", {})}[name]
    fits = [getattr(cs, name)("y ~ x", frame, given[0], **given[1]) for frame in frames]
    expected = np.mean([each.table["df"] for each in fits], axis=0)
    np.testing.assert_allclose(pooled(fits).complete, expected)


def test_survival_counts_events():
    assert pooled([fit([1], df=np.inf, n=100, events=30)] * 2).complete_df == 29


def test_a_problem_of_any_fit_hides_all_numbers():
    fits = [fit([1], problems=()), fit([2], problems=("separation",)), fit([3], problems=())]
    found = pooled(fits)
    assert found.problems == ("in 1 of 3 fits: separation",)
    assert found.table[["estimate", "p_value"]].isna().all(axis=None)
    assert found.diagnostics["within"].isna().all()
    assert "NOT TO BE USED" in repr(found)
    with pytest.raises(AnalysisError, match="separation"):
        joint_test(found, ["a"])


def test_numbers_that_are_none_are_a_problem():
    assert pooled([fit([np.nan]), fit([1])]).problems


@pytest.mark.parametrize("fits", [[], [fit([1])], [fit([1]), fit([1, 2])], [1, 2]])
def test_what_cannot_be_pooled(fits):
    with pytest.raises(AnalysisError):
        pooled(fits)


def test_d1_of_one_term_is_its_squared_t():
    found = pooled([fit([b], df=96) for b in (1.0, 1.2, 1.5, 0.8)])
    assert joint_test(found, ["a"]).statistic == pytest.approx(found.table["statistic"][0] ** 2)
    assert joint_test(found, ["a"], null=found.coefficients[0]).p_value == pytest.approx(1)


def test_d1_with_few_imputations_has_the_df_of_the_coefficient():
    found = pooled([fit([b], df=20) for b in (1.0, 1.2, 1.5)])
    assert joint_test(found, ["a"]).df_error == pytest.approx(found.df[0])


def test_d1_has_a_p_value_where_reiters_df_have_none():
    draws = np.random.default_rng(8).normal(size=(8, 2))
    assert 0 < joint_test(pooled([fit(b, df=4) for b in draws]), ["a", "b"]).p_value < 1


def test_d1_refuses_what_is_no_test():
    found = pooled([fit([b, 1], df=20) for b in (1.0, 1.2)])
    for given, said in (([], "Name the terms"), (["d"], "not found")):
        with pytest.raises(AnalysisError, match=said):
            joint_test(found, given)
    with pytest.raises(AnalysisError, match="Give pooled fits"):
        joint_test(fit([1]), ["a"])
    assert joint_test(found, ["a", "a"]) == joint_test(found, "a")


def test_d1_and_d3_of_logits_equal_r():
    # R 4.2.2: glm(epsilon = 1e-14) of each frame; D1 as Reiter (2007), D3 as Meng and Rubin.
    full, null = (
        pooled([cs.fit(f, d, "logit") for d in _logits()]) for f in ("y ~ a + b", "y ~ 1")
    )
    d1, d3 = joint_test(full, ["a", "b"]), likelihood_test(full, null)
    ours = [[t.statistic, t.df_error, t.p_value, t.increase] for t in (d1, d3)]
    np.testing.assert_allclose(ours, R_LOGITS, rtol=1e-6)


def test_d3_refuses_models_that_are_not_nested_and_clusters():
    frames = [frame.assign(g=np.arange(200) % 60) for frame in _logits()]
    full = pooled([cs.fit("y ~ a + b", frame) for frame in frames])
    other = pooled([cs.fit("a ~ b", frame) for frame in frames])
    with pytest.raises(AnalysisError, match="not nested"):
        likelihood_test(full, other)
    clustered = pooled([cs.fit("y ~ a + b", frame, cluster="g") for frame in frames])
    with pytest.raises(AnalysisError, match="no clusters"):
        likelihood_test(clustered, pooled([cs.fit("y ~ a", frame) for frame in frames]))


def _logits():
    """Six frames of 200 whose first 60 values of a differ."""
    rng = np.random.default_rng(21)
    a, b = rng.normal(size=(2, 200))
    y = (rng.uniform(size=200) < 1 / (1 + np.exp(0.6 + 0.7 * a - 0.4 * b))).astype(float)
    made = [np.where(np.arange(200) < 60, rng.normal(size=200), a) for _ in range(6)]
    return [pd.DataFrame({"y": y, "a": each, "b": b}) for each in made]


def test_d1_without_missing_information_is_the_wald_test():
    found = joint_test(pooled([fit([1.0, 2.0], df=50)] * 4), ["a", "b"])
    assert found.statistic == pytest.approx(2.5)
    assert found.df_error == 50


def test_d1_d2_and_d3_agree_where_little_is_missing():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2000, 2))
    chance = 1 / (1 + np.exp(-0.12 * x[:, 0] - 0.1 * x[:, 1]))
    y = (rng.uniform(size=2000) < chance).astype(float)
    whole = pd.DataFrame({"y": y, "a": x[:, 0], "b": x[:, 1]})
    frames = [
        whole.assign(a=np.where(np.arange(2000) < 60, rng.normal(size=2000), whole["a"]))
        for _ in range(10)
    ]
    full = pooled([cs.fit("y ~ a + b", frame, "logit") for frame in frames])
    null = pooled([cs.fit("y ~ 1", frame, "logit") for frame in frames])
    own = [_loglike(f, f.coefficients) - _loglike(g, g.coefficients)
           for f, g in zip(full.fits, null.fits, strict=True)]  # fmt: skip
    found = [
        joint_test(full, ["a", "b"]),
        pool_statistics([2 * gain for gain in own], 2),
        likelihood_test(full, null, _loglike),
    ]
    assert [test.method for test in found] == ["D1", "D2", "D3"]
    values = [test.statistic for test in found]
    assert max(values) / min(values) < 1.05


def _loglike(fitted, parameters):
    index = fitted.design.matrix @ parameters
    return float((fitted.design.outcome * index - np.logaddexp(0, index)).sum())


def test_more_imputations_are_asked_for_the_more_is_missing():
    rng = np.random.default_rng(2)
    asked = [
        pooled([fit([rng.normal(scale=scale)], df=200) for _ in range(20)]).diagnostics["enough"][0]
        for scale in (0.1, 1, 3)
    ]
    assert asked == sorted(asked)
    assert asked[2] > 100
