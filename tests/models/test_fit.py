import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning

RNG = np.random.default_rng(12)
N = 300
DATA = pd.DataFrame(
    {
        "x": RNG.normal(size=N),
        "C": RNG.normal(size=N),
        "g": pd.Categorical(RNG.choice(["a", "b", "c"], N)),
        "clinic": RNG.integers(0, 20, N),
    }
)
DATA["y"] = 1 + 2 * DATA["x"] + RNG.normal(size=N)
DATA["yes"] = pd.Categorical(np.where(DATA["y"] > 1, "Yes", "No"), categories=["No", "Yes"])
DATA["rank"] = pd.cut(DATA["y"], [-99, 0, 2, 99], labels=["low", "middle", "high"])
COLUMNS = ["term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]


@pytest.mark.parametrize(
    ("formula", "family"), [("y ~ x", "ols"), ("yes ~ x", "logit"), ("rank ~ x", "ordered")]
)
def test_every_family_has_the_same_table(formula, family):
    fit = cs.fit(formula, DATA, family)
    assert fit.table.columns.tolist() == COLUMNS
    assert fit.converged
    assert np.isfinite(fit.table.drop(columns=["term", "df"]).to_numpy()).all()


def test_term_names_are_those_of_the_formula():
    formula = "y ~ x * g + I(g == 'b') : C"
    expected = ["Intercept", "x", "g[T.b]", "g[T.c]", "x:g[T.b]", "x:g[T.c]", "I(g == 'b'):C"]
    assert cs.fit(formula, DATA).table["term"].tolist() == expected


def test_a_local_variable_or_a_column_named_c_does_not_break_c():
    C = 3  # noqa: N806, F841
    terms = cs.fit("y ~ C(clinic > 9)", DATA).table["term"].tolist()
    assert terms == ["Intercept", "C(clinic > 9)[T.True]"]


def test_a_column_may_be_named_like_a_function_unless_both_are_meant():
    assert cs.fit("y ~ C + x", DATA).table["term"].tolist() == ["Intercept", "C", "x"]
    data = DATA.assign(scale=DATA["x"], lag=DATA["C"])
    assert cs.fit("scale ~ lag", data).table["term"].tolist() == ["Intercept", "lag"]
    with pytest.raises(AnalysisError, match=r"calls C\(…\), and the data have a column 'C'"):
        cs.fit("y ~ C(g) + C", DATA)


def test_names_of_the_caller_are_not_seen():
    hidden = DATA["x"]  # noqa: F841
    with pytest.raises(AnalysisError, match=r"Columns not found in the data: \[hidden\]"):
        cs.fit("y ~ hidden", DATA)


def test_incomplete_rows_are_left_out_and_counted_also_behind_comparisons():
    data = DATA.copy()
    data.loc[:9, "g"] = None
    fit = cs.fit("y ~ I(g == 'b')", data)
    assert (fit.n, fit.design.dropped) == (N - 10, 10)


def test_rows_without_a_cluster_are_left_out_too():
    data = DATA.assign(clinic=DATA["clinic"].astype("Int64"))
    data.loc[:4, "clinic"] = pd.NA
    assert cs.fit("y ~ x", data, cluster="clinic").n == N - 5


def test_unused_levels_make_no_columns():
    fit = cs.fit("y ~ g", DATA[DATA["g"] != "c"])
    assert fit.table["term"].tolist() == ["Intercept", "g[T.b]"]


@pytest.mark.parametrize(
    ("formula", "family", "options", "expected"),
    [
        ("y ~ xx", "ols", {}, "Did you mean 'x'"),
        ("y", "ols", {}, "is not a formula"),
        ("y ~ x +", "ols", {}, "cannot be parsed"),
        ("y ~ log(g)", "ols", {}, "cannot be computed"),
        ("y ~ x - 1", "ols", {}, "keeps its intercept"),
        ("y ~ x + I(2 * x)", "ols", {}, r"\[x, I\(2 \* x\)\] are perfectly collinear"),
        ("rank ~ x", "ols", {}, "family='ordered'"),
        ("rank ~ x", "logit", {}, "A logit needs two outcomes"),
        ("yes ~ x", "ordered", {}, "fewer than three ordered levels"),
        ("y ~ x", "ordered", {}, "more than 20 levels"),
        ("y ~ x", "logistic", {}, "Did you mean 'logit'"),
        ("y ~ x", "ols", {"cov": "HC9"}, "no kind of standard error"),
        ("y ~ x", "ols", {"cov": "HC1", "cluster": "clinic"}, "not both"),
        ("y ~ log(x - x)", "ols", {}, "infinite or undefined"),
        ("g ~ x", "ordered", {}, "The levels of 'g' have no order: declare it ordinal"),
        ("g ~ x", "ols", {}, "3 levels, not numbers"),
        ("y ~ x", "ols", {"level": 95}, r"lies between 0 and 1, such as \.95; 95 does not"),
        ("y ~ x", "ols", {"level": 0}, "lies between 0 and 1"),
        ("y ~ x", "ols", {"level": 1}, "lies between 0 and 1"),
        ("y ~ x", "ols", {"level": float("nan")}, "lies between 0 and 1"),
    ],
)
def test_what_cannot_be_fitted_says_why(formula, family, options, expected):
    with np.errstate(all="ignore"), pytest.raises(AnalysisError, match=expected):
        cs.fit(formula, DATA, family, **options)


def test_the_level_sets_the_width_of_the_intervals():
    wide, narrow = (cs.fit("y ~ x", DATA, level=level) for level in (0.99, 0.5))
    row = narrow.table.iloc[1]
    quantile = stats.t.ppf(0.75, N - 2)
    assert row["conf_high"] - row["estimate"] == pytest.approx(quantile * row["std_error"])
    assert (wide.percent, narrow.percent) == ("99 %", "50 %")


def test_no_complete_row_is_an_error():
    with pytest.raises(AnalysisError, match="No row has all of"):
        cs.fit("y ~ x", DATA.assign(x=np.nan))


def test_one_cluster_is_an_error():
    with pytest.raises(AnalysisError, match="one group only"):
        cs.fit("y ~ x", DATA.assign(clinic=1), cluster="clinic")


def separated(x):
    return pd.DataFrame({"x": x, "y": (x > 0).astype(int)})


@pytest.mark.parametrize(
    "data", [separated(np.linspace(-1, 1, 40)), separated(RNG.normal(size=99))]
)
def test_separation_is_named_and_no_number_is_reported(data):
    with pytest.warns(FitWarning, match="separation"):
        fit = cs.fit("y ~ x", data, "logit")
    assert not fit.converged
    assert fit.table.drop(columns=["term", "note"]).isna().all(axis=None)
    assert fit.table["note"].str.contains("separation").all()
    assert "NOT TO BE USED" in repr(fit)


def test_a_level_that_tells_the_outcome_is_separation_too():
    data = pd.DataFrame({"g": ["a"] * 20 + ["b"] * 20, "y": [0] * 20 + [0, 1] * 10})
    with pytest.warns(FitWarning, match="separation"):
        cs.fit("y ~ g", data, "logit")


def test_ordered_separation_is_named():
    data = pd.DataFrame({"x": np.arange(60.0), "y": np.repeat([0, 1, 2], 20)})
    with pytest.warns(FitWarning, match=r"separation|singular|not converged"):
        fit = cs.fit("y ~ x", data, "ordered")
    assert fit.table["estimate"].isna().all()


def test_ols_recovers_the_slope():
    row = cs.fit("y ~ x", DATA).table.iloc[1]
    assert abs(row["estimate"] - 2) < 4 * row["std_error"]


@given(st.integers(0, 10_000))
def test_row_order_and_index_change_nothing(seed):
    shuffled = DATA.sample(frac=1, random_state=seed)
    for formula, family in (("y ~ x + g", "ols"), ("yes ~ x", "logit")):
        one = cs.fit(formula, DATA, family, cluster="clinic").table
        two = cs.fit(formula, shuffled, family, cluster="clinic").table
        np.testing.assert_allclose(one.iloc[:, 1:], two.iloc[:, 1:], rtol=1e-7, atol=1e-12)


@given(st.floats(0.01, 100))
def test_rescaling_a_predictor_rescales_its_coefficient(factor):
    one = cs.fit("yes ~ x", DATA, "logit").table.iloc[1]
    two = cs.fit("yes ~ x", DATA.assign(x=DATA["x"] * factor), "logit").table.iloc[1]
    assert two["estimate"] * factor == pytest.approx(one["estimate"], rel=1e-6)
    assert two["p_value"] == pytest.approx(one["p_value"], rel=1e-6)


def test_relabelling_clusters_changes_nothing():
    one = cs.fit("y ~ x", DATA, cluster="clinic").table
    two = cs.fit(
        "y ~ x", DATA.assign(clinic="c" + DATA["clinic"].astype(str)), cluster="clinic"
    ).table
    pd.testing.assert_frame_equal(one, two)


def test_the_repr_shows_the_table_and_no_respondent():
    text = repr(cs.fit("y ~ x", DATA, cluster="clinic"))
    assert "ols: y ~ x" in text
    assert "20 clusters, standard errors CR2 by clinic, Satterthwaite df" in text
