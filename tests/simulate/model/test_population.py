"""Windows of the rows, levels, links and how alike clients of one therapist are."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit

from confstudy.errors import StructureError
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import parse_structure, read_structure
from confstudy.simulate.model.world import World

MODEL = """\
name: levels
codebook: therapy
variables:
  Q: {level: practice, noise: 1}
  law: {level: practice, kind: binary, share: 0.5}
  code: {level: therapist, kind: arm, arms: [none, trained]}
  K: {level: therapist, paths: {"code[trained]": 0.5, Q: 0.3}, noise: 1}
  arm: {kind: arm, arms: [a, b, c]}
  P: {paths: {K: 0.2, Q: 0.1}, therapist: {icc: 0.05, scale: latent}, practice: 0.1, noise: 1}
  visits: {kind: count, intercept: 1, paths: {P: 0.3}}
  spread: {kind: count, intercept: 1, noise: 0.8}
  stays: {kind: binary, link: logit, intercept: 0.4, paths: {P: 0.5}, therapist: {icc: 0.05, scale: logit}}
  rating: {kind: ordinal, link: logit, paths: {P: 1}, cuts: [-1, 1]}
nonresponse: {unit: {intercept: 0}}
"""  # noqa: E501
STRUCTURE = parse_structure(MODEL)
WHOLE = Population(clients=200_000, therapists=4_000, seed=5)


@pytest.fixture(scope="module")
def values():
    return World(STRUCTURE, WHOLE).values()


@pytest.mark.parametrize("rows", [1_000, 65_536, 70_001])
@pytest.mark.parametrize("model", [STRUCTURE, read_structure("therapy")])
def test_windows_hold_the_same_people_as_the_whole(model, rows):
    population = Population(clients=140_000, therapists=6_999, seed=8)
    whole = World(model, population).values()
    windows = list(population.windows(rows))
    assert len(windows) >= 2
    parts = [World(model, window).values() for window in windows[:3]]
    parts += [World(model, window).values() for window in windows[3:]] if rows > 9_999 else []
    for name, column in whole.items():
        found = np.concatenate([part[name] for part in parts])
        assert np.array_equal(found, column[: len(found)]), name


def test_windows_cut_no_therapist_apart_and_leave_nobody_out():
    windows = list(Population(clients=1_003, therapists=37, seed=1).windows(100))
    assert [w.first for w in windows[1:]] == [w.stop for w in windows[:-1]]
    assert (windows[0].first, windows[-1].stop) == (0, 1_003)
    last = [set(window.therapist) for window in windows]
    assert not any(one & two for one, two in pairwise(last))


def icc(column, unit):
    """One-way analysis of variance with equal groups."""
    groups = unit.max() + 1
    m = len(column) / groups
    means = np.bincount(unit, column) / np.bincount(unit)
    inner = ((column - means[unit]) ** 2).sum() / (len(column) - groups)
    between = means.var(ddof=1) - inner / m
    return between / (between + inner)


def test_clients_of_a_therapist_are_as_alike_as_declared():
    lonely = parse_structure(MODEL.replace("{K: 0.2, Q: 0.1}", "{}").replace("practice: 0.1, ", ""))
    drawn = World(lonely, WHOLE).values()["P"]
    assert icc(drawn, WHOLE.therapist) == pytest.approx(0.05, abs=0.005)


def test_a_practice_s_variable_is_shared_by_its_clients(values):
    for name, unit in (("Q", WHOLE.practice), ("law", WHOLE.practice), ("K", WHOLE.therapist)):
        first = np.unique(unit, return_index=True)[1]
        assert np.array_equal(values[name], values[name][first][unit])


def test_whole_therapists_are_assigned_in_equal_numbers(values):
    first = np.unique(WHOLE.therapist, return_index=True)[1]
    assert np.bincount(values["code"][first].astype(int)).tolist() == [2000, 2000]
    assert np.array_equal(values["code"], values["code"][first][WHOLE.therapist])
    counts = np.bincount(values["arm"].astype(int))
    assert counts.max() - counts.min() <= 1


def test_counts_have_the_poisson_s_mean_and_the_spread_of_their_noise(values):
    mean = np.exp(1 + 0.3 * values["P"])
    assert values["visits"].mean() == pytest.approx(mean.mean(), rel=0.01)
    assert values["visits"].var() == pytest.approx(mean.mean() + mean.var(), rel=0.03)
    expected = World(STRUCTURE, WHOLE).expected("spread", values)
    assert values["spread"].mean() == pytest.approx(expected.mean(), rel=0.02)
    level = np.exp(1 + 0.32)
    assert values["spread"].var() == pytest.approx(level + level**2 * np.expm1(0.64), rel=0.1)


def test_the_logit_link_has_logistic_chances(values):
    expected = World(STRUCTURE, WHOLE).expected("rating", values)
    chance = expit(values["P"] + 1) + expit(values["P"] - 1)
    np.testing.assert_allclose(expected, chance)
    assert values["rating"].mean() == pytest.approx(chance.mean(), abs=0.006)
    assert values["stays"].mean() == pytest.approx(
        World(STRUCTURE, WHOLE).expected("stays", values).mean(), abs=0.006
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("T: {level: therapist, paths: {P: 1}, noise: 1}", "cannot be caused by 'P'"),
        ("T: {level: practice, paths: {K: 1}, noise: 1}", "cannot be caused by 'K'"),
        ("T: {link: logit}", "only a binary or ordinal variable"),
        ("T: {kind: binary, link: logit, noise: 1, paths: {P: 1}}", "leave 'noise' out"),
        ("T: {kind: binary, paths: {P: 1}}", "needs 'noise' above 0"),
        ("T: {therapist: {icc: 1.2, scale: latent}, noise: 1}", "less than 1"),
        ("T: {therapist: {icc: 0.1}, noise: 1}", "scale"),
        ("T: {level: therapist, therapist: 0.2, noise: 1}", "has no effect of therapist"),
        ("T: {kind: binary, share: 1.5}", "less than 1"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(line, expected):
    with pytest.raises(StructureError) as caught:
        parse_structure(MODEL.replace("nonresponse:", f"  {line}\nnonresponse:"))
    assert expected in str(caught.value)


@pytest.mark.parametrize(("clients", "therapists"), [(1_003, 37), (900, 2), (40, 40)])
def test_places_are_a_random_order_within_each_therapist(clients, therapists):
    population = Population(clients, therapists, seed=4)
    places, of = population.places("A"), population.therapist
    for unit in range(therapists):
        numbers = population.uniform("A")[of == unit]
        assert np.array_equal(places[of == unit], numbers.argsort().argsort())
    parts = [window.places("A") for window in population.windows(200)]
    assert np.array_equal(np.concatenate(parts), places)


def test_therapists_and_practices_are_those_of_the_formula():
    population = Population(clients=1_003, therapists=37, seed=1, practices=5)
    rows = np.arange(1_003)
    assert np.array_equal(population.therapist, rows * 37 // 1_003)
    assert np.array_equal(population.practice, (rows * 37 // 1_003) * 5 // 37)
    cut = Population(clients=1_003, therapists=37, seed=1, first=13, last=14)
    assert cut.therapist.tolist() == [0]
    assert Population(1_003, 37, seed=1, first=5, last=5).therapist.size == 0
    with pytest.raises(ValueError, match="read-only"):
        population.therapist[0] = 1
