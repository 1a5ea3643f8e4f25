"""µs a replication of n = 300: kernels, the drawing before them, and statsmodels' loops.

Run ``python benchmarks/bench_power.py``. Times are of the processor, the least of several runs.
The peer MCPower is timed where it is installed; the project does not need it.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from functools import partial
from itertools import count
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.miscmodels.ordinal_model import OrderedModel

from confstudy.design.answers import spec
from confstudy.design.batch import Batch
from confstudy.design.curve import power_curve
from confstudy.design.drawing import draw_batch
from confstudy.design.estimands import ate
from confstudy.design.kernels.binary import binary
from confstudy.design.kernels.intercept import intercept
from confstudy.design.kernels.nested import ols_nested
from confstudy.design.kernels.ols import ols
from confstudy.design.kernels.ordered import ordered
from confstudy.design.simple import two_arms

R, N, P, GROUPS = 1000, 300, 3, 30
SIZES = list(range(50, 501, 50))
Floats = NDArray[np.float64]


def micro(work: Callable[[], object], replications: int, times: int = 7) -> float:
    """µs a replication, of the fastest of several runs."""
    work()
    seconds = []
    for _ in range(times):
        start = process_time()
        work()
        seconds.append(process_time() - start)
    return 1e6 * min(seconds) / replications


def data(seed: int = 1) -> dict[str, Floats]:
    """Predictors (R, 1 + P, N) with the intercept, groups, and an outcome of each kind."""
    rng = np.random.default_rng(seed)
    x = np.concatenate([np.ones((R, 1, N)), rng.normal(size=(R, P, N))], axis=1)
    index = 0.3 * x[:, 1] + 0.2 * x[:, 2]
    groups = np.tile(np.arange(N) % GROUPS, (R, 1))
    shared = 0.4 * np.take_along_axis(rng.normal(size=(R, GROUPS)), groups, axis=1)
    logistic = index + rng.logistic(size=(R, N))
    return {
        "x": x, "groups": groups, "ols": index + rng.normal(size=(R, N)),
        "logit": (logistic > 0).astype(float),
        "random intercept": index + shared + rng.normal(size=(R, N)),
        "ordered": np.digitize(logistic, [-2, -0.7, 0.7, 2]).astype(float),
    }  # fmt: skip


def kernels(drawn: dict[str, Floats]) -> dict[str, float]:
    """Every kernel by itself."""
    x, groups, used = drawn["x"], drawn["groups"].astype(np.intp), np.ones((R, N), dtype=bool)
    work: dict[str, Callable[[], object]] = {
        "ols": lambda: ols(drawn["ols"], x, used),
        "logit": lambda: binary(drawn["logit"], x, used),
        "random intercept": lambda: intercept(drawn["random intercept"], x, used, groups),
        "ordered": lambda: ordered(drawn["ordered"], x[:, 1:], used, 5),
    }
    return {name: micro(run, R) for name, run in work.items()}


def specs(drawn: dict[str, Floats]) -> dict[str, float]:
    """The same from a batch to p-values and intervals."""
    answers: dict[str, Any] = {
        "ols": spec("y ~ x1 + x2 + x3", term="x1"),
        "logit": spec("y ~ x1 + x2 + x3", "logit", term="x1"),
        "random intercept": spec("y ~ x1 + x2 + x3", random="1 | therapist", term="x1"),
        "ordered": spec("y ~ x1 + x2 + x3", "ordered", term="x1"),
    }
    found = {}
    for name, answer in answers.items():
        columns = {f"x{j}": drawn["x"][:, j] for j in range(1, P + 1)} | {"y": drawn[name]}
        batch = Batch(0, columns, groups={"therapist": drawn["groups"].astype(np.intp)})
        found[name] = micro(partial(answer.estimates, batch), R)
    return found


def statsmodels(drawn: dict[str, Floats], few: int) -> dict[str, tuple[float, float]]:
    """(arrays, formula) µs a replication of loops over the first ``few`` replications."""

    def looped(model: Callable[[int], Any]) -> float:
        def work() -> None:
            for r in range(few):
                model(r).fit(**({"disp": 0} if name in ("logit", "ordered") else {}))

        return micro(work, few, times=1)

    frames = [
        pd.DataFrame(drawn["x"][r, 1:].T, columns=["x1", "x2", "x3"]).assign(g=drawn["groups"][r])
        for r in range(few)
    ]
    formula, found = "y ~ x1 + x2 + x3", {}
    makers: dict[str, tuple[Callable[[int], Any], Callable[[int], Any]]] = {
        "ols": (
            lambda r: sm.OLS(drawn["ols"][r], drawn["x"][r].T),
            lambda r: sm.OLS.from_formula(formula, frames[r].assign(y=drawn["ols"][r])),
        ),
        "logit": (
            lambda r: sm.Logit(drawn["logit"][r], drawn["x"][r].T),
            lambda r: sm.Logit.from_formula(formula, frames[r].assign(y=drawn["logit"][r])),
        ),
        "random intercept": (
            lambda r: sm.MixedLM(drawn["random intercept"][r], drawn["x"][r].T, drawn["groups"][r]),
            lambda r: sm.MixedLM.from_formula(
                formula, frames[r].assign(y=drawn["random intercept"][r]), groups="g"
            ),
        ),
        "ordered": (
            lambda r: OrderedModel(drawn["ordered"][r].astype(int), drawn["x"][r, 1:].T),
            lambda r: OrderedModel.from_formula(
                formula.replace("~", "~ 0 +"),
                frames[r].assign(y=pd.Categorical(drawn["ordered"][r], ordered=True)),
            ),
        ),
    }
    for name, (arrays, formulas) in makers.items():
        found[name] = looped(arrays), looped(formulas)
    return found


def peer() -> dict[str, float]:
    """MCPower's µs a replication of the same, drawing included; empty where it is absent."""
    if importlib.util.find_spec("mcpower") is None:
        return {}
    import mcpower
    from mcpower import _engine

    _engine.set_n_threads(1)
    found = {}
    for name in ("ols", "logit", "random intercept"):
        shared = " + (1|g)" if name == "random intercept" else ""
        family = {"family": "logit"} if name == "logit" else {}
        model = mcpower.MCPower(f"y = x1 + x2 + x3{shared}", **family)
        if name == "logit":
            model.set_baseline_probability(0.5)
        if shared:
            model.set_cluster("g", ICC=0.14, n_clusters=GROUPS)
        model.set_effects("x1=0.3, x2=0.2, x3=0.0")
        model.set_simulations(10 * R)
        work = partial(
            model.find_power, N, target_test="x1", verbose=False, progress_callback=False
        )
        found[name] = micro(work, 10 * R, 3)
    return found


