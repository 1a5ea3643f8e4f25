from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from confstudy.errors import AnalysisError
from confstudy.release.decision import Rules
from confstudy.release.suppression.bounds import bounds
from confstudy.release.suppression.moves import inside
from confstudy.release.suppression.primary import with_margins
from confstudy.release.suppression.suppression import suppression

FEW, MANY = st.integers(1, 9), st.integers(10, 60)
ANY = st.one_of(st.just(0), FEW, MANY)


def published(counts, found):
    return np.where(found.hidden, np.nan, with_margins(counts).astype(float))


def betrayed(shown, counts, found, limit=10):
    """Primary cells whose interval is too narrow."""
    low, high = bounds(shown)
    full = with_margins(counts)
    zeros = (found.reason == "class disclosure") & (full == 0)
    small = found.reason == "threshold"
    return (small & (low > 0)) | ((small | zeros) & (high < limit))


def whole_tables(shown):
    """Every table of whole numbers that agrees with the shown ones, its inner cells in a row."""
    cells = [np.append(inside(shown.shape, n).ravel(), shown.flat[n]) for n in range(shown.size)]
    known = [(line[:-1].astype(bool), line[-1]) for line in cells if not np.isnan(line[-1])]
    found = np.zeros((1, 0), dtype=int)
    for place in range(len(cells[0]) - 1):
        most = int(min(value for inner, value in known if inner[place]))
        found = np.column_stack(
            [np.repeat(found, most + 1, axis=0), np.tile(np.arange(most + 1), len(found))]
        )
        for inner, value in known:
            sums = found @ inner[: place + 1]
            done = not inner[place + 1 :].any()
            found = found[sums == value if done else sums <= value]
            assert len(found) < 2_000_000
    return found


@st.composite
def tables(draw, most=(6, 6, 3), cells=ANY):
    ways = draw(st.integers(1, len(most)))
    shape = tuple(draw(st.integers(1, size)) for size in most[:ways])
    return draw(arrays(np.int64, shape, elements=cells))


@settings(max_examples=40)
@given(tables(), st.booleans())
def test_linear_bounds_tell_no_small_count_and_no_group_of_one_kind(counts, outcome):
    found = suppression(counts, classes=counts.ndim - 1 if outcome else None)
    if found.decision.status == "fail":
        assert counts.sum() < 10 or counts.shape[-1] == 1
        assert found.hidden.all()
    else:
        assert not betrayed(published(counts, found), counts, found).any()
        full = with_margins(counts)
        assert not ((full > 0) & (full < 10) & ~found.hidden).any()


@settings(max_examples=60)
@given(tables(most=(3, 2, 2), cells=st.integers(0, 4)), st.booleans())
def test_whole_numbers_tell_no_sum_of_few_respondents(counts, outcome):
    found = suppression(
        counts, rules=Rules(threshold=3), classes=counts.ndim - 1 if outcome else None
    )
    if found.decision.status == "fail" or counts.size > 8:
        return
    possible = whole_tables(published(counts, found))
    for cell in np.flatnonzero(found.primary):
        values = possible @ inside(found.hidden.shape, cell).ravel()
        if found.reason.flat[cell] == "threshold":
            assert values.min() == 0
            assert values.max() >= 3
        elif not with_margins(counts).flat[cell]:
            assert values.max() >= 3
    for size in range(1, counts.size + 1):
        for cells in map(list, combinations(range(counts.size), size)):
            if 0 < counts.flat[cells].sum() < 3:
                assert len(np.unique(possible[:, cells].sum(axis=1))) > 1


@given(tables(cells=MANY))
def test_a_table_without_small_cells_stays_whole(counts):
    assert not suppression(counts).hidden.any()


def test_one_small_cell_hides_three_others_and_no_margin():
    counts = np.array([[40, 50, 60, 44], [3, 70, 80, 56], [90, 85, 95, 71]])
    found = suppression(counts)
    assert found.hidden.sum() == 4
    assert found.hidden[1, 0]
    assert not found.hidden[-1].any()
    assert not found.hidden[:, -1].any()
    assert np.argwhere(found.primary).tolist() == [[1, 0]]
    assert sorted(found.reason[found.hidden]) == ["secondary"] * 3 + ["threshold"]
    assert found.decision.status == "pass"


@pytest.mark.parametrize(
    ("counts", "classes", "hidden"),
    [
        ([50, 4, 60, 30], None, [1, 3]),
        ([95, 3, 2], None, [0, 1, 2]),
        ([95, 5, 0], None, [0, 1]),
        ([6, 7, 30], None, [0, 1]),
        ([50, 0, 60], None, []),
        ([50, 0, 60], 0, []),
        ([43, 0], 0, [0, 1]),
    ],
)
def test_one_variable(counts, classes, hidden):
    found = suppression(np.array(counts), classes=classes)
    assert np.flatnonzero(found.hidden).tolist() == hidden


def test_the_rules_have_their_names():
    counts = np.array([[43, 0, 0], [95, 3, 2], [60, 40, 30], [50, 41, 52]])
    reason = suppression(counts, classes=1).reason
    assert reason[0, :3].tolist() == ["class disclosure"] * 3
    assert reason[1, :3].tolist() == ["complement", "threshold", "threshold"]
    assert reason[-1, -1] == ""


