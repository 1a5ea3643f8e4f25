import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.mixed.fit import mixed

N = 240
RNG = np.random.default_rng(8)
DATA = pd.DataFrame({"s": RNG.integers(0, 20, N), "i": RNG.integers(0, 9, N)})
DATA["x"] = RNG.normal(size=N)
DATA["w"] = RNG.uniform(0.5, 3, N)
DATA["y"] = (
    10
    + 0.5 * DATA["x"]
    + RNG.normal(size=20)[DATA["s"]] * 0.8
    + RNG.normal(size=20)[DATA["s"]] * 0.4 * DATA["x"]
    + RNG.normal(size=9)[DATA["i"]] * 0.5
    + RNG.normal(size=N) / np.sqrt(DATA["w"])
)
CROSSED = "(1 + x | s) + (1 | i)"
COLUMNS = ["term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]


def parts():
    """The derivatives of the covariance of the outcome, dense."""
    x, s, i = (DATA[name].to_numpy() for name in ("x", "s", "i"))
    same = (s[:, None] == s).astype(float)
    item = (i[:, None] == i).astype(float)
    return [same, same * (x[:, None] + x), same * np.outer(x, x), item, np.diag(1 / DATA["w"])]


def dense(variances, reml):
    """The deviance by the multivariate normal density."""
    total = sum(v * part for v, part in zip(variances, parts(), strict=True))
    matrix, y = np.column_stack([np.ones(N), DATA["x"]]), DATA["y"].to_numpy()
    inverse = np.linalg.inv(total)
    inner = matrix.T @ inverse @ matrix
    residual = y - matrix @ np.linalg.solve(inner, matrix.T @ inverse @ y)
    logs = np.linalg.slogdet(total)[1] + reml * np.linalg.slogdet(inner)[1]
    return logs + residual @ inverse @ residual + (N - 2 * reml) * np.log(2 * np.pi)


def estimates(fit):
    one, other = fit.solution.covariances
    return [one[0, 0], one[0, 1], one[1, 1], other[0, 0], fit.solution.residual]


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_crossed_slopes_with_weights_have_the_density_s_least_deviance(method):
    fit = mixed("y ~ x", DATA, CROSSED, method=method, weights="w")
    found, reml = np.array(estimates(fit)), method == "REML"
    assert dense(found, reml) == pytest.approx(fit.solution.deviance, abs=1e-8)
    for step in np.eye(5) * 1e-3:
        rise = [dense(found + sign * step, reml) - fit.solution.deviance for sign in (-1, 1)]
        assert min(rise) > -1e-8
        assert rise[0] - rise[1] == pytest.approx(0, abs=2e-4)


def test_kenward_roger_equals_its_formula_over_dense_matrices():
    fit = mixed("y ~ x", DATA, CROSSED, degrees="kenward-roger", weights="w")
    pieces = parts()
    total = sum(v * part for v, part in zip(estimates(fit), pieces, strict=True))
    matrix, inverse = np.column_stack([np.ones(N), DATA["x"]]), np.linalg.inv(total)
    plain = np.linalg.inv(matrix.T @ inverse @ matrix)
    projected = inverse - inverse @ matrix @ plain @ matrix.T @ inverse
    turned = [projected @ piece for piece in pieces]
    uncertain = 2 * np.linalg.inv([[np.trace(a @ b) for b in turned] for a in turned])
    slopes = [-matrix.T @ inverse @ piece @ inverse @ matrix for piece in pieces]
    change = sum(
        uncertain[a, b]
        * (
            matrix.T @ inverse @ pieces[a] @ inverse @ pieces[b] @ inverse @ matrix
            - slopes[a] @ plain @ slopes[b]
        )
        for a in range(5)
        for b in range(5)
    )
    np.testing.assert_allclose(fit.covariance, plain + 2 * plain @ change @ plain, rtol=1e-9)
    pulled = np.array([np.diag(plain @ slope @ plain) for slope in slopes])
    spread = np.einsum("ij,ik,kj->j", pulled, uncertain, pulled)
    np.testing.assert_allclose(fit.table["df"], 2 * np.diag(plain) ** 2 / spread, rtol=1e-9)


def balanced(groups=12, size=7, seed=1):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"g": np.repeat(np.arange(groups), size)})
    data["y"] = 3 + rng.normal(size=groups)[data["g"]] + rng.normal(size=len(data))
    return data