def nested() -> float:
    """Seconds of ten sample sizes of 10,000 replications."""
    rng = np.random.default_rng(1)
    x = np.concatenate([np.ones((1000, 1, 500)), rng.normal(size=(1000, P, 500))], axis=1)
    y, used = rng.normal(size=(1000, 500)), np.ones((1000, 500), dtype=bool)
    return 10 * 1e-6 * micro(lambda: ols_nested(y, x, used, SIZES), 1000) * 1000


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    drawn = data()
    alone, whole, peers = kernels(drawn), specs(drawn), statsmodels(drawn, 10)
    print(f"µs a replication, n = {N}, {P} predictors")
    print(f"{'':18}{'kernel':>9}{'spec':>9}{'arrays':>11}{'formula':>11}{'arrays/spec':>13}")
    for name in alone:
        arrays, formula = peers[name]
        ratio = arrays / whole[name]
        print(
            f"{name:18}{alone[name]:9.1f}{whole[name]:9.1f}{arrays:11,.0f}{formula:11,.0f}"
            f"{ratio:13,.0f}"
        )
    planned, asked = two_arms(0.25, N // 2, seed=1), ate("y", arm=("treated", "control"))
    answer = spec("y ~ arm")
    batch = draw_batch(planned, 0, R, answer.columns)
    # Other replications each time: arms that were dealt before are kept.
    place = count(R, R)
    drawing = micro(lambda: draw_batch(planned, next(place), R, answer.columns), R)
    analysing = micro(lambda: answer.estimates(batch, asked), R)
    print(f"two arms: drawing {drawing:.1f}, ols {analysing:.1f}")
    curve = partial(power_curve, planned, asked, answer, over={"n": SIZES}, replications=10_000)
    print(f"ten sizes of 10,000 replications, n up to 500: {1e-6 * micro(curve, 1, 3):.2f} s")
    print(f"the same by one pass over nested clients, without drawing: {nested():.2f} s")
    said = ", ".join(f"{name} {time:.1f}" for name, time in peer().items())
    print(f"MCPower, drawing included: {said or 'not installed'}")


if __name__ == "__main__":
    main()
