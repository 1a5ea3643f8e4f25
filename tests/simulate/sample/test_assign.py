from collections import Counter

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.assign import Assignment, assign, cross

THREE = Assignment(arms=("none", "conditional", "absolute"))


def spread(codes, arms):
    return np.ptp(np.bincount(codes, minlength=arms))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 100, 1201])
@pytest.mark.parametrize("seed", [1, 2])
def test_complete_assignment_is_balanced_to_one(n, seed):
    given = assign(THREE, "A", n, Streams(seed))
    assert len(given) == n
    assert spread(given, 3) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_blocks_are_balanced_to_one_and_so_is_the_whole(seed):
    therapist = np.random.default_rng(seed).integers(0, 40, 611)
    declared = THREE.model_copy(update={"within": ("therapist",)})
    given = assign(declared, "A", 611, Streams(seed), {"therapist": therapist})
    assert max(spread(given[therapist == j], 3) for j in range(40)) <= 1
    assert spread(given, 3) <= 1


def test_blocks_within_blocks_are_balanced_at_both_levels():
    rng = np.random.default_rng(3)
    groups = {"setting": rng.choice(["school", "private"], 300), "age": rng.integers(0, 4, 300)}
    declared = Assignment(arms=("a", "b"), within=("setting", "age"))
    given = assign(declared, "A", 300, Streams(1), groups)
    for setting in ("school", "private"):
        inside = groups["setting"] == setting
        assert spread(given[inside], 2) <= 1
        assert all(spread(given[inside & (groups["age"] == age)], 2) <= 1 for age in range(4))


@pytest.mark.parametrize("shares", [(), (0.7, 0.2, 0.1)])
def test_clusters_are_assigned_whole(shares):
    cluster = np.random.default_rng(1).integers(0, 31, 500)
    declared = Assignment(arms=("a", "b", "c"), shares=shares, cluster="practice")
    given = assign(declared, "A", 500, Streams(4), {"practice": cluster})
    arms = [set(given[cluster == j]) for j in range(31)]
    assert all(len(found) == 1 for found in arms)
    counts = np.bincount([found.pop() for found in arms])
    assert (abs(counts - 31 * np.array(shares or [1 / 3] * 3)) < 1).all()


def test_clusters_are_balanced_within_strata():
    practice = np.repeat(np.arange(20), 7)
    groups = {"practice": practice, "setting": practice % 3}
    declared = Assignment(arms=("a", "b"), cluster="practice", within="setting")
    given = assign(declared, "A", 140, Streams(1), groups)[::7]
    assert all(spread(given[np.arange(20) % 3 == setting], 2) <= 1 for setting in range(3))


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.9, 0.05, 0.05), (1 / 3, 1 / 3, 1 / 3)])
def test_unequal_shares_are_rounded_in_every_block_and_near_over_all(shares):
    block = np.repeat(np.arange(60), 7)
    declared = Assignment(arms=("a", "b", "c"), shares=shares, within="block")
    for seed in range(5):
        given = assign(declared, "A", 420, Streams(seed), {"block": block})
        counts = np.stack([np.bincount(given[block == j], minlength=3) for j in range(60)])
        assert (abs(counts - 7 * np.array(shares)) < 1).all()
        assert (abs(counts.sum(axis=0) - 420 * np.array(shares)) < 2).all()


def test_whole_shares_are_exact():
    given = assign(Assignment(arms=("a", "b"), shares=(0.7, 0.3)), "A", 1000, Streams(1))
    assert np.bincount(given).tolist() == [700, 300]


def test_a_client_has_each_arm_with_its_share_as_the_chance():
    block, shares = np.repeat([0, 1, 2], [3, 4, 6]), np.array([0.55, 0.25, 0.2])
    declared = Assignment(arms=("a", "b", "c"), shares=tuple(shares), within="block")
    drawn = np.stack([assign(declared, "A", 13, Streams(s), {"block": block}) for s in range(2000)])
    for arm, share in enumerate(shares):
        error = np.sqrt(share * (1 - share) / 2000)
        assert (abs((drawn == arm).mean(axis=0) - share) < 4.5 * error).all()


