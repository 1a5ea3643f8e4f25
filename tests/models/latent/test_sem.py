import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning, fit
from confstudy.models.latent.likelihood import group_data
from confstudy.models.latent.sem import sem
from confstudy.models.latent.solve import solve
from confstudy.models.latent.specify import specify
from confstudy.models.latent.syntax import parse
from confstudy.models.mediation.mediate import mediate

ITEMS = "f =~ a + b + c + d"
TWO = "f =~ a + b + c + d\ng =~ e + h + i\ng ~ slope*f"


def answers(n=400, seed=1, missing=0.0, groups=1):
    """f → g with slope .5; loadings .8, .7, .6, .5 of f and .8, .7, .6 of g, 1 on the first."""
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    g = 0.5 * f + rng.normal(scale=np.sqrt(0.75), size=n)
    parts = {name: (f, size) for name, size in zip("abcd", (0.8, 0.7, 0.6, 0.5), strict=True)}
    parts |= {name: (g, size) for name, size in zip("ehi", (0.8, 0.7, 0.6), strict=True)}
    frame = pd.DataFrame(
        {
            k: size * x + rng.normal(scale=np.sqrt(1 - size**2), size=n)
            for k, (x, size) in parts.items()
        }
    )
    frame = frame.mask(rng.uniform(size=frame.shape) < missing)
    return frame.assign(place=np.arange(n) % 25, half=np.arange(n) % 2, w=rng.uniform(1, 3, n))


def value(found, term, column="estimate"):
    return found.table.set_index("term").loc[term, column]


def test_three_items_of_one_factor_have_a_closed_form():
    data = answers()
    s = data[list("abc")].cov(ddof=0)
    found = sem("f =~ a + b + c", data)
    np.testing.assert_allclose(value(found, "f =~ b"), s.loc["b", "c"] / s.loc["a", "c"], rtol=1e-9)
    variance = s.loc["a", "b"] * s.loc["a", "c"] / s.loc["b", "c"]
    np.testing.assert_allclose(value(found, "f ~~ f"), variance, rtol=1e-9)
    assert found.fit["df"] == 0
    assert found.fit["chi2"] < 1e-8


def test_a_regression_is_least_squares():
    data = answers()
    found, ols = sem("a ~ b + c", data), fit("a ~ b + c", data, "ols")
    np.testing.assert_allclose(value(found, "a ~ b"), ols.coefficients[1], rtol=1e-10)
    ratio = np.sqrt((len(data) - 3) / len(data))
    errors = np.sqrt(np.diag(ols.covariance))[1:] * ratio
    np.testing.assert_allclose(found.table["std_error"][:2], errors, rtol=1e-9)
    robust, hc0 = sem("a ~ b + c", data, estimator="mlr"), fit("a ~ b + c", data, "ols", cov="HC0")
    np.testing.assert_allclose(
        robust.table["std_error"][:2], np.sqrt(np.diag(hc0.covariance))[1:], rtol=1e-9
    )


def test_an_indirect_effect_is_that_of_mediate():
    data = answers()
    found = sem("b ~ x*a\nc ~ y*b + a\nind := x*y", data)
    other = mediate(data, "a", "b", "c", bootstrap=0, errors="ml").table.set_index("term")
    np.testing.assert_allclose(value(found, "ind"), other.loc["indirect", "estimate"], rtol=1e-10)
    np.testing.assert_allclose(
        value(found, "ind", "std_error"), other.loc["indirect", "std_error"], rtol=1e-8
    )


