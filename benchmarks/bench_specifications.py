"""A specification curve of 1,024 linear models, beside statsmodels fitting them one by one."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
import statsmodels.api as sm

from confstudy.claims.specifications import specifications

N, COVARIATES, DRAWS = 1000, 10, 500


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def drawn() -> tuple[pd.DataFrame, list[str]]:
    """Respondents whose exposure matters and shares causes with the outcome."""
    rng = np.random.default_rng(1)
    names = [f"c{place}" for place in range(COVARIATES)]
    data = pd.DataFrame(rng.normal(size=(N, COVARIATES)), columns=names)
    data["x"] = data[names[:4]].sum(axis=1) / 4 + rng.normal(size=N)
    data["y"] = 0.1 * data["x"] + data[names[2:6]].sum(axis=1) / 4 + rng.normal(size=N)
    return data, names


def plainly(data: pd.DataFrame, names: list[str]) -> list[tuple[float, float, float]]:
    """Estimate, standard error and p of each set, one model after the other."""
    columns = data[names].to_numpy()
    base = np.column_stack([np.ones(N), data["x"]])
    found = []
    for place in range(1 << len(names)):
        chosen = (place >> np.arange(len(names)) & 1).astype(bool)
        model = sm.OLS(data["y"].to_numpy(), np.column_stack([base, columns[:, chosen]])).fit()
        found.append((model.params[1], model.bse[1], model.pvalues[1]))
    return found


def main() -> None:
    """Print the seconds and their ratios, after both gave the same numbers."""
    data, names = drawn()
    table = specifications(data, "y", "x", names, draws=0).table
    numbers = table[["estimate", "std_error", "p_value"]].to_numpy(dtype=float)
    difference = float(np.abs(numbers - plainly(data, names)).max())
    print(f"largest difference from statsmodels: {difference:.1e}")
    if difference > 1e-10:
        raise SystemExit("the two do not agree")
    ours = best(lambda: specifications(data, "y", "x", names, draws=0), 5)
    tested = best(lambda: specifications(data, "y", "x", names, draws=DRAWS), 1)
    peer = best(lambda: plainly(data, names), 2)
    print(f"{len(table):,} models at n = {N:,}: {1000 * ours:.0f} ms")
    print(f"statsmodels, plain arrays: {peer:.2f} s ({peer / ours:,.0f} times as long)")
    print(f"with {DRAWS} draws of the joint test: {tested:.2f} s")
    whole = peer * (DRAWS + 1)
    print(f"statsmodels would take {whole:,.0f} s for them ({whole / tested:,.0f} times as long)")


if __name__ == "__main__":
    main()
