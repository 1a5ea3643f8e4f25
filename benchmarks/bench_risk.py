"""Disclosure risk on 10⁶ respondents × 6 quasi-identifiers, beside plain pandas in the same run."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd

from confstudy.privacy.risk import risk
from confstudy.privacy.suda import suda_scores

ROWS = 1_000_000
LEVELS = (90, 2, 52, 16, 8, 6)


def best(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def plainly(frame: pd.DataFrame, quasi: list[str], sensitive: str) -> tuple[int, int, float, int]:
    """k, l, t and uniques by groupby alone."""
    sizes = frame.groupby(quasi, observed=True).size()
    diversity = frame.groupby(quasi, observed=True)[sensitive].nunique()
    joint = pd.crosstab([frame[name] for name in quasi], frame[sensitive])
    shares = joint.div(joint.sum(axis=1), axis=0)
    overall = frame[sensitive].value_counts(normalize=True).reindex(shares.columns)
    distance = shares.sub(overall).abs().sum(axis=1).max() / 2
    return int(sizes.min()), int(diversity.min()), float(distance), int((sizes == 1).sum())


def main() -> None:
    """Print the seconds and their ratio, after both gave the same numbers."""
    rng = np.random.default_rng(1)
    columns = {f"q{i}": rng.integers(0, n, ROWS) for i, n in enumerate(LEVELS)}
    frame = pd.DataFrame(columns).astype("str").astype("category")
    quasi = list(frame.columns)
    frame["told"] = pd.Categorical(rng.choice(["no", "some", "all"], ROWS))
    found, plain = risk(frame, quasi, ["told"]), plainly(frame, quasi, "told")
    same = (found.k, found.l["told"], found.unique) == (plain[0], plain[1], plain[3])
    if not same or abs(found.t["told"] - plain[2]) > 1e-12:
        raise SystemExit("the two do not agree")
    ours = best(lambda: risk(frame, quasi, ["told"]))
    theirs = best(lambda: plainly(frame, quasi, "told"))
    scores = best(lambda: suda_scores(frame, quasi))
    print(f"k + l + t + δ + uniques, {ROWS:,} × {len(quasi)}: {ours:.3f} s")
    print(f"k + l + t + uniques by pandas: {theirs:.3f} s ({theirs / ours:.1f} times as long)")
    print(f"SUDA2 scores: {scores:.3f} s ({scores / ours:.1f} times the measures)")


if __name__ == "__main__":
    main()