def test_every_balanced_allocation_is_equally_likely():
    found = Counter(tuple(assign(THREE, "A", 4, Streams(seed))) for seed in range(3600))
    assert len(found) == 3 * 4 * 3  # which arm is given twice, to whom of four, and the rest
    assert stats.chisquare(list(found.values())).pvalue > 1e-4


def test_any_two_of_three_single_client_blocks_are_as_often_alike():
    declared = Assignment(arms=("a", "b"), within="block")
    given = np.stack(
        [assign(declared, "A", 3, Streams(s), {"block": np.arange(3)}) for s in range(3000)]
    )
    for one, other in ((0, 1), (0, 2), (1, 2)):
        alike = (given[:, one] == given[:, other]).mean()
        assert abs(alike - 1 / 3) < 4 * np.sqrt(2 / 9 / 3000)


@pytest.mark.parametrize("n", [8, 9, 10, 11, 97])
def test_crossed_factors_balance_cells_and_margins(n):
    two, three = Assignment(arms=("no", "yes")), THREE
    given = cross({"A": three, "B": two, "C": two}, n, Streams(n))
    cell = 4 * given["A"] + 2 * given["B"] + given["C"]
    assert spread(cell, 12) <= 1
    assert spread(2 * given["A"] + given["B"], 6) <= 1
    assert all(
        spread(given[name], len(arms)) <= 1
        for name, arms in zip("ABC", [3 * "a", "ab", "ab"], strict=True)
    )


def test_crossed_factors_are_balanced_within_blocks_and_uniform():
    block, two = np.repeat(np.arange(9), 7), Assignment(arms=("no", "yes"), within="block")
    cells = np.zeros(4)
    for seed in range(300):
        given = cross({"A": two, "B": two}, 63, Streams(seed), {"block": block})
        cell = 2 * given["A"] + given["B"]
        assert max(spread(cell[block == j], 4) for j in range(9)) <= 1
        cells += np.bincount(cell[:1], minlength=4)
    assert stats.chisquare(cells).pvalue > 1e-4


def test_a_whole_cluster_crossed_with_clients_inside_it():
    practice = np.repeat(np.arange(10), 6)
    factors = {
        "training": Assignment(arms=("no", "yes"), cluster="practice"),
        "reminder": Assignment(arms=("no", "yes"), within="practice"),
    }
    given = cross(factors, 60, Streams(2), {"practice": practice})
    assert np.bincount(2 * given["training"] + given["reminder"]).tolist() == [15] * 4


def test_another_column_changes_nothing_of_this_one():
    alone = cross({"A": THREE}, 100, Streams(1))
    with_more = cross({"A": THREE, "B": THREE}, 100, Streams(1))
    assert alone["A"].tobytes() == with_more["A"].tobytes()
    assert with_more["A"].tobytes() != with_more["B"].tobytes()


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"arms": ["a"]}, "needs two 'arms' or more"),
        ({"arms": ["a", "a"]}, "each named once"),
        ({"arms": ["a", "b"], "shares": [0.5]}, "one share an arm: 2"),
        ({"arms": ["a", "b"], "shares": [0.5, 0.6]}, "sum to 1, not 1.1"),
        ({"arms": ["a", "b"], "cluster": "x", "within": "x"}, "'x' is assigned whole"),
        ({"arms": ["a", "b"], "block": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_a_bad_declaration_says_what_is_allowed(declared, expected):
    with pytest.raises(ValidationError, match=expected):
        Assignment.model_validate(declared)


def test_groupings_are_there_complete_and_do_not_divide_clusters():
    declared = Assignment(arms=("a", "b"), within="therapist")
    with pytest.raises(StructureError, match="Did you mean 'therapists'"):
        assign(declared, "A", 4, Streams(1), {"therapists": np.arange(4)})
    with pytest.raises(StructureError, match=r"one group a client: \[therapist\]"):
        assign(declared, "A", 4, Streams(1), {"therapist": np.arange(3)})
    whole = Assignment(arms=("a", "b"), cluster="practice", within="age")
    groups = {"practice": np.array([0, 0, 1, 1]), "age": np.array([0, 1, 0, 0])}
    with pytest.raises(StructureError, match="a group of 'age' divides a 'practice'"):
        assign(whole, "A", 4, Streams(1), groups)
    with pytest.raises(StructureError, match="'A' is a grouping already"):
        cross({"A": declared}, 4, Streams(1), {"A": np.arange(4)})
