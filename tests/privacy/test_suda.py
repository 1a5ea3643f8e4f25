"""SUDA2: worked examples of its literature, and its definition by brute force."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.privacy.risk import risk
from confstudy.privacy.suda import suda_scores

# Templ (2017), Statistical Disclosure Control for Microdata: age, gender, income, education.
BOOK = """20s Male >50k High
20s Male >50k High
20s Male <=50k High
20s Male <=50k High
20s Female <=50k University
20s Female <=50k High
20s Female <=50k Middle
60s Male <=50k University"""
# Benschop, Machingauta and Welch, SDC practice guide: residence, gender, education, labour status.
GUIDE = """Urban Female Secondary- Employed
Urban Female Secondary- Employed
Urban Female Primary- Non-LF
Urban Male Secondary Employed
Rural Female Secondary Unemployed
Urban Male Secondary Employed
Urban Female Primary Non-LF
Urban Male Post-secondary Unemployed
Urban Female Secondary- Non-LF
Urban Female Secondary- Non-LF"""

LEVELS = st.sampled_from(["a", "b", "c", None])
FRAMES = st.lists(st.tuples(*[LEVELS] * 4), min_size=1, max_size=25).map(
    lambda rows: pd.DataFrame(rows, columns=list("wxyz"), dtype=object)
)


@pytest.mark.parametrize(
    ("text", "scores"),
    [(BOOK, [0, 0, 0, 0, 4, 2, 6, 8]), (GUIDE, [0, 0, 6, 0, 12, 0, 6, 10, 0, 0])],
)
def test_the_worked_examples_come_out(text, scores):
    frame = pd.DataFrame([line.split() for line in text.splitlines()], columns=list("abcd"))
    assert suda_scores(frame, list("abcd")).tolist() == scores
    shuffled = frame.astype("category").sample(frac=1, random_state=2)
    found = pd.Series(suda_scores(shuffled, list("abcd")), index=shuffled.index)
    assert found.sort_index().tolist() == scores


def by_definition(frame):
    """A row scores (M − m)! for every set of m columns it alone has, and no part of it."""
    rows = [tuple("∅" if pd.isna(v) else v for v in row) for row in frame.to_numpy()]
    width = frame.shape[1]
    sets = [s for size in range(1, width + 1) for s in combinations(range(width), size)]
    scores = []
    for row in rows:
        alone = [s for s in sets if sum(all(o[c] == row[c] for c in s) for o in rows) == 1]
        minimal = [s for s in alone if not any(set(t) < set(s) for t in alone)]
        scores.append(sum(factorial(width - len(s)) for s in minimal))
    return scores


@given(FRAMES)
def test_scores_equal_the_definition(frame):
    assert suda_scores(frame, list("wxyz")).tolist() == by_definition(frame)


@given(FRAMES)
def test_l_t_and_delta_equal_counting_by_hand(frame):
    found = risk(frame, ["w", "x"], ["y"])
    text = frame.where(frame.notna(), "∅")
    groups = [part["y"] for _, part in text.groupby(["w", "x"])]
    overall = text["y"].value_counts(normalize=True)
    assert found.l["y"] == min(part.nunique() for part in groups)
    shares = [part.value_counts(normalize=True).reindex(overall.index).fillna(0) for part in groups]
    distances = [float((share - overall).abs().sum()) / 2 for share in shares]
    assert found.t["y"] == pytest.approx(max(distances))
    with np.errstate(divide="ignore"):
        ratios = [float(np.abs(np.log(share / overall)).max()) for share in shares]
    assert found.delta["y"] == pytest.approx(max(ratios))


def test_constant_columns_tell_nobody_apart():
    frame = pd.DataFrame({"a": ["x"] * 5, "b": ["y"] * 5, "told": ["n"] * 5})
    found = risk(frame, ["a", "b"], ["told"])
    assert (found.k, found.unique, found.l["told"], found.t["told"]) == (5, 0, 1, 0.0)
    assert suda_scores(frame, ["a", "b"]).tolist() == [0] * 5
