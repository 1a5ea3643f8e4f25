import numpy as np
import pandas as pd
import pytest
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.survival.rmst import rmst

RNG = np.random.default_rng(47)
N = 200
DATA = pd.DataFrame(
    {
        "until": RNG.exponential(8, N).round(1).clip(0.1, 12),
        "arm": RNG.choice(["a", "b", "c"], N),
        "w": RNG.integers(1, 4, N).astype(float),
        "clinic": RNG.integers(0, 20, N),
    }
)
DATA["dropout"] = (DATA["until"] < 12).astype(int)
SMALL = pd.DataFrame({"until": [2.0, 4, 4, 6, 9], "dropout": [1, 1, 0, 1, 0]})


def test_the_area_and_its_error_by_hand():
    found = rmst("until", "dropout", SMALL, end=8).means.iloc[0]
    # Survival is 1 to 2, .8 to 4, .6 to 6, .3 after.
    assert found["estimate"] == pytest.approx(2 + 2 * 0.8 + 2 * 0.6 + 2 * 0.3, rel=1e-14)
    areas = np.array([2 * 0.8 + 2 * 0.6 + 2 * 0.3, 2 * 0.6 + 2 * 0.3, 2 * 0.3])
    variance = (areas**2 * [1 / (5 * 4), 1 / (4 * 3), 1 / (2 * 1)]).sum()
    assert found["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-14)


def test_without_censoring_it_is_the_mean_of_the_cut_times():
    data = DATA.assign(dropout=1)
    found = rmst("until", "dropout", data, "arm", end=7)
    cut = np.minimum(data["until"], 7)
    for row, (_, part) in zip(
        found.means.to_dict("records"), cut.groupby(DATA["arm"]), strict=True
    ):
        assert row["estimate"] == pytest.approx(part.mean(), rel=1e-12)
        assert row["std_error"] == pytest.approx(part.std(ddof=0) / np.sqrt(len(part)), rel=1e-12)


def test_differences_are_from_the_first_group():
    found = rmst("until", "dropout", DATA, "arm", end=10)
    means, table = found.means.to_dict("list"), found.table
    assert table["term"].tolist() == ["arm[T.b]", "arm[T.c]"]
    np.testing.assert_allclose(
        table["estimate"], np.subtract(means["estimate"][1:], means["estimate"][0])
    )
    error = np.hypot(means["std_error"][1:], means["std_error"][0])
    np.testing.assert_allclose(table["std_error"], error)
    p_value = 2 * stats.norm.sf(np.abs(table["estimate"] / error))
    np.testing.assert_allclose(table["p_value"], p_value)


def test_the_default_end_is_the_last_time_all_groups_are_seen():
    data = DATA[(DATA["arm"] != "a") | (DATA["until"] < 9)]
    found = rmst("until", "dropout", data, "arm")
    assert found.end == data.loc[data["arm"] == "a", "until"].max()
    censored = SMALL.assign(dropout=[1, 1, 0, 1, 0])
    with pytest.raises(AnalysisError, match="after the last observation"):
        rmst("until", "dropout", censored, end=10)
    # A curve that has come down to 0 is known for ever.
    assert rmst("until", "dropout", SMALL.assign(dropout=1), end=20).means["estimate"][0] == 5


def test_weighted_and_clustered_errors():
    plain = rmst("until", "dropout", DATA, "arm", end=10)
    one = rmst("until", "dropout", DATA.assign(one=1.0), "arm", end=10, weights="one")
    np.testing.assert_allclose(one.table["std_error"], plain.table["std_error"], rtol=1e-12)
    twice = pd.concat([DATA, DATA]).assign(id=lambda d: d.index)
    again = rmst("until", "dropout", twice, "arm", end=10, cluster="id")
    np.testing.assert_allclose(again.table["std_error"], plain.table["std_error"], rtol=1e-12)


def test_a_cluster_ties_the_groups_together():
    data = DATA.assign(arm=np.where(np.arange(N) % 2, "b", "a"), clinic=np.arange(N) // 2)
    clustered = rmst("until", "dropout", data, "arm", end=10, cluster="clinic")
    base = rmst("until", "dropout", data, "arm", end=10).table["estimate"][0]
    left = [
        rmst("until", "dropout", data[data["clinic"] != c], "arm", end=10).table["estimate"][0]
        for c in range(N // 2)
    ]
    jackknife = np.sqrt(((np.array(left) - base) ** 2).sum())
    assert clustered.table["std_error"][0] == pytest.approx(jackknife, rel=0.03)
    assert clustered.table["df"][0] == N // 2 - 1


def test_weights_and_clusters_equal_the_residuals_of_survfit():
    rng = np.random.default_rng(29)
    x, clinic, weight = rng.normal(size=90), np.arange(90) % 9, rng.integers(1, 5, 90)
    stays = rng.exponential(5 * np.exp(0.5 * x + rng.normal(0, 0.8, 9)[clinic]))
    data = pd.DataFrame({"until": np.ceil(np.minimum(stays, 9)), "dropout": stays < 9})
    data = data.assign(w=weight, clinic=clinic)
    found = rmst("until", "dropout", data, end=7, weights="w", cluster="clinic")
    # R: residuals(survfit(…, weights = w, cluster = g), times = 7, type = "rmst"), by cluster
    assert found.table["std_error"][0] == pytest.approx(0.609649066776, rel=1e-10)


@pytest.mark.parametrize(("by", "cluster"), [(None, "one"), ("arm", "arm")])
def test_one_cluster_a_group_is_refused(by, cluster):
    with pytest.raises(AnalysisError, match=f"'{cluster}'.* (one group|only)"):
        rmst("until", "dropout", DATA.assign(one=1), by, end=5, cluster=cluster)


def test_nobody_leaving_has_no_test_and_says_nothing_false():
    table = rmst("until", "dropout", SMALL.assign(dropout=0), end=4).table
    assert table["estimate"][0] == 4
    assert table[["statistic", "p_value", "conf_low"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("end", "expected"), [(0, "after 0"), (np.nan, "after 0"), (99, "after the last")]
)
def test_an_end_that_cannot_be_is_refused(end, expected):
    with pytest.raises(AnalysisError, match=expected):
        rmst("until", "dropout", DATA, end=end)


def covered(seeds):
    # Exponential times of rates 1 and .6: the mean to 2 is (1 − exp(−2 rate)) / rate.
    truth = (1 - np.exp(-1.2)) / 0.6 - (1 - np.exp(-2))
    hits = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        arm = rng.integers(0, 2, 160)
        stays, ends = rng.exponential(1 / np.where(arm, 0.6, 1)), rng.uniform(1, 5, 160)
        ends[:4] = 6
        data = pd.DataFrame({"until": np.minimum(stays, ends), "dropout": stays < ends, "arm": arm})
        row = rmst("until", "dropout", data, "arm", end=2).table.iloc[0]
        hits += row["conf_low"] < truth < row["conf_high"]
    return hits / len(seeds)


def test_intervals_cover_the_truth():
    assert abs(covered(range(200)) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 200)


@pytest.mark.validate
def test_intervals_cover_the_truth_over_many_samples():
    assert abs(covered(range(3000)) - 0.95) < 0.005 + 4 * np.sqrt(0.95 * 0.05 / 3000)