def test_a_balanced_design_equals_analysis_of_variance():
    data = balanced()
    means = data.groupby("g")["y"].mean()
    within = ((data["y"] - data.groupby("g")["y"].transform("mean")) ** 2).sum() / (12 * 6)
    between = 7 * means.var()
    fit = mixed("y ~ 1", data, "1 | g")
    expected = [(between - within) / 7, within]
    np.testing.assert_allclose(fit.variances["estimate"], expected, rtol=1e-7)
    row = fit.table.iloc[0]
    np.testing.assert_allclose(
        [row["estimate"], row["std_error"], row["df"]],
        [means.mean(), np.sqrt(between / 84), 11],
        rtol=1e-6,
    )
    shrink = expected[0] / (expected[0] + within / 7)
    np.testing.assert_allclose(
        fit.random_effects()["Intercept"], shrink * (means - means.mean()), rtol=1e-6
    )
    kr = mixed("y ~ 1", data, "1 | g", degrees="kenward-roger")
    assert kr.table["df"][0] == pytest.approx(11, rel=1e-8)
    assert kr.table["std_error"][0] == pytest.approx(row["std_error"], rel=1e-7)


def test_nested_groups_equal_groups_named_apart():
    data = DATA.assign(inner=DATA["s"] * 100 + DATA["i"])
    nested = mixed("y ~ x", data, "1 | s/i")
    apart = mixed("y ~ x", data, "(1 | s) + (1 | inner)")
    assert nested.log_likelihood == pytest.approx(apart.log_likelihood, rel=1e-12)
    assert nested.groups == {"s:i": data["inner"].nunique(), "s": 20}


def test_a_random_factor_that_explains_nothing_leaves_ordinary_least_squares():
    data = balanced().assign(y=np.tile(np.arange(7.0), 12))
    fit = mixed("y ~ 1", data, "1 | g")
    row = fit.table.iloc[0]
    assert fit.singular == ("singular: the variance of Intercept over g is 0",)
    assert row["std_error"] == pytest.approx(data["y"].std() / np.sqrt(84), rel=1e-10)
    assert row["df"] == pytest.approx(83)
    assert row["note"] == fit.singular[0]
    assert "singular: the variance" in repr(fit)
    assert (fit.variances["note"] == fit.singular[0]).all()


@settings(max_examples=6)
@given(
    st.floats(0.01, 100), st.floats(-1000, 1000), st.floats(0.001, 1000), st.integers(0, 2**32 - 1)
)
def test_order_labels_and_scales_do_not_matter(scale, shift, unit, seed):
    base = mixed("y ~ x", DATA, CROSSED)
    rng = np.random.default_rng(seed)
    labels = rng.permutation(20)
    data = DATA.assign(x=scale * DATA["x"] + shift, y=unit * DATA["y"], s=labels[DATA["s"]])
    fit = mixed("y ~ x", data.sample(frac=1, random_state=seed % 2**31), CROSSED)
    slope = fit.table.iloc[1][["estimate", "std_error"]].astype(float) * scale / unit
    np.testing.assert_allclose(slope, base.table.iloc[1, 1:3].astype(float), rtol=1e-5)
    assert fit.table["df"][1] == pytest.approx(base.table["df"][1], rel=1e-4)
    moved = -2 * fit.log_likelihood - 2 * np.log(scale) - 2 * (N - 2) * np.log(unit)
    assert moved == pytest.approx(-2 * base.log_likelihood, abs=1e-5)


def test_crossed_factors_with_slopes_equal_lmer():
    rng = np.random.default_rng(31)
    data = pd.DataFrame({"a b": np.arange(150) % 15, "h": rng.integers(0, 6, 150)})
    data["x"] = rng.normal(size=150)
    slopes = rng.normal(size=15)[data["a b"]] * (1 + 0.6 * data["x"])
    data["y"] = slopes + rng.normal(size=6)[data["h"]] + rng.normal(0, 2, 150)
    random = "(1 + x | `a b`) + (1 | h)"
    # R: coef(summary(lmer(y ~ x + (1 + x | g) + (1 | h)), ddf = …)), lmerTest and pbkrtest
    expected = {
        "satterthwaite": [[0.3562874378, 0.2155100709], [12.34203332, 16.11594652]],
        "kenward-roger": [[0.3573811717, 0.2206705036], [13.00108267, 12.69045645]],
    }
    for degrees, columns in expected.items():
        fit = mixed("y ~ x", data, random, degrees=degrees)
        np.testing.assert_allclose(fit.table[["std_error", "df"]].T, columns, rtol=5e-7)
    variances = [1.3767792181, 0.4088748174, 0.2592563701, 0.0673511934, 3.4903132317]
    np.testing.assert_allclose(fit.variances["estimate"], variances, rtol=2e-6)


def test_precisions_times_a_constant_change_the_residual_variance_only():
    one = mixed("y ~ x", DATA, "1 | s", weights="w")
    two = mixed("y ~ x", DATA.assign(w=7 * DATA["w"]), "1 | s", weights="w")
    np.testing.assert_allclose(one.table["std_error"], two.table["std_error"], rtol=1e-7)
    assert two.solution.residual == pytest.approx(7 * one.solution.residual, rel=1e-7)


