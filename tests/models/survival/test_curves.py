import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from confstudy.errors import AnalysisError
from confstudy.models.survival.curves import survival_curve
from confstudy.models.survival.logrank import logrank

RNG = np.random.default_rng(41)
N = 240
DATA = pd.DataFrame(
    {
        "until": np.ceil(RNG.exponential(9, N)).clip(1, 14),
        "dropout": RNG.integers(0, 2, N),
        "arm": pd.Categorical(RNG.choice(["none", "some", "all"], N), ["none", "some", "all"]),
        "site": RNG.choice(["x", "y"], N),
        "one": 1.0,
        "w": RNG.integers(1, 4, N).astype(float),
        "clinic": RNG.integers(0, 12, N),
    }
)
SMALL = pd.DataFrame({"until": [2.0, 4, 4, 6, 9], "dropout": [1, 1, 0, 1, 0]})


def rows(data, **options):
    return survival_curve("until", "dropout", data, **options).table


def test_the_curve_by_hand_with_greenwood_s_error():
    table = rows(SMALL)
    np.testing.assert_array_equal(table["at_risk"], [5, 4, 2, 1])
    np.testing.assert_array_equal(table["events"], [1, 1, 1, 0])
    np.testing.assert_array_equal(table["censored"], [0, 1, 0, 1])
    np.testing.assert_allclose(table["survival"], [0.8, 0.6, 0.3, 0.3], rtol=1e-14)
    sums = np.cumsum([1 / (5 * 4), 1 / (4 * 3), 1 / (2 * 1), 0])
    np.testing.assert_allclose(table["std_error"], table["survival"] * np.sqrt(sums), rtol=1e-14)


@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
def test_intervals_by_their_formulas(kind):
    table, z = rows(SMALL, interval=kind), stats.norm.ppf(0.975)
    s, e = table["survival"].to_numpy(), table["std_error"].to_numpy()
    low, high = {
        "log": (s * np.exp(-z * e / s), s * np.exp(z * e / s)),
        "log-log": (s ** np.exp(-z * e / s / np.log(s)), s ** np.exp(z * e / s / np.log(s))),
        "plain": (s - z * e, s + z * e),
    }[kind]
    np.testing.assert_allclose(table["conf_low"], np.clip(low, 0, 1), rtol=1e-13)
    np.testing.assert_allclose(table["conf_high"], np.clip(high, 0, 1), rtol=1e-13)


def test_a_log_log_interval_is_missing_while_nobody_has_the_event():
    table = rows(pd.DataFrame({"until": [1, 2, 3, 4], "dropout": [0, 1, 0, 0]}), interval="log-log")
    assert table["conf_low"].isna().tolist() == [True, False, False, False]


def test_groups_may_mix_words_and_numbers():
    data = DATA.assign(by=pd.Series([1, "a"] * (N // 2), dtype=object))
    assert survival_curve("until", "dropout", data, "by").groups == ("1", "a")


def test_without_censoring_the_error_is_the_binomial_s():
    data = pd.DataFrame({"until": np.arange(1.0, 21), "dropout": 1})
    table = rows(data)
    s = 1 - np.arange(1, 21) / 20
    np.testing.assert_allclose(table["survival"], s, atol=1e-14)
    np.testing.assert_allclose(table["std_error"][:-1], np.sqrt(s * (1 - s) / 20)[:-1], rtol=1e-12)
    assert table["conf_low"].isna().tolist() == [False] * 19 + [True]


def test_the_curve_equals_statsmodels():
    table, peer = rows(DATA), SurvfuncRight(DATA["until"], DATA["dropout"])
    mine = table[table["events"] > 0]
    np.testing.assert_allclose(mine["survival"], peer.surv_prob, rtol=1e-12)
    np.testing.assert_allclose(mine["std_error"], peer.surv_prob_se, rtol=1e-12)


@pytest.mark.parametrize(
    ("until", "dropout", "median"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], 2.5),  # on one half from 2 to 3
        ([1, 2, 3], [1, 1, 1], 2.0),
        ([1, 2, 3, 4], [1, 1, 0, 0], 2.0),  # on one half to the end
        ([1, 2, 3], [1, 0, 0], np.nan),
    ],
)
def test_medians(until, dropout, median):
    data = pd.DataFrame({"until": until, "dropout": dropout})
    found = survival_curve("until", "dropout", data).medians["median"][0]
    np.testing.assert_equal(found, median)


def test_weights_of_one_give_greenwood_and_whole_weights_repeat_rows():
    np.testing.assert_allclose(rows(DATA, weights="one")["std_error"], rows(DATA)["std_error"])
    repeated = DATA.loc[DATA.index.repeat(DATA["w"].astype(int))].assign(id=lambda d: d.index)
    for part in ("survival", "at_risk", "std_error"):
        found, expected = rows(DATA, weights="w"), rows(repeated, cluster="id")
        np.testing.assert_allclose(found[part], expected[part], rtol=1e-10)


def test_the_weighted_error_is_that_of_the_derivatives_by_weights():
    base, step, total = rows(DATA, weights="w")["survival"].to_numpy(), 1e-6, 0.0
    for place in range(N):
        moved = DATA.assign(w=DATA["w"] + step * (np.arange(N) == place))
        slope = (rows(moved, weights="w")["survival"].to_numpy() - base) / step
        total = total + (slope * DATA["w"][place]) ** 2
    found = rows(DATA, weights="w")["std_error"]
    np.testing.assert_allclose(found, np.sqrt(total), rtol=1e-4)


def test_splitting_rows_by_late_entry_changes_nothing():
    first = DATA.assign(start=0.0, until=np.minimum(DATA["until"], 5))
    first["dropout"] = DATA["dropout"].where(DATA["until"] <= 5, 0)
    second = DATA[DATA["until"] > 5].assign(start=5.0)
    both = pd.concat([first, second])
    found, whole = rows(both, entry="start"), rows(DATA)
    kept = found[found["time"].isin(whole["time"])]
    for part in ("at_risk", "events", "survival", "std_error"):
        np.testing.assert_allclose(kept[part], whole[part], rtol=1e-12)


def test_groups_keep_their_order_and_incomplete_rows_are_counted():
    data = DATA.assign(until=DATA["until"].mask(DATA.index < 7))
    curves = survival_curve("until", "dropout", data, "arm")
    assert curves.groups == ("none", "some", "all")
    assert "(7 incomplete)" in repr(curves)
    alone = survival_curve("until", "dropout", data[data["arm"] == "some"])
    found = curves.table[curves.table["group"] == "some"]
    np.testing.assert_array_equal(found["survival"], alone.table["survival"])


def test_what_is_released_stands_for_ten_and_at_round_times():
    data = pd.DataFrame({"until": RNG.exponential(20, 400).round(3), "dropout": 1})
    data["until"] = np.minimum(data["until"], 30)
    data["dropout"] = (data["until"] < 30).astype(int)
    curves = survival_curve("until", "dropout", data)
    shown, steps = curves.released, curves.steps[0]
    assert len(shown) > 5
    assert (shown["about_at_risk"] % 10 == 0).all()
    seen = np.histogram(data.loc[data["dropout"] == 1, "until"], [0, *shown["time"]])[0]
    assert seen.min() >= 10
    assert not set(shown["time"]) & set(data["until"])
    np.testing.assert_array_equal(
        shown["survival"], curves.at(shown["time"].tolist())["survival"].round(3)
    )
    assert "until" in repr(curves)
    assert not any(f"{time:g}" in repr(curves) for time in steps.time[:50])
    assert survival_curve("until", "dropout", data[:15]).released.empty


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"time": "untl"}, "Did you mean 'until'"),
        ({"event": "w"}, "does not say whether the event happened"),
        ({"event": "arm"}, "takes 0 and 1, or two levels"),
        ({"time": "arm"}, "holds no numbers"),
        ({"by": "id"}, "240 different values, more than 20 groups"),
        ({"interval": "logit"}, "Did you mean 'log'"),
        ({"level": 95}, "lies between 0 and 1"),
        ({"entry": "until"}, "In 240 rows 'until' is not before 'until'"),
        ({"weights": "negative"}, "negative weights"),
    ],
)
def test_what_cannot_be_drawn_says_why(options, expected):
    data = DATA.assign(id=range(N), negative=-1.0)
    with pytest.raises(AnalysisError, match=expected):
        survival_curve(**({"time": "until", "event": "dropout", "data": data} | options))


