import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import confstudy as cs
from confstudy.models.mediation.mediate import mediate

RNG = np.random.default_rng(8)
N = 240
DATA = pd.DataFrame(
    {
        "arm": pd.Categorical(RNG.choice(["none", "some", "all"], N), ["none", "some", "all"]),
        "x": RNG.normal(size=N),
        "age": RNG.normal(40, 9, N),
        "group": RNG.integers(0, 24, N),
        "wt": RNG.uniform(0.5, 2, N),
    }
)
DATA["m"] = 0.6 * (DATA["arm"] == "all") + 0.4 * DATA["x"] + RNG.normal(size=N)
DATA["k"] = 0.5 * DATA["m"] + 0.3 * DATA["x"] + RNG.normal(size=N)
DATA["y"] = 0.5 * DATA["m"] + 0.3 * DATA["k"] + 0.2 * DATA["x"] + RNG.normal(size=N)
COLUMNS = ["term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]


def effects(*arguments, **options):
    found = mediate(DATA, *arguments, bootstrap=0, **options)
    return found.table.set_index("term")


def slope(formula, term, data=DATA):
    return cs.fit(formula, data).table.set_index("term").loc[term, "estimate"]


def test_direct_and_indirect_sum_to_the_regression_without_the_mediator():
    found = effects("x", "m", "y", "age")["estimate"]
    assert found["total"] == pytest.approx(slope("y ~ x + age", "x"), rel=1e-10)
    assert found["total"] == pytest.approx(found["direct"] + found["indirect"], rel=1e-12)
    assert found["proportion"] == pytest.approx(found["indirect"] / found["total"])


def test_levels_of_a_categorical_exposure_are_compared_as_dummies():
    found = effects("arm", "m", "y", levels=("none", "all"))["estimate"]
    assert found["total"] == pytest.approx(slope("y ~ arm", "arm[T.all]"), rel=1e-10)
    turned = effects("arm", "m", "y", levels=("all", "none"))["estimate"]
    assert turned["indirect"] == pytest.approx(-found["indirect"], rel=1e-12)
    some = effects("arm", "m", "y", levels=("some", "all"))["estimate"]
    a = slope("m ~ arm", "arm[T.all]") - slope("m ~ arm", "arm[T.some]")
    assert some["indirect"] == pytest.approx(a * slope("y ~ arm + m", "m"), rel=1e-10)


def test_parallel_paths_are_products_and_sum():
    found = effects("x", ["m", "k"], "y")["estimate"]
    m = slope("m ~ x", "x") * slope("y ~ x + m + k", "m")
    k = slope("k ~ x", "x") * slope("y ~ x + m + k", "k")
    assert found["indirect: m"] == pytest.approx(m, rel=1e-10)
    assert found["indirect: k"] == pytest.approx(k, rel=1e-10)
    assert found["indirect"] == pytest.approx(m + k, rel=1e-10)


def test_errors_of_parallel_paths_allow_for_mediators_that_go_together():
    rng = np.random.default_rng(88)
    x, z, u = rng.integers(0, 3, 90), rng.exponential(size=90), rng.normal(size=90)
    data = pd.DataFrame({"x": x, "z": z, "m": 0.4 * x + u + rng.normal(size=90)})
    data["k"] = -0.3 * x + 0.8 * u + 0.2 * z + rng.normal(size=90)
    data["y"] = 0.5 * data["m"] - 0.4 * data["k"] + 0.2 * x + rng.normal(size=90)
    found = mediate(data, "x", ["m", "k"], "y", "z", errors="ml", bootstrap=0).table
    # lavaan 0.6: sem() with m ~~ k; i1 + i2, i1 := a1 * b1, i2 := a2 * b2
    expected = [0.0916322368107, 0.0910875875105, 0.0541842571307]
    np.testing.assert_allclose(found["std_error"][2:5], expected, rtol=1e-8)
    whole = cs.fit("y ~ x + z", data).table["std_error"][1]
    assert found["std_error"][0] == pytest.approx(whole * np.sqrt(87 / 90), rel=1e-9)


def test_serial_paths_sum_to_the_total_effect():
    found = effects("x", ["m", "k"], "y", serial=True)["estimate"]
    assert found["total"] == pytest.approx(slope("y ~ x", "x"), rel=1e-10)
    assert list(found.index[3:6]) == ["indirect: m", "indirect: k", "indirect: m → k"]


def test_within_slopes_are_those_with_a_dummy_for_each_group():
    found = effects("x", "m", "y", cluster="group", within=True)["estimate"]
    a = slope("m ~ x + C(group)", "x")
    b = slope("y ~ x + m + C(group)", "m")
    assert found["within: indirect"] == pytest.approx(a * b, rel=1e-9)
    assert found["within: direct"] == pytest.approx(slope("y ~ x + m + C(group)", "x"), rel=1e-9)
    means = DATA.groupby("group")[["x", "m", "y"]].transform("mean")
    between = slope("m ~ x", "x", means) * slope("y ~ x + m", "m", means)
    assert found["between: indirect"] == pytest.approx(between, rel=1e-9)


def test_an_interaction_gives_the_formulas_of_vanderweele():
    found = effects("x", "m", "y", interaction=True, levels=(-1, 1))["estimate"]
    t = cs.fit("y ~ x * m", DATA).table.set_index("term")["estimate"]
    b = cs.fit("m ~ x", DATA).table.set_index("term")["estimate"]
    low, high = b["Intercept"] - b["x"], b["Intercept"] + b["x"]
    assert found["direct"] == pytest.approx(2 * (t["x"] + t["x:m"] * low), rel=1e-10)
    assert found["indirect"] == pytest.approx((t["m"] + t["x:m"]) * (high - low), rel=1e-10)
    assert found["pure indirect"] == pytest.approx((t["m"] - t["x:m"]) * (high - low), rel=1e-10)


@pytest.mark.parametrize("options", [{"cluster": "group"}, {"errors": "robust"}])
def test_robust_errors_of_the_paths_equal_those_of_the_equations(options):
    found = mediate(DATA, "x", "m", "y", bootstrap=0, **options).paths
    one = found[(found["outcome"] == "m") & (found["term"] == "x")].iloc[0]
    fit = cs.fit("m ~ x", DATA, cov="HC1")
    expected = fit.table["std_error"][1]
    if "cluster" in options:
        resid = DATA["m"] - fit.design.matrix @ fit.coefficients
        scores = pd.DataFrame(fit.design.matrix * resid.to_numpy()[:, None])
        sums = scores.groupby(DATA["group"].to_numpy()).sum().to_numpy()
        bread = np.linalg.inv(fit.design.matrix.T @ fit.design.matrix)
        scale = len(sums) / (len(sums) - 1) * (N - 1) / (N - 2)
        expected = np.sqrt((bread @ sums.T @ sums @ bread * scale)[1, 1])
    assert one["std_error"] == pytest.approx(expected, rel=1e-10)


def test_weights_weight_and_their_scale_does_not_matter():
    found = effects("x", "m", "y", weights="wt")
    root = np.sqrt(DATA["wt"])
    rows = np.column_stack([np.ones(N), DATA["x"]]) * root.to_numpy()[:, None]
    a = np.linalg.lstsq(rows, DATA["m"] * root, rcond=None)[0][1]
    rows = np.column_stack([np.ones(N), DATA["x"], DATA["m"]]) * root.to_numpy()[:, None]
    b = np.linalg.lstsq(rows, DATA["y"] * root, rcond=None)[0][2]
    assert found["estimate"]["indirect"] == pytest.approx(a * b, rel=1e-10)
    heavy = mediate(DATA.assign(wt=1000 * DATA["wt"]), "x", "m", "y", weights="wt", bootstrap=0)
    np.testing.assert_allclose(heavy.table["std_error"], found["std_error"], rtol=1e-9)


def test_every_analysis_has_the_columns_of_a_fit():
    found = mediate(DATA, "x", "m", "y", bootstrap=50)
    assert found.table.columns.tolist() == COLUMNS
    assert found.paths.columns.tolist() == ["outcome", *COLUMNS]
    assert found.draws.shape == (50, 4)


@settings(max_examples=12)
@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_row_order_scale_and_labels_change_nothing(seed, factor):
    options = {"cluster": "group", "bootstrap": 0}
    one = mediate(DATA, "x", "m", "y", **options).table
    other = DATA.sample(frac=1, random_state=seed)
    other = other.assign(m=other["m"] * factor, group="g" + other["group"].astype(str))
    two = mediate(other, "x", "m", "y", **options).table
    np.testing.assert_allclose(one.iloc[:, 1:], two.iloc[:, 1:], rtol=1e-6)
