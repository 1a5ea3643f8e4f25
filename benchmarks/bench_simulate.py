"""A survey of 34 columns on one core, beside plain NumPy and a loop over rows.

The plain script is what one would write for this model alone: whole columns of float64, and the
answers as int8 at the end. The aim: at least 6 times as fast as it, in at most 1.8 times the
memory of what is drawn. A first draw, which compiles, is not counted.
"""

from __future__ import annotations

import tempfile
import tracemalloc
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from math import sqrt
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa

from confstudy.simulate.measure.measurement import cuts_for, loading_for
from confstudy.simulate.model.read import parse_structure
from confstudy.simulate.stream import draw

#: Rows, and how often each is drawn; the fastest counts.
ROWS = {10_000: 30, 1_000_000: 5, 10_000_000: 2}
LOOPED = 2_000
#: A row that is drawn: 33 columns of int8 and the therapist's of int32.
BYTES = 33 + 4
#: Kept alive: what Arrow has cached stands in them.
POOLS: list[pa.MemoryPool] = []
Columns = dict[str, np.ndarray]

SHARES = {
    "age": [0.30, 0.45, 0.25],
    "gender": [0.62, 0.35, 0.03],
    "region": [0.30, 0.25, 0.25, 0.20],
    "concern": [0.20, 0.15, 0.30, 0.25, 0.10],
}
CHANCES = {"E": 0.35, "B0": 0.10, "tele": 0.30}
RETURN = [-1.5, -0.8, 0, 0.8]
#: Scale → its latent, its number of items, α, points, and which items are reversed.
SCALES = {
    "privacy": ("P", 6, 0.85, 5, {2, 5}),
    "alliance": ("T", 12, 0.90, 5, set()),
    "stigma": ("S", 4, 0.80, 7, set()),
}
MODEL = f"""\
name: benchmark
codebook: CODEBOOK
variables:
  K: {{level: therapist, noise: 1}}
  A: {{kind: arm, arms: [none, conditional, absolute], within: therapist}}
  S: {{noise: 1}}
  V: {{noise: 1}}
  P:
    intercept: 0.055
    paths: {{"A[conditional]": 0.45, "A[absolute]": 1.01, K: 0.2, S: -0.3, B0: -0.3, tele: -0.05}}
    noise: 0.926
  T: {{paths: {{P: 0.5, S: -0.1, V: -0.1}}, therapist: 0.2, noise: 0.8}}
  O: {{paths: {{P: 0.2, "E:P": 0.2, T: 0.3, S: -0.2, E: -0.2}}, noise: 0.83}}
  D: {{kind: binary, intercept: -0.24, paths: {{O: 0.6}}, noise: 0.79}}
  N: {{kind: binary, intercept: -0.41, paths: {{O: -0.5, E: 0.35}}, noise: 0.83}}
  R: {{kind: ordinal, intercept: 0.07, paths: {{T: 0.45, P: 0.25}}, cuts: {RETURN}, noise: 0.79}}
{"".join(f"  {name}: {{kind: binary, share: {p}}}{chr(10)}" for name, p in CHANCES.items())}\
{"".join(f"  {name}: {{kind: category, shares: {p}}}{chr(10)}" for name, p in SHARES.items())}\
scales:
{"".join(f"  {name}: {{of: {s[0]}, alpha: {s[2]}}}{chr(10)}" for name, s in SCALES.items())}\
columns: {{arm: A, {", ".join(f"c{name}: {name}" for name in [*CHANCES, *SHARES, "D", "N", "R"])}}}
nonresponse: {{unit: {{intercept: 0}}}}
"""


def codebook() -> str:
    """The 34 columns as a codebook."""
    levels = {f"c{name}": 2 for name in [*CHANCES, "D", "N"]} | {"arm": 3, "cR": 5}
    levels |= {f"c{name}": len(shares) for name, shares in SHARES.items()}
    lines = ["name: benchmark", "design: {cluster: therapist}", "variables:"]
    lines += ["  therapist: {type: code, role: cluster}"]
    for name, k in levels.items():
        lines.append(f"  {name}: {{type: ordinal, levels: [{', '.join('abcde'[:k])}]}}")
    for name, (_, items, *_) in SCALES.items():
        lines += [f"  {name}_{i + 1}: {{type: item}}" for i in range(items)]
    lines += ["scales:"]
    for name, (_, items, _, points, turned) in SCALES.items():
        reverse = [f"{name}_{i}" for i in sorted(turned)]
        lines.append(
            f"  {name}: {{items: {name}_1..{items}, points: [1, {points}], "
            f"reverse: [{', '.join(reverse)}]}}"
        )
    return "\n".join(lines)