def test_an_offset_is_taken_from_the_outcome():
    data = DATA.assign(z=DATA["y"] + 3 * DATA["w"], three=3 * DATA["w"])
    with_offset = mixed("z ~ x", data, "1 | s", offset="three")
    np.testing.assert_allclose(with_offset.coefficients, mixed("y ~ x", DATA, "1 | s").coefficients)


def test_incomplete_rows_are_left_out_and_counted():
    data = DATA.assign(s=DATA["s"].astype("Int64"))
    data.loc[:3, "s"] = pd.NA
    data.loc[10:11, "x"] = np.nan
    fit = mixed("y ~ 1", data, "1 + x | s")
    assert (fit.n, fit.design.dropped) == (N - 6, 6)
    assert "(6 incomplete)" in repr(fit)


def test_the_table_has_the_shape_of_every_fit():
    fit = mixed("y ~ x", DATA, "1 | s")
    assert fit.table.columns.tolist() == COLUMNS
    assert fit.table["term"].tolist() == ["Intercept", "x"]
    assert fit.converged
    assert fit.aic == pytest.approx(8 - 2 * fit.log_likelihood)
    assert fit.icc["s"] == pytest.approx(estimates_share(fit))


def estimates_share(fit):
    variance, residual = fit.variances["estimate"]
    return variance / (variance + residual)


def test_effects_of_small_groups_are_not_shown():
    data = pd.concat([DATA, DATA.iloc[:1].assign(s=99)])
    fit = mixed("y ~ x", data, "1 | s")
    assert 99 not in fit.random_effects().index
    least = DATA["s"].value_counts()
    assert len(fit.random_effects("s", smallest=12)) == (least >= 12).sum()
    with pytest.raises(AnalysisError, match="is its answer"):
        fit.random_effects(smallest=1)
    with pytest.raises(AnalysisError, match="Nothing varies over 'i'"):
        fit.random_effects("i")


@pytest.mark.parametrize("degrees", ["residual", "normal"])
def test_other_degrees_of_freedom(degrees):
    expected = N - 2 if degrees == "residual" else np.inf
    assert (mixed("y ~ x", DATA, "1 | s", degrees=degrees).table["df"] == expected).all()


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({"y": 1.0}, {}, "constant"),
        ({"s": 1}, {}, "one group only"),
        ({"s": np.arange(N)}, {}, "cannot be told from the residual"),
        ({}, {"random": "1 | t"}, r"Columns not found in the data: \[t\]"),
        ({}, {"family": "ologit"}, "no family of a mixed model"),
        ({}, {"method": "ML", "degrees": "kenward-roger"}, "REML"),
        ({}, {"level": 95}, "between 0 and 1"),
        ({"w": 0.0}, {"weights": "w"}, "not all numbers above 0"),
        ({"z": DATA["x"] * 2}, {"formula": "y ~ x + z"}, "collinear"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, asked, message):
    asked = {"formula": "y ~ x", "random": "1 | s"} | asked
    with pytest.raises(AnalysisError, match=message):
        mixed(data=DATA.assign(**change), **asked)


def test_a_fit_without_residual_variance_reports_no_numbers():
    with pytest.warns(FitWarning, match="no residual variance"):
        fit = mixed("z ~ x", DATA.assign(z=3 * DATA["x"]), "1 | s")
    assert fit.table.drop(columns=["term", "note"]).isna().all(axis=None)
    assert fit.variances["estimate"].isna().all()
    assert fit.random_effects().isna().all(axis=None)
    assert "NOT TO BE USED: no residual" in repr(fit)


@pytest.mark.parametrize("seed", range(20))
def test_the_search_ends_at_the_least_deviance(seed):
    assert_least(seed)


@pytest.mark.validate
@pytest.mark.parametrize("seed", range(20, 220))
def test_the_search_ends_at_the_least_deviance_on_many_data_sets(seed):
    assert_least(seed)


def assert_least(seed):
    """Intercepts and slopes of the size at which statsmodels' MixedLM often fails."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"g": np.repeat(np.arange(40), 12), "x": rng.normal(size=480)})
    slopes = rng.normal(0, 0.15, 40)[data["g"]] * data["x"]
    data["y"] = 1 + 0.2 * data["x"] + rng.normal(0, 0.19, 40)[data["g"]] + slopes
    data["y"] += rng.normal(0, 0.78, 480)
    for random in ("1 | g", "1 + x | g"):
        fit = mixed("y ~ x", data, random, degrees="normal")
        assert fit.converged
        ml = mixed("y ~ x", data, random, method="ML", degrees="normal")
        likelihood = ml.solution.likelihood
        start = rng.normal(0, 0.3, len(likelihood.point))
        assert ml.solution.deviance <= least_by_values(likelihood, start) + 1e-7


def least_by_values(likelihood, start):
    return minimize(lambda point: likelihood.deviance(point)[0], start, method="Powell").fun
