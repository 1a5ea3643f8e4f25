import numpy as np
import pytest

from confstudy.errors import StructureError
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import parse_structure, read_structure
from confstudy.simulate.model.truth import truth_of
from confstudy.simulate.model.world import World

N = 400_000
WORLD = World(read_structure("therapy"), Population(N, 20_000, seed=11))


@pytest.fixture(scope="module")
def natural():
    return WORLD.values(wanted=["D", "N", "ret", "topics", "outside"])


def near(value, expected, sd, n=N, extra=0.0):
    assert abs(value - expected) < 4 * sd / np.sqrt(n) + extra


def test_the_same_population_gives_the_same_world():
    one = World(WORLD.structure, Population(500, 25, seed=3)).values()
    two = World(WORLD.structure, Population(500, 25, seed=3)).values()
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_doing_changes_effects_and_nothing_else():
    small = World(WORLD.structure, Population(500, 25, seed=3))
    natural, done = small.values(), small.values({"T": 0.0})
    for name in ("training", "K", "A", "S", "V", "E", "B0", "P"):
        assert np.array_equal(natural[name], done[name])
    assert not np.array_equal(natural["O"], done["O"])


def test_a_unit_of_privacy_moves_trust_by_its_path():
    small = World(WORLD.structure, Population(500, 25, seed=3))
    change = small.values({"P": 1.0})["T"] - small.values({"P": 0.0})["T"]
    np.testing.assert_allclose(change, 0.50)


def test_arms_are_balanced_within_each_therapist():
    small = World(WORLD.structure, Population(1210, 60, seed=4))
    arms, therapist = small.values()["A"], small.population.therapist
    for j in range(60):
        counts = np.bincount(arms[therapist == j].astype(int), minlength=3)
        assert counts.max() - counts.min() <= 1


def test_every_arm_is_equally_common_over_seeds():
    counts = sum(
        np.bincount(
            World(WORLD.structure, Population(20, 1, seed)).values()["A"].astype(int), minlength=3
        )
        for seed in range(300)
    )
    near(counts[0] / 6000, 1 / 3, np.sqrt(2 / 9), n=300)


def test_an_expected_outcome_is_the_mean_of_the_drawn_one(natural):
    for name in ("D", "N", "ret", "topics", "outside"):
        drawn, expected = natural[name], WORLD.expected(name, natural)
        near(drawn.mean() - expected.mean(), 0, (drawn - expected).std())


def test_only_what_is_wanted_and_its_causes_is_worked_out():
    small = World(WORLD.structure, Population(500, 25, seed=3))
    everything, few = small.values(), small.values(wanted=["T"])
    assert {"T", "P", "K", "S"} < set(few) < set(everything)
    assert "dropout" not in few
    for name, value in few.items():
        assert np.array_equal(value, everything[name])
    assert set(small.values({"P": 0.0, "U": 0.0, "C": 0.0}, ["T"])) == set("PSVWHCUT") | {
        "access",
        "training",
    }


def test_an_unknown_variable_or_arm_is_an_error():
    with pytest.raises(StructureError, match="Variables not found"):
        WORLD.values({"Z": 1.0})
    with pytest.raises(StructureError, match="Did you mean 'absolute'"):
        WORLD.values({"A": "absolut"})


LINEAR = """\
name: linear
codebook: therapy
variables:
  A: {kind: arm, arms: [none, full]}
  P: {paths: {"A[full]": 0.6}, noise: 1}
  T: {paths: {P: 0.5}, noise: 0.8}
  Y: {paths: {T: 0.4, P: 0.2}, noise: 1}
nonresponse: {unit: {intercept: 0}}
estimands:
  total: {effect: Y, contrast: {A: [full, none]}}
  through_trust: {effect: Y, contrast: {A: [full, none]}, path: [P, T]}
  slope: {effect: Y, step: T}
"""


def test_linear_effects_equal_their_path_products():
    truth = truth_of(parse_structure(LINEAR))
    assert truth["total"] == pytest.approx(0.6 * (0.2 + 0.5 * 0.4), abs=1e-6)
    assert truth["through_trust"] == pytest.approx(0.6 * 0.5 * 0.4, abs=1e-6)
    sd_t = np.sqrt(0.25 * (1 + 0.09) + 0.64)
    sd_y = np.sqrt((0.4 * 0.5 + 0.2) ** 2 * 1.09 + 0.16 * 0.64 + 1)
    assert truth["slope"] == pytest.approx(0.4 * sd_t / sd_y, abs=0.002)


CLUSTERED = """\
name: clustered
codebook: therapy
variables:
  A: {kind: arm, arms: [none, full]}
  K: {level: therapist, noise: 1}
  Y: {paths: {"A[full]": 0.6, "A[full]:K": 0.5}, noise: 1}
nonresponse: {unit: {intercept: 0}}
estimands:
  total: {effect: Y, contrast: {A: [full, none]}}
"""


def test_the_error_of_a_truth_counts_therapists_where_they_differ():
    (total,) = truth_of(parse_structure(CLUSTERED)).estimands
    # Each of 10,000 therapists has an effect of .6 + .5 K, with K standard normal.
    assert total.mcse == pytest.approx(0.5 / np.sqrt(5_000), rel=0.03)
    assert abs(total.value - 0.6) < 4 * total.mcse


def test_a_contrast_equals_a_brute_force_average_of_potential_outcomes():
    treated, control = WORLD.values({"A": "absolute"}), WORLD.values({"A": "none"})
    moved = WORLD.values({"A": "none", "P": treated["P"]})["T"]
    through = WORLD.values({"A": "none", "T": moved})
    change = through["D"] - control["D"]
    expected = truth_of(WORLD.structure)["assurance_on_disclosure_through_trust"]
    near(change.mean(), expected, change.std())


def test_an_unknown_estimand_is_an_error_with_a_hint():
    with pytest.raises(StructureError, match="Did you mean 'privacy_on_trust'"):
        truth_of(WORLD.structure)["privacy_on_trst"]