def plain(n: int, seed: int = 1) -> Columns:
    """Whole columns at once."""
    rng, j = np.random.default_rng(seed), max(1, n // 20)
    t = np.arange(n) * j // n
    order = np.lexsort((rng.random(n), t))
    place = np.empty(n, np.int64)
    place[order] = np.arange(n) - np.searchsorted(t, t)
    a = (place + rng.integers(0, 3, j)[t]) % 3
    k, u = rng.standard_normal(j)[t], rng.standard_normal(j)[t]
    s, v = rng.standard_normal(n), rng.standard_normal(n)
    e, b0, tele = (rng.random(n) < chance for chance in CHANCES.values())
    p = 0.055 + 0.45 * (a == 1) + 1.01 * (a == 2) + 0.2 * k - 0.3 * s - 0.3 * b0 - 0.05 * tele
    p += 0.926 * rng.standard_normal(n)
    trust = 0.5 * p - 0.1 * s - 0.1 * v + 0.2 * u + 0.8 * rng.standard_normal(n)
    o = 0.2 * p + 0.2 * e * p + 0.3 * trust - 0.2 * s - 0.2 * e + 0.83 * rng.standard_normal(n)
    columns = {"A": a, "E": e, "B0": b0, "tele": tele}
    columns["D"] = -0.24 + 0.6 * o + 0.79 * rng.standard_normal(n) > 0
    columns["N"] = -0.41 - 0.5 * o + 0.35 * e + 0.83 * rng.standard_normal(n) > 0
    intends = 0.07 + 0.45 * trust + 0.25 * p + 0.79 * rng.standard_normal(n)
    columns["R"] = np.searchsorted(RETURN, intends)
    for name, shares in SHARES.items():
        columns[name] = np.searchsorted(np.cumsum(shares)[:-1], rng.random(n))
    columns = {name: column.astype(np.int8) for name, column in columns.items()}
    latents = {"P": p, "T": trust, "S": s}
    for name, (of, items, alpha, points, turned) in SCALES.items():
        loading, cuts = loading_for(alpha, items, points), cuts_for(points)
        for i in range(1, items + 1):
            strength = loading * latents[of] + sqrt(1 - loading**2) * rng.standard_normal(n)
            answer = (1 + np.searchsorted(cuts, strength)).astype(np.int8)
            columns[f"{name}_{i}"] = points + 1 - answer if i in turned else answer
    return {"therapist": t.astype(np.int32), **columns}


def looped(n: int, seed: int = 1) -> list[dict[str, int]]:
    """Row by row."""
    rng, rows = np.random.default_rng(seed), []
    normal = rng.standard_normal
    for t in range(n // 20):
        k, u = normal(), normal()
        for a in rng.permutation([i % 3 for i in range(20)]):
            s, v = normal(), normal()
            e, b0, tele = (rng.random() < chance for chance in CHANCES.values())
            p = 0.055 + (0, 0.45, 1.01)[a] + 0.2 * k - 0.3 * s - 0.3 * b0 - 0.05 * tele
            p += 0.926 * normal()
            trust = 0.5 * p - 0.1 * s - 0.1 * v + 0.2 * u + 0.8 * normal()
            o = 0.2 * p + 0.2 * e * p + 0.3 * trust - 0.2 * s - 0.2 * e + 0.83 * normal()
            row = {"therapist": t, "A": a, "E": int(e), "B0": int(b0), "tele": int(tele)}
            row["D"] = int(-0.24 + 0.6 * o + 0.79 * normal() > 0)
            row["N"] = int(-0.41 - 0.5 * o + 0.35 * e + 0.83 * normal() > 0)
            row["R"] = bisect_left(RETURN, 0.07 + 0.45 * trust + 0.25 * p + 0.79 * normal())
            for name, shares in SHARES.items():
                row[name] = bisect_left(list(accumulate(shares[:-1])), rng.random())
            latents = {"P": p, "T": trust, "S": s}
            for name, (of, items, alpha, points, turned) in SCALES.items():
                loading, cuts = loading_for(alpha, items, points), cuts_for(points).tolist()
                for i in range(1, items + 1):
                    strength = loading * latents[of] + sqrt(1 - loading**2) * normal()
                    answer = 1 + bisect_left(cuts, strength)
                    row[f"{name}_{i}"] = points + 1 - answer if i in turned else answer
            rows.append(row)
    return rows


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def held(work: Callable[[], pa.Table]) -> float:
    """The most bytes held at once by Python, NumPy and Arrow, over those of the rows drawn."""
    pool = pa.proxy_memory_pool(pa.default_memory_pool())
    POOLS.append(pool)
    pa.set_memory_pool(pool)
    tracemalloc.start()
    rows = work().num_rows
    most = tracemalloc.get_traced_memory()[1] + pool.max_memory()
    tracemalloc.stop()
    pa.set_memory_pool(pa.default_memory_pool())
    return most / (rows * BYTES)


def main() -> None:
    """Print nanoseconds a row, their ratios and the memory, after the means agreed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.yaml"
        path.write_text(codebook(), "utf-8")
        model = parse_structure(MODEL.replace("CODEBOOK", path.as_posix()))
        ours, theirs = draw(model, clients=200_000, seed=1), plain(200_000)
        if ours.num_columns != 34 or len(theirs) != 34:
            raise SystemExit("there are not 34 columns")
        for name in ("privacy_1", "privacy_2", "alliance_12", "stigma_4"):
            if abs(ours[name].to_numpy().mean() - theirs[name].mean()) > 0.02:
                raise SystemExit(f"the two do not agree on {name}")
        loop = best(lambda: looped(LOOPED), 2) / LOOPED * 1e9
        print(f"{'rows':>10} {'ours':>7} {'plain':>7} {'loop':>8} ns/row {'plain/ours':>11}"
              f" {'loop/ours':>10} {'peak/output':>12}")  # fmt: skip
        for n, times in ROWS.items():
            mine = best(lambda n=n: draw(model, clients=n, seed=1), times) / n * 1e9
            other = best(lambda n=n: plain(n), times) / n * 1e9
            memory = held(lambda n=n: draw(model, clients=n, seed=1))
            print(f"{n:10,} {mine:7.0f} {other:7.0f} {loop:8.0f}        {other / mine:11.1f}"
                  f" {loop / mine:10.0f} {memory:12.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
