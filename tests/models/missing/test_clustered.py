import numpy as np
import pandas as pd
import pytest

from confstudy.models.missing.impute import impute


def clustered(seed=1, groups=60, size=10, sd=1.0):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    x = rng.normal(size=len(group))
    y = x + sd * rng.normal(size=groups)[group] + rng.normal(size=len(group))
    return pd.DataFrame({"g": group, "x": x, "y": y})


def intraclass(frame):
    table = frame.assign(r=frame["y"] - frame["x"]).groupby("g")["r"]
    size = len(frame) / table.ngroups
    within, means = table.var().mean(), table.mean().var()
    between = means - within / size
    return between / (between + within)


@pytest.mark.parametrize("method", ["normal", "pmm"])
def test_a_random_intercept_keeps_clusters_alike(method):
    data = clustered(groups=120)
    data.loc[np.random.default_rng(2).uniform(size=len(data)) < 0.5, "y"] = np.nan
    found = {
        cluster: np.mean([
            intraclass(done)
            for done in impute(data[["x", "y", "g"]] if cluster else data[["x", "y"]],
                               m=5, iterations=5, methods={"y": method}, cluster=cluster)
            for done in [done.assign(g=data["g"])]
        ])
        for cluster in ("g", None)
    }  # fmt: skip
    assert found["g"] == pytest.approx(0.5, abs=0.08)
    assert found[None] < 0.3


def test_a_cluster_nobody_of_which_answered_is_drawn_from_all_clusters():
    data = clustered()
    data.loc[data["g"] == 7, "y"] = np.nan
    values = impute(data, m=30, iterations=5, methods={"y": "normal"}, cluster="g").values("y")
    assert 0.5 < values.mean(axis=1).std() < 1.8


def test_two_levels_with_clusters_are_drawn_by_probit():
    data = clustered(groups=100)
    data["y"] = (data["y"] > 0).astype(float)
    shares = data.groupby("g")["y"].mean()
    data.loc[np.random.default_rng(3).uniform(size=len(data)) < 0.4, "y"] = np.nan
    imputed = impute(data, m=4, iterations=5, cluster="g")
    assert imputed.table["scale"].tolist() == ["probit"]
    done = [frame.groupby("g")["y"].mean() for frame in imputed]
    assert np.corrcoef(shares, np.mean(done, axis=0))[0, 1] > 0.8
    assert np.mean([frame["y"].mean() for frame in imputed]) == pytest.approx(
        shares.mean(), abs=0.05
    )


def test_other_types_with_clusters_keep_their_levels():
    data = clustered()
    data["count"] = np.abs(data["y"]).round()
    data["rank"] = pd.Categorical.from_codes(
        np.digitize(data["y"], [-1, 1]), ["low", "mid", "high"], ordered=True
    )
    data["kind"] = data["rank"].astype("str")
    holes = np.random.default_rng(4).uniform(size=(len(data), 3)) < 0.2
    names = ["count", "rank", "kind"]
    data[names] = data[names].mask(holes)
    imputed = impute(data, m=2, iterations=2, cluster="g", methods={"count": "count"})
    for done in imputed:
        assert not done.isna().any(axis=None)
        assert set(done["count"]) <= set(data["count"].dropna())
        assert set(done["kind"]) <= {"low", "mid", "high"}
