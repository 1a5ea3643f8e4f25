"""5,000-draw mediation at n = 500, beside statsmodels, a plain NumPy loop and the drawing alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.stats.mediation import Mediation

from confstudy.models.mediation.bootstrap import resamples
from confstudy.models.mediation.build import Model
from confstudy.models.mediation.estimate import fit_sample, resample
from confstudy.models.mediation.exposure import Contrast
from confstudy.models.mediation.linear import LinearPaths
from confstudy.models.mediation.mediate import mediate
from confstudy.models.mediation.stages import Stage

N, DRAWS, FEW = 500, 5000, 25


def best(work: Callable[[], object], times: int = 15) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def plainly(data: pd.DataFrame) -> tuple[float, float]:
    """Percentile limits of the product of coefficients, one resample after the other."""
    rng = np.random.default_rng(1)
    x, m, y = (data[name].to_numpy(dtype=float) for name in ("x", "m", "y"))
    found = np.empty(DRAWS)
    for draw in range(DRAWS):
        i = rng.integers(0, N, N)
        one = np.column_stack([np.ones(N), x[i]])
        two = np.column_stack([one, m[i]])
        a = np.linalg.lstsq(one, m[i], rcond=None)[0][1]
        found[draw] = a * np.linalg.lstsq(two, y[i], rcond=None)[0][2]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def by_statsmodels(data: pd.DataFrame, draws: int) -> object:
    """The peer's nonparametric bootstrap."""
    outcome = sm.OLS.from_formula("y ~ x + m", data)
    mediator = sm.OLS.from_formula("m ~ x", data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Mediation(outcome, mediator, "x", "m").fit(method="bootstrap", n_rep=draws)


def intervals_only(data: pd.DataFrame) -> Callable[[], object]:
    """Drawing, fitting and effects alone, with the equations built."""
    x, m, y = (data[name].to_numpy(dtype=float) for name in ("x", "m", "y"))
    one = np.ones(N)
    stages = (
        Stage("m", "ols", np.column_stack([one, x]), m, ("Intercept", "x")),
        Stage("y", "ols", np.column_stack([one, x, m]), y, ("Intercept", "x", "m")),
    )
    second, third = np.eye(2)[1], np.eye(3)
    paths = LinearPaths(("m",), (second, third[1]), {(1, 0): third[2]})
    nobody = np.zeros(N, dtype=np.intp)
    contrast = Contrast("x", 1.0, 0.0, N)
    model = Model(stages, paths, contrast, nobody, one, None, 0, N, "mean of y")
    return lambda: resample(model, fit_sample(model), resamples(0, DRAWS, N))


def main() -> None:
    """Print the seconds and their ratios, after both gave the same interval."""
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"x": rng.normal(size=N)})
    data["m"] = 0.4 * data["x"] + rng.normal(size=N)
    data["y"] = 0.3 * data["m"] + 0.2 * data["x"] + rng.normal(size=N)
    data["yes"] = (data["y"] > 0).astype(int)
    row = mediate(data, "x", "m", "y", bootstrap=DRAWS).table.iloc[2]
    limits = plainly(data)
    if not np.allclose((row["conf_low"], row["conf_high"]), limits, atol=0.25 * row["std_error"]):
        raise SystemExit("the two do not agree")
    drawing = best(lambda: [counts.shape for counts in resamples(0, DRAWS, N)])
    ours = best(lambda: mediate(data, "x", "m", "y", bootstrap=DRAWS))
    logit = best(lambda: mediate(data, "x", "m", "yes", family="logit", bootstrap=DRAWS), 2)
    loop = best(lambda: plainly(data), 1)
    peer = best(lambda: by_statsmodels(data, FEW), 1) * DRAWS / FEW
    template = intervals_only(data)
    inner = best(template)
    print(f"mediation, {DRAWS:,} draws at n = {N}: {ours:.3f} s")
    print(f"without reading formulas and writing tables: {inner:.3f} s")
    print(f"drawing the resamples alone: {drawing:.3f} s")
    print(f"ours is {inner / drawing:.2f} times the drawing, {ours / drawing:.2f} with the tables")
    print(f"plain NumPy loop: {loop:.2f} s ({loop / ours:,.0f} times as long)")
    print(f"statsmodels, from {FEW} draws: {peer:.0f} s ({peer / ours:,.0f} times as long)")
    print(f"logit outcome, natural effects: {logit:.2f} s")


if __name__ == "__main__":
    main()