def test_what_a_cell_leaves_of_its_margin_may_be_nobody():
    counts = np.array([[95, 3, 2], [60, 40, 30], [50, 41, 52]])
    shown = published(counts, suppression(counts))
    _, high = bounds(shown)
    assert high[0, 0] == 100


def test_no_small_count_hides_behind_a_zero_of_a_group_of_one_kind():
    counts = np.array([[2, 0], [1, 2], [1, 2]])
    found = suppression(counts, rules=Rules(threshold=3), classes=1)
    possible = whole_tables(published(counts, found)).reshape(-1, 3, 2)
    assert possible[:, :2, 1].sum(axis=1).min() == 0


def test_every_hidden_margin_of_a_diagonal_table_has_a_partner():
    counts = np.diag([5, 50, 70])
    found = suppression(counts)
    assert not betrayed(published(counts, found), counts, found).any()
    assert not found.hidden[-1, -1]
    assert not found.hidden[:-1, :-1][counts == 0].any()


@pytest.mark.parametrize("seed", range(6))
def test_no_cell_that_protects_could_be_shown(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(10, 90, (5, 6))
    counts.flat[rng.choice(30, 4, replace=False)] = rng.integers(2, 9, 4)
    found = suppression(counts)
    shown = published(counts, found)
    for place in np.argwhere(found.reason == "secondary"):
        opened = shown.copy()
        opened[tuple(place)] = with_margins(counts)[tuple(place)]
        assert betrayed(opened, counts, found).any()


@settings(max_examples=20)
@given(tables(), st.integers(0, 99))
def test_the_order_of_levels_does_not_matter_and_runs_agree(counts, seed):
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(size) for size in counts.shape]
    moved = counts[np.ix_(*orders)]
    first, second = suppression(counts), suppression(moved)
    assert np.array_equal(suppression(counts).hidden, first.hidden)
    ends = np.ix_(*(np.append(order, len(order)) for order in orders))
    assert np.array_equal(first.primary[ends], second.primary)
    if second.decision.status == "pass":
        assert not betrayed(published(moved, second), moved, second).any()


@pytest.mark.parametrize("margins", [0, 1])
def test_cells_hidden_for_another_reason_do_not_follow_from_the_rest(margins):
    counts = np.array([[40, 50, 60], [30, 70, 80], [90, 85, 95]])
    also = np.zeros((3 + margins, 3 + margins), dtype=bool)
    also[0, 1] = True
    found = suppression(counts, also=also)
    low, high = bounds(published(counts, found))
    assert found.reason[0, 1] == "other rule"
    assert low[0, 1] <= 40 < 50 <= high[0, 1]
    assert found.hidden.sum() == 4


def test_a_hidden_margin_hides_as_much_as_protects_it():
    counts = np.array([[40, 50, 60], [30, 70, 80], [90, 85, 95]])
    also = np.zeros((4, 4), dtype=bool)
    also[0, 3] = True
    low, high = bounds(published(counts, suppression(counts, also=also)))
    assert low[0, 3] <= 140 < 150 <= high[0, 3]


@pytest.mark.parametrize(
    ("counts", "options", "rule"),
    [
        ([3, 5], {}, "threshold"),
        ([[50], [60]], {"classes": 1}, "class disclosure"),
        ([50, 0, 0], {"also": [True, False, False]}, "secondary"),
    ],
)
def test_where_nothing_may_be_shown_it_fails_and_hides_all(counts, options, rule):
    if "also" in options:
        options = {"also": np.array(options["also"])}
    found = suppression(np.array(counts), **options)
    assert (found.decision.status, found.decision.rule) == ("fail", rule)
    assert found.hidden.all()


def test_a_table_of_nobody_and_a_table_too_fine():
    assert not suppression(np.zeros((2, 3), dtype=int)).hidden.any()
    fine = suppression(np.random.default_rng(1).poisson(0.1, (10, 10, 10, 10)))
    assert fine.decision.status == "fail"
    assert fine.hidden.all()


def test_four_variables_are_protected():
    counts = np.random.default_rng(4).integers(12, 60, (3, 2, 2, 2))
    counts[0, 0, 0, 0], counts[2, 1, 1, 1] = 4, 7
    found = suppression(counts, classes=3)
    assert not betrayed(published(counts, found), counts, found).any()
    assert found.hidden.sum() <= 32


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (np.zeros((2,) * 5, dtype=int), {}, "one to 4 axes"),
        (np.zeros((0, 2), dtype=int), {}, "no empty one"),
        (np.array([1.5, 20]), {}, "whole numbers from 0 on"),
        (np.array([-1, 20]), {}, "whole numbers from 0 on"),
        (np.array([10, 20]), {"classes": 1}, r"one of \[0\]"),
        (np.array([10, 20]), {"also": np.ones(5, dtype=bool)}, r"the table has \(2,\), or \(3,\)"),
    ],
)
def test_what_is_no_table_is_refused(counts, options, message):
    with pytest.raises(AnalysisError, match=message):
        suppression(counts, **options)


def test_no_count_stands_in_what_is_printed():
    found = suppression(np.array([[4, 87], [91, 76]]))
    assert not any(str(count) in repr(found).split(" at ")[0] for count in (4, 87, 91, 76))
