"""Whether intervals hold the truth as often as they say, and tests reject no more than that."""

import numpy as np
import pandas as pd
import pytest

from confstudy.models.latent.sem import sem

MODEL = "f =~ a + b + c + d\ny ~ s*f"
TRUTH = {"f =~ b": 0.7 / 0.8, "y ~ f": 0.4 / 0.8, "f ~~ f": 0.64}


def answers(rng, n, kind):
    if kind == "cluster":
        f = np.sqrt(0.3) * np.repeat(rng.normal(size=n // 5), 5) + rng.normal(0, np.sqrt(0.7), n)
    else:
        f = rng.normal(size=n)
    noise = rng.normal(size=(n, 5))
    if kind == "mlr":
        noise = (rng.chisquare(3, size=(n, 5)) - 3) / np.sqrt(6)
    sizes = np.array([0.8, 0.7, 0.6, 0.5, 0.4])
    frame = pd.DataFrame(sizes * f[:, None] + np.sqrt(1 - sizes**2) * noise, columns=list("abcdy"))
    if kind == "wlsmv":
        return frame.apply(lambda column: np.digitize(column, [-0.8, 0.2, 1.0]))
    if kind == "fiml":
        # Whether c and d are answered depends on a, which is.
        frame.loc[rng.uniform(size=n) < 0.5 / (1 + np.exp(-frame["a"])), ["c", "d"]] = np.nan
    return frame.assign(place=np.arange(n) // 5)


def study(kind, draws, n, seed):
    rng = np.random.default_rng(seed)
    options = {"cluster": "place"} if kind == "cluster" else {"estimator": kind}
    held, rejected = np.zeros(len(TRUTH)), 0
    for _ in range(draws):
        found = sem(MODEL, answers(rng, n, kind), **options)
        table = found.table.set_index("term").loc[list(TRUTH)]
        truth = np.array(list(TRUTH.values()))
        held += (table["conf_low"].to_numpy() < truth) & (truth < table["conf_high"].to_numpy())
        rejected += found.fit.get("p_value_scaled", found.fit["p_value"]) < 0.05
    return held / draws, rejected / draws


def within(share, nominal, draws, slack):
    return abs(share - nominal) < 4 * np.sqrt(nominal * (1 - nominal) / draws) + slack


@pytest.mark.parametrize("kind", ["ml", "mlr", "fiml", "cluster", "wlsmv"])
def test_intervals_and_tests_in_few_samples(kind):
    held, rejected = study(kind, 60, 400, 11)
    assert all(within(share, 0.95, 60, 0.02) for share in held)
    assert within(rejected, 0.05, 60, 0.02)


@pytest.mark.validate
@pytest.mark.parametrize("kind", ["ml", "mlr", "fiml", "cluster", "wlsmv"])
def test_intervals_and_tests_in_many_samples(kind):
    held, rejected = study(kind, 2000, 600, 12)
    # Wald intervals of variances are a little short at this size.
    assert all(within(share, 0.95, 2000, 0.008) for share in held)
    assert within(rejected, 0.05, 2000, 0.01)
