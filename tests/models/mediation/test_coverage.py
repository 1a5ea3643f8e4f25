"""How often intervals hold the truth, and how often there is an effect where there is none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

from confstudy.models.mediation.build import build
from confstudy.models.mediation.infer import infer
from confstudy.models.mediation.mediate import mediate
from confstudy.models.mediation.request import Request

A, B, DIRECT = 0.4, 0.35, 0.2


def linear(rng, n, a=A, b=B):
    x = rng.integers(0, 2, n)
    m = a * x + rng.normal(size=n)
    return pd.DataFrame({"x": x, "m": m, "y": b * m + DIRECT * x + rng.normal(size=n)})


def clustered(rng, n, a=A, b=B):
    """Whole groups of ten are exposed, and the members of a group are alike."""
    group = np.arange(n) // 10
    x = group % 2
    m = a * x + 0.5 * rng.normal(size=n // 10)[group] + rng.normal(size=n)
    y = b * m + DIRECT * x + 0.5 * rng.normal(size=n // 10)[group] + rng.normal(size=n)
    return pd.DataFrame({"x": x, "m": m, "y": y, "group": group})


def logistic(rng, n, a=A, b=B):
    data = linear(rng, n, a, b)
    chance = expit(-0.5 + b * data["m"] + DIRECT * data["x"])
    return data.assign(y=(rng.uniform(size=n) < chance).astype(int))


def natural_indirect():
    z = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    one, none = (expit(-0.5 + DIRECT + B * (a + z)).mean() for a in (A, 0.0))
    return one - none


PLAIN = {
    "exposure": "x", "mediators": ("m",), "outcome": "y", "covariates": (), "family": "ols",
    "mediator_families": ("ols",), "levels": (0, 1), "interaction": False, "serial": False,
    "within": False, "scale": "difference", "at_least": None, "cluster": None, "weights": None,
    "interval": "percentile", "errors": None,
}  # fmt: skip


def intervals(draw, n, repeats, seed, term="indirect", bootstrap=0, **options):
    """Limits and p-values of many samples (repeats, 3); the formula is read once."""
    rng = np.random.default_rng(seed)
    request = Request(**{**PLAIN, **({} if bootstrap else {"interval": "delta"}), **options})
    template = build(request, draw(rng, n))
    one, two = template.stages
    found = []
    for repeat in range(repeats):
        data = draw(rng, n)
        x, m, y = (data[name].to_numpy(dtype=float) for name in "xmy")
        first = replace(one, matrix=np.column_stack([np.ones(n), x]), outcome=m)
        second = replace(two, matrix=np.column_stack([np.ones(n), x, m]), outcome=y)
        model = replace(template, stages=(first, second))
        table = infer(model, request, bootstrap, repeat, 0.95).effects
        row = table[table["term"] == term].iloc[0]
        found.append((row["conf_low"], row["conf_high"], row["p_value"]))
    return np.array(found)


def test_reading_the_formula_once_gives_what_mediate_gives():
    found = intervals(linear, 90, 3, 4, bootstrap=60)
    rng = np.random.default_rng(4)
    samples = [linear(rng, 90) for _ in range(4)]
    table = mediate(samples[3], "x", "m", "y", bootstrap=60, seed=2).table
    np.testing.assert_allclose(found[2, :2], table.loc[2, ["conf_low", "conf_high"]].to_list())


def share(found, truth):
    return ((found[:, 0] <= truth) & (truth <= found[:, 1])).mean()


def bounds(nominal, repeats, slack):
    """Four Monte Carlo errors, and what the method itself is off by at this sample size."""
    return 4 * np.sqrt(nominal * (1 - nominal) / repeats) + slack


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(interval):
    found = intervals(linear, 120, 100, 1, bootstrap=300, interval=interval)
    assert abs(share(found, A * B) - 0.95) < bounds(0.95, 100, 0.0)


def test_an_effect_is_rarely_found_where_there_is_none():
    found = intervals(lambda rng, n: linear(rng, n, b=0.0), 120, 100, 2, bootstrap=300)
    assert (found[:, 2] < 0.05).mean() < 0.05 + bounds(0.05, 100, 0.0)


@pytest.mark.validate
@pytest.mark.parametrize(
    ("name", "draw", "options", "slack"),
    [
        ("percentile", linear, {"bootstrap": 600}, 0.01),
        ("bca", linear, {"bootstrap": 600, "interval": "bca"}, 0.01),
        ("montecarlo", linear, {"bootstrap": 600, "interval": "montecarlo"}, 0.01),
        ("delta", linear, {"bootstrap": 0}, 0.02),
        ("clusters", clustered, {"bootstrap": 600, "cluster": "group"}, 0.02),
        ("robust", clustered, {"bootstrap": 0, "cluster": "group"}, 0.025),
        ("logit", logistic, {"bootstrap": 300, "family": "logit"}, 0.015),
        ("logit delta", logistic, {"bootstrap": 0, "family": "logit"}, 0.02),
    ],
)
def test_coverage(name, draw, options, slack):
    truth = natural_indirect() if draw is logistic else A * B
    repeats = 300 if draw is logistic and options["bootstrap"] else 1000
    covered = share(intervals(draw, 400, repeats, len(name), **options), truth)
    assert abs(covered - 0.95) < bounds(0.95, repeats, slack)


@pytest.mark.validate
@pytest.mark.parametrize("draw", [linear, logistic, clustered])
@pytest.mark.parametrize(("a", "b"), [(0.0, B), (A, 0.0), (0.0, 0.0)])
def test_false_positives(draw, a, b):
    options = {"family": "logit"} if draw is logistic else {}
    options |= {"cluster": "group"} if draw is clustered else {}
    repeats, slack = 200 if draw is logistic else 600, 0.02 if draw is clustered else 0.01
    options["bootstrap"] = 200 if draw is logistic else 400
    found = intervals(lambda rng, n: draw(rng, n, a, b), 400, repeats, 3, **options)
    assert (found[:, 2] < 0.05).mean() < 0.05 + bounds(0.05, repeats, slack)


@pytest.mark.validate
def test_ignoring_clusters_covers_too_rarely():
    alone = share(intervals(clustered, 400, 400, 5, term="total", bootstrap=0), A * B + DIRECT)
    grouped = share(
        intervals(clustered, 400, 400, 5, term="total", bootstrap=0, cluster="group"),
        A * B + DIRECT,
    )
    assert alone < 0.85 < 0.9 < grouped