def test_an_event_may_be_the_second_of_two_levels_even_if_nobody_has_it():
    words = pd.Categorical(["stayed"] * 5, ["stayed", "left"])
    assert (rows(SMALL.assign(dropout=words))["survival"] == 1).all()
    words = np.where(SMALL["dropout"] == 1, "no more", "here")
    np.testing.assert_array_equal(
        rows(SMALL.assign(dropout=words))["survival"], rows(SMALL)["survival"]
    )


def test_times_that_differ_by_rounding_are_ties():
    data = pd.DataFrame({"until": [0.1 + 0.2, 0.3, 0.4], "dropout": 1})
    assert rows(data)["events"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("weighting", "peer"),
    [
        ("logrank", {}),
        ("gehan", {"weight_type": "gb"}),
        ("tarone-ware", {"weight_type": "tw"}),
        ("peto", {"weight_type": "fh", "fh_p": 1}),
    ],
)
@pytest.mark.parametrize("strata", [None, "site"])
def test_logrank_tests_equal_statsmodels(weighting, peer, strata):
    found = logrank("until", "dropout", DATA, "arm", weighting=weighting, strata=strata)
    within = None if strata is None else DATA[strata].to_numpy()
    columns = (DATA[name].to_numpy() for name in ("until", "dropout", "arm"))
    statistic, p_value = survdiff(*columns, strata=within, **peer)
    assert found.statistic == pytest.approx(statistic, rel=1e-10)
    assert found.p_value == pytest.approx(p_value, rel=1e-10)
    assert found.df == 2


def test_logrank_by_hand():
    data = pd.DataFrame({"until": [1, 2, 3, 4, 5, 6], "dropout": 1, "arm": list("aaabbb")})
    found = logrank("until", "dropout", data, "arm")
    expected = 3 / 6 + 2 / 5 + 1 / 4
    variance = 1 / 4 + 2 / 5 * 3 / 5 + 1 / 4 * 3 / 4
    assert found.table["expected"].tolist() == pytest.approx([expected, 6 - expected])
    assert found.statistic == pytest.approx((3 - expected) ** 2 / variance, rel=1e-13)


@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        (DATA.assign(arm="a"), {}, "one group only"),
        (DATA.assign(dropout=0), {}, "Nobody has the event"),
        (DATA, {"weighting": "petto"}, "Did you mean 'peto'"),
        (DATA, {"strata": "sites"}, "Did you mean 'site'"),
    ],
)
def test_what_cannot_be_compared_says_why(data, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        logrank("until", "dropout", data, "arm", **options)


def test_logrank_rejects_as_often_as_it_should():
    rejected = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        stays, ends = rng.exponential(1, 80), rng.exponential(2, 80)
        data = pd.DataFrame({"until": np.minimum(stays, ends), "dropout": stays < ends})
        data["arm"] = np.arange(80) % 2
        rejected += logrank("until", "dropout", data, "arm").p_value < 0.05
    assert abs(rejected / 300 - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 300)
