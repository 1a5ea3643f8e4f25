import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.mediation.mediate import mediate

RNG = np.random.default_rng(21)
N = 200
DATA = pd.DataFrame({"x": RNG.integers(0, 2, N), "age": RNG.normal(40, 9, N)})
DATA["m"] = 0.5 * DATA["x"] + RNG.normal(size=N)
DATA["y"] = 0.5 * DATA["m"] + RNG.normal(size=N)
DATA["yes"] = DATA["y"] > 0
DATA["arm"] = RNG.choice(["a", "b", "c"], N)
DATA["rank"] = pd.cut(DATA["m"], [-9, -1, 1, 9], labels=["low", "middle", "high"])
DATA["site"] = RNG.integers(0, 8, N)
DATA["same"] = 1.0
DATA["wt"] = 1.0
DATA["age0"] = DATA["age"] - 40


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        (("x", "mm", "y"), {}, "Did you mean 'm'"),
        (("same", "m", "y"), {}, "Everybody has the same 'same'"),
        (("x", "m", "same"), {}, "'same' has one value only"),
        (("x", "same", "y"), {}, r"collinear|one value only"),
        (("arm", "m", "y"), {}, r"3 levels: say levels=\(from, to\)"),
        (("arm", "m", "y"), {"levels": ("a", "z")}, "no such level"),
        (("arm", "m", "y"), {"levels": ("a", "a")}, "the same"),
        (("x", "m", "y"), {"levels": ("a", "b")}, "give two finite numbers"),
        (("x", "m", "y"), {"levels": (1, 1)}, "are the same"),
        (("x", "m", "m"), {}, "two roles"),
        (("x", [], "y"), {}, "Name a mediator"),
        (("x", "m", "y", "m"), {}, "m has another role"),
        (("x", "m", "y", "x:age"), {}, "x has another role"),
        (("x", "m", "y", ["age", "I(2 * age)"]), {}, r"\[age, I\(2 \* age\)\] are perfectly"),
        (("x", "rank", "y"), {}, "has levels, not numbers: use 'logit'"),
        (("x", "m", "y"), {"family": "logit"}, "A logit needs two outcomes"),
        (("x", "m", "y"), {"family": "poisson"}, "needs counts"),
        (("x", "m", "y"), {"family": "ordered"}, "more than 20 levels"),
        (("x", "m", "yes"), {"family": "ordered"}, "fewer than three"),
        (("x", "arm", "y"), {"mediator_family": "ordered"}, "have no order"),
        (("x", "m", "rank"), {"family": "ordered", "at_least": "low"}, "above its lowest"),
        (("x", "m", "yes"), {"family": "logt"}, "Did you mean 'logit'"),
        (("x", "m", "y"), {"mediator_family": ["ols", "ols"]}, "1 mediators and 2"),
        (("x", "m", "y"), {"scale": "odds ratio"}, "has no odds"),
        (("x", "m", "y"), {"within": True}, "needs the groups"),
        (("x", "m", "yes"), {"within": True, "cluster": "site", "family": "logit"}, "linear"),
        (("site", "m", "y"), {"within": True, "cluster": "site"}, "two roles|vary within"),
        (("x", "m", "y"), {"cluster": "same"}, "one group only"),
        (("x", "m", "y"), {"weights": "age0"}, "must all be above 0"),
        (("x", "m", "y"), {"weights": "wt", "errors": "ml"}, "robust"),
        (("x", "m", "y"), {"levels": 3}, "are two values"),
        (("x", "m", "y"), {"bootstrap": 3}, "between 20 and"),
        (("x", "m", "y"), {"bootstrap": 100.5}, "between 20 and"),
        (("x", "m", "y"), {"bootstrap": 0, "interval": "bca"}, "needs draws"),
        (("x", "m", "y"), {"level": 95}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_analysed_says_why(arguments, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        mediate(DATA, *arguments, **options)


def test_too_few_rows_are_an_error():
    with pytest.raises(AnalysisError, match="cannot be fitted to 3 rows"):
        mediate(DATA.iloc[[0, 1, 2]].assign(x=[0, 1, 1]), "x", "m", "y")


def test_rows_that_lack_any_variable_are_left_out_of_every_equation():
    data = DATA.copy()
    data.loc[:4, "y"] = np.nan
    data.loc[5:9, "m"] = np.nan
    data["yes"] = data["yes"].astype("boolean").mask(np.arange(N) == 20)
    found = mediate(data, "x", "m", "y", "age", bootstrap=0)
    assert (found.n, found.dropped) == (N - 10, 10)
    assert mediate(data, "x", "m", "yes", family="logit", bootstrap=0).dropped == 6
    whole = mediate(data.iloc[10:], "x", "m", "y", "age", bootstrap=0)
    np.testing.assert_allclose(found.table["std_error"], whole.table["std_error"])


def blank(found):
    numbers = found.table.drop(columns=["term", "note"]).isna().all(axis=None)
    paths = found.paths.drop(columns=["outcome", "term", "note"]).isna().all(axis=None)
    return numbers and paths and "NOT TO BE USED" in repr(found)


@pytest.mark.parametrize("interval", ["percentile", "delta"])
@pytest.mark.parametrize(
    ("data", "options", "why"),
    [
        ({"yes": DATA["x"]}, {"family": "logit"}, "yes: separation"),
        ({"yes": DATA["m"] > 0}, {"family": "probit"}, "yes: separation"),
        ({"yes": np.digitize(DATA["m"], [-1, 1])}, {"family": "ordered"}, "yes: "),
        ({"yes": 2 * DATA["m"] + DATA["x"]}, {}, "yes: fitted without error"),
    ],
)
def test_what_cannot_be_believed_shows_no_number(data, options, why, interval):
    draws = 40 if interval == "percentile" else 0
    with pytest.warns(FitWarning, match=why):
        found = mediate(DATA.assign(**data), "x", "m", "yes", bootstrap=draws, **options)
    assert not found.converged
    assert blank(found)


def test_counts_too_large_to_sum_over_show_no_number():
    counts = RNG.poisson(np.exp(5.2 + 0.9 * DATA["age0"] / 9))
    options = {"family": "logit", "mediator_family": "poisson", "bootstrap": 0}
    with pytest.warns(FitWarning, match="counts are too large"):
        assert blank(mediate(DATA.assign(m=counts), "x", "m", "yes", "age0", **options))


@pytest.mark.parametrize("family", ["ols", "logit"])
def test_names_types_and_the_index_do_not_matter(family):
    outcome = "y" if family == "ols" else "yes"
    options = {"family": family, "interaction": True, "bootstrap": 0}
    plain = mediate(DATA, "x", "m", outcome, "age", **options).table
    names = {"x": "my x", "m": "Größe-1", outcome: "1st y"}
    other = DATA.astype({"x": "Int64", "m": object}).rename(columns=names).set_axis([7] * N)
    found = mediate(other, *names.values(), "age", **options).table
    np.testing.assert_allclose(found["std_error"], plain["std_error"], rtol=1e-10)


def test_a_separated_mediator_is_named_too():
    data = DATA.assign(sure=DATA["x"])
    data.loc[data.index[:3], "sure"] = 1
    data["x"] = np.where(data["sure"] == 0, 0, data["x"])
    with pytest.warns(FitWarning, match="sure: separation"):
        mediate(data, "x", "sure", "y", mediator_family="logit", bootstrap=0)


def test_few_resamples_that_fail_are_counted_and_many_withhold_the_numbers():
    rare = DATA.assign(rare=(np.arange(N) % 40 == 0).astype(float))
    found = mediate(rare, "age", "m", "rare", family="logit", bootstrap=300, seed=1)
    assert 0 < found.failed < 30
    assert f"{found.failed} of them not fitted" in repr(found)
    assert len(found.draws) == 300 - found.failed
    rarer = DATA.assign(rare=(np.arange(N) % 100 == 0).astype(float))
    with pytest.warns(FitWarning, match="resamples could not be fitted"):
        assert blank(mediate(rarer, "age", "m", "rare", family="logit", bootstrap=300, seed=1))


def test_the_seed_decides_the_draws():
    one, two, other = (mediate(DATA, "x", "m", "y", bootstrap=60, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one.table, two.table)
    assert not one.draws.equals(other.draws)


@pytest.mark.parametrize("interval", ["percentile", "bca", "montecarlo"])
def test_every_kind_of_interval_is_near_the_delta_method(interval):
    delta = mediate(DATA, "x", "m", "y", bootstrap=0).table
    found = mediate(DATA, "x", "m", "y", interval=interval, bootstrap=2000).table
    error = delta["std_error"][:3]
    for side in ("conf_low", "conf_high"):
        assert (abs(found[side][:3] - delta[side][:3]) < 0.5 * error).all()


def test_the_level_sets_the_width():
    wide, narrow = (
        mediate(DATA, "x", "m", "y", bootstrap=500, level=level).table for level in (0.99, 0.5)
    )
    widths = [t["conf_high"] - t["conf_low"] for t in (wide, narrow)]
    assert (widths[0] > 2 * widths[1]).all()


def test_the_repr_says_what_was_compared_how_and_what_is_assumed():
    found = mediate(
        DATA, "arm", "m", "yes", "age", family="logit", levels=("a", "c"), cluster="site",
        bootstrap=60,
    )  # fmt: skip
    text = repr(found)
    for part in (
        "arm → m → yes, c against a",
        "difference in the chance of yes",
        "n = 200, 8 clusters, percentile intervals of 60 resamples of whole site groups",
        "no unmeasured common cause of the mediator and yes given age",
        "fewer than 20",
    ):
        assert part in text


def test_an_ordered_outcome_is_the_chance_of_the_upper_half_or_what_is_asked():
    options = {"family": "ordered", "bootstrap": 0}
    assert mediate(DATA, "x", "y", "rank", **options).measured == "chance of rank high or more"
    low = mediate(DATA, "x", "y", "rank", at_least="middle", **options)
    assert low.measured == "chance of rank middle or more"


def test_large_numbers_in_a_predictor_do_not_matter():
    data = DATA.assign(year=2020 + DATA["age"] / 50)
    for family, outcome in (("ordered", "rank"), ("logit", "yes"), ("ols", "y")):
        options = {"family": family, "bootstrap": 0}
        one = mediate(DATA, "x", "age", outcome, **options).table["estimate"]
        two = mediate(data, "x", "year", outcome, **options).table["estimate"]
        np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-9)