def test_the_gradient_and_information_are_those_of_the_likelihood():
    data = answers(missing=0.1)
    specification = specify(parse(TWO), means=True)
    rows = group_data(data[list(specification.roles.observed)].to_numpy(), np.ones(len(data)))
    found = solve(specification, (rows,))
    at = found.parameters + 0.02
    step = 1e-5 * np.eye(len(at))
    likelihood = found.likelihood
    slopes = [(likelihood.value(at + d) - likelihood.value(at - d)) / 2e-5 for d in step]
    np.testing.assert_allclose(likelihood.gradient(at), slopes, rtol=1e-5, atol=1e-5)
    bends = [(likelihood.gradient(at + d) - likelihood.gradient(at - d)) / 2e-5 for d in step]
    np.testing.assert_allclose(likelihood.observed(at), -np.array(bends), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(
        sum(part.sum(axis=0) for part in likelihood.scores(at)), likelihood.gradient(at), rtol=1e-9
    )
    assert abs(likelihood.gradient(found.parameters)).max() < 1e-8


def test_complete_answers_need_no_fiml():
    data = answers()
    one, two = sem(TWO, data), sem(TWO, data, estimator="fiml")
    np.testing.assert_allclose(value(two, "g ~ f"), value(one, "g ~ f"), rtol=1e-9)
    np.testing.assert_allclose(two.fit["chi2"], one.fit["chi2"], rtol=1e-9)


@pytest.mark.parametrize("estimator", ["ml", "mlr", "fiml", "wlsmv"])
def test_the_truth_is_recovered(estimator):
    data = answers(4000, 5, missing=0.1 if estimator == "fiml" else 0.0)
    if estimator == "wlsmv":
        data = data[list("abcdehi")].apply(lambda x: np.digitize(x, [-1.0, 0.0, 0.8]))
    found = sem(TWO, data, estimator=estimator)
    truth = {
        "f =~ b": 0.7 / 0.8,
        "f =~ d": 0.5 / 0.8,
        "g =~ i": 0.6 / 0.8,
        "g ~ f": 0.5,
        "f ~~ f": 0.64,
    }
    for term, expected in truth.items():
        assert abs(value(found, term) - expected) < 4 * value(found, term, "std_error"), term
    assert found.fit.get("p_value_scaled", found.fit["p_value"]) > 0.001
    np.testing.assert_allclose(value(found, "g ~ f", "standardized"), 0.5, atol=0.06)


def test_a_modification_index_is_near_the_fall_of_chi2():
    data = answers(3000, 2).assign(b=lambda x: x["b"] + 0.07 * (x["e"] + x["h"]))
    found = sem(TWO, data)
    first = found.modification.iloc[0]
    freed = sem(f"{TWO}\n{first['term']}", data)
    assert first["term"] == "g =~ b"
    assert first["mi"] == pytest.approx(found.fit["chi2"] - freed.fit["chi2"], rel=0.1)
    assert first["expected"] == pytest.approx(value(freed, "g =~ b"), rel=0.2)


@pytest.mark.parametrize(
    ("text", "pulled", "named"),
    [
        ("f =~ a + b", False, "not identified: 4 parameters for 3 moments"),
        ("f =~ NA*a + b + c + d", False, r"not identified: \[f =~ a, "),
        ("f =~ a + b + c", True, "Heywood case: negative variance of"),
    ],
)
def test_what_cannot_be_believed_is_said(text, pulled, named):
    data = answers()
    if pulled:
        cov = [[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]]
        draws = np.random.default_rng(3).multivariate_normal([0, 0, 0], cov, 400)
        data = pd.DataFrame(draws, columns=list("abc"))
    with pytest.warns(FitWarning, match=named):
        found = sem(text, data)
    assert found.table["note"].notna().all()
    fatal = not found.converged
    assert found.table["estimate"].isna().all() == fatal
    assert found.fit.isna().all() == fatal
    assert ("NOT TO BE USED" if fatal else "NOT PROPER") in repr(found)
    assert found.reliability.empty == fatal


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        (ITEMS.replace("d", "dd"), {}, "Columns not found.*Did you mean 'd'"),
        ("f =~ a + b + flat", {}, r"\[flat\] do not vary"),
        ("f =~ a + b + both + c", {}, "perfectly collinear"),
        ("f =~ a + b + text", {}, "'text' is not a number"),
        ("f =~ a + b + none", {}, "nothing to fit"),
        (ITEMS, {"cluster": "flat"}, "one cluster"),
        (ITEMS, {"estimator": "gls"}, "not known"),
        (ITEMS, {"missing": "em"}, "'drop' or 'fiml'"),
        (ITEMS, {"bootstrap": 5}, "between 20"),
        (ITEMS, {"group": "half", "equal": ["loading"]}, "Did you mean 'loadings'"),
        (ITEMS, {"equal": "loadings"}, "name their column"),
        ("a ~ b\ng := u*v", {}, "Labels not found"),
        ("f =~ a + b + c\nf ~ h", {"estimator": "wlsmv"}, "act on nothing"),
        ("f =~ a + b + c", {"estimator": "wlsmv"}, "more than 12 answers"),
    ],
)
def test_what_is_wrong_is_told(text, options, why):
    data = answers().assign(flat=1, both=lambda x: x["a"] + x["b"], text="yes", none=np.nan)
    with pytest.raises(AnalysisError, match=why):
        sem(text, data, **options)


def test_groups_may_share_labels_or_have_their_own():
    data = answers(800)
    found = sem("b ~ c(one, two)*a\ngap := one - two", data, group="half")
    by_group = found.table.set_index(["group", "term"])["estimate"]
    for half in (0, 1):
        ols = fit("b ~ a", data[data["half"] == half], "ols")
        np.testing.assert_allclose(by_group[str(half), "b ~ a"], ols.coefficients[1], rtol=1e-9)
    gap = by_group["0", "b ~ a"] - by_group["1", "b ~ a"]
    np.testing.assert_allclose(by_group["", "gap"], gap, rtol=1e-9)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.1, 10))
def test_order_units_and_labels_do_not_matter(seed, unit):
    data = answers(200)
    first = sem(TWO, data, estimator="mlr", cluster="place")
    moved = data.sample(frac=1, random_state=seed).assign(
        place=lambda x: 1000 - x["place"], b=lambda x: unit * x["b"]
    )
    second = sem(TWO, moved, estimator="mlr", cluster="place")
    for column in ("estimate", "std_error"):
        expected = value(first, "g ~ f", column)
        np.testing.assert_allclose(value(second, "g ~ f", column), expected, rtol=1e-6)
    np.testing.assert_allclose(second.fit["chi2_scaled"], first.fit["chi2_scaled"], rtol=1e-6)


def test_weights_count_as_rows_and_only_their_proportions_matter():
    data = answers(300)
    doubled = pd.concat([data, data[data["half"] == 1]])
    weighted = sem(TWO, data.assign(w=1 + data["half"]), weights="w")
    larger = sem(TWO, data.assign(w=7 * (1 + data["half"])), weights="w")
    np.testing.assert_allclose(
        value(weighted, "g ~ f"), value(sem(TWO, doubled), "g ~ f"), rtol=1e-8
    )
    np.testing.assert_allclose(
        value(larger, "g ~ f", "std_error"), value(weighted, "g ~ f", "std_error"), rtol=1e-8
    )


def test_no_respondent_stands_in_a_repr():
    data = answers(60).assign(a=lambda x: x["a"].round(6))
    shown = repr(sem(ITEMS, data))
    assert not any(f"{number:.4f}" in shown for number in data["a"].abs() if number > 1.7)
