"""Rows stay beside their own outcome, whatever the formula does and the data lack."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import confstudy as cs
from confstudy.errors import AnalysisError, DataError

RNG = np.random.default_rng(71)
N = 200


def gappy():
    data = pd.DataFrame(
        {
            "x": np.exp(RNG.normal(size=N)),
            "z": RNG.normal(size=N),
            "g": pd.Categorical(RNG.choice(["a", "b", "c"], N)),
            "clinic": RNG.integers(0, 12, N).astype(float),
        }
    )
    data["y"] = np.exp(0.5 * np.log(data["x"]) + RNG.normal(size=N))
    for name in data:
        data.loc[RNG.choice(N, 15, replace=False), name] = None
    return data.sample(frac=1, random_state=3)


GAPPY = gappy()


@pytest.mark.parametrize(
    ("formula", "variables", "cluster"),
    [
        ("np.log(y) ~ np.log(x)", ["y", "x"], None),
        ("y ~ np.log(x) + z", ["y", "x", "z"], None),
        ("np.log(y) ~ z * g", ["y", "z", "g"], None),
        ("y ~ I(x > 1) + g", ["y", "x", "g"], None),
        ("np.log(y) ~ np.log(x) + g", ["y", "x", "g", "clinic"], "clinic"),
    ],
)
def test_a_fit_to_gappy_data_is_statsmodels_on_the_complete_rows(formula, variables, cluster):
    complete = GAPPY.dropna(subset=variables)
    asked = (
        {"cov_type": "cluster", "cov_kwds": {"groups": complete[cluster]}, "use_t": True}
        if cluster
        else {}
    )
    expected = smf.ols(formula, complete).fit(**asked)
    found = cs.fit(formula, GAPPY, cluster=cluster, cov="CR1" if cluster else None)
    assert found.n == len(complete) < N
    assert found.design.dropped == N - len(complete)
    assert found.design.frame.index.equals(complete.index)
    for part, there in (("estimate", expected.params), ("std_error", expected.bse)):
        np.testing.assert_allclose(np.sort(found.table[part]), np.sort(there), rtol=1e-8)


def test_a_repeated_index_mixes_no_rows():
    twice = pd.concat([GAPPY, GAPPY])
    one = cs.fit("np.log(y) ~ z + g", twice).coefficients
    two = cs.fit("np.log(y) ~ z + g", twice.reset_index(drop=True)).coefficients
    np.testing.assert_array_equal(one, two)


PLAIN = GAPPY.dropna().assign(h=lambda d: d["g"].astype(str), b=lambda d: (d["z"] > 0).astype(int))


@pytest.mark.parametrize(
    "dtypes",
    [
        {"h": "string"}, {"h": object}, {"h": "category"}, {"z": object}, {"y": object},
        {"z": "Float64", "y": "Float64"}, {"b": "boolean"}, {"b": bool}, {"b": "Int8"},
    ],
)  # fmt: skip
def test_how_a_column_is_stored_changes_nothing(dtypes):
    one, two = (cs.fit("y ~ z + h + b", d) for d in (PLAIN, PLAIN.astype(dtypes)))
    assert one.terms == two.terms
    np.testing.assert_allclose(one.table["p_value"], two.table["p_value"], rtol=1e-9)


def test_names_with_spaces_stand_in_backticks():
    data = PLAIN.assign(b=np.where(PLAIN["b"] == 1, "yes", "no"))
    named = data.rename(columns={"b": "is b", "h": "the höhe", "x": "my x"})
    one = cs.fit("b ~ x + h", data, "logit")
    two = cs.fit("`is b` ~ `my x` + `the höhe`", named, "logit")
    np.testing.assert_array_equal(one.coefficients, two.coefficients)
    assert two.levels == ["yes"]


@pytest.mark.parametrize(
    ("formula", "data", "expected"),
    [
        ("y ~ z + k", PLAIN.assign(k="CANARY"), r"\[k\] has one level only"),
        ("y ~ z", pd.concat([PLAIN, PLAIN[["z"]]], axis=1), r"more than one column named \[z\]"),
        ("y ~ cr(z, df=4)", PLAIN, "need constraints='center'"),
    ],
)
def test_what_would_be_left_out_silently_is_refused(formula, data, expected):
    with pytest.raises(AnalysisError, match=expected) as caught:
        cs.fit(formula, data)
    assert "CANARY" not in str(caught.value)


def test_a_centred_natural_spline_is_that_of_r():
    # R 4.2.2: logLik(lm(y ~ splines::ns(x, knots = quantile(x, c(.25, .5, .75))), d))
    rng = np.random.default_rng(2024)
    data = pd.DataFrame({"x": rng.normal(size=40)})
    rng.integers(0, 3, 40)
    data["y"] = 1 - data["x"] + rng.normal(size=40)
    fit = cs.fit("y ~ cr(x, df=4, constraints='center')", data)
    assert fit.goodness.log_likelihood == pytest.approx(-44.0517092206626, rel=1e-12)


def test_where_keeps_the_respondents_the_mask_names_in_whatever_order(simulation):
    survey = simulation.survey
    mask = survey["concealment"] == "Yes"
    kept = survey.where(mask.sample(frac=1, random_state=1), "Concealed something")
    assert kept.frame.index.equals(survey.frame.index[mask])
    assert (kept["concealment"] == "Yes").all()
    assert kept.reasons.index.equals(kept.frame.index)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mask: mask.astype("boolean").mask(mask.index == 3),
        lambda mask: mask.astype(object).mask(mask.index == 3),
        lambda mask: mask.iloc[1:],
        lambda mask: mask.astype(float),
    ],
)
def test_where_refuses_a_mask_with_gaps_or_of_other_rows(simulation, spoil):
    mask = simulation.survey["telehealth"] == "Yes"
    with pytest.raises(DataError, match="'where' takes"):
        simulation.survey.where(spoil(mask), "By video")
