"""The size that a wanted power takes agrees with closed forms, and its interval covers."""

import numpy as np
import pytest
from scipy import stats

from confstudy.design.answers import difference
from confstudy.design.closed_forms import t_test_power
from confstudy.design.estimands import ate
from confstudy.design.find import find_n
from confstudy.design.probit import Point, line_through
from confstudy.design.sample_size import size_for
from confstudy.design.simple import two_arms, two_shares
from confstudy.errors import AnalysisError, DeclarationError

EFFECT = ate("y", arm=("treated", "control"))
TEST = difference("y", by="arm")
PER_ARM = size_for(lambda n: t_test_power(0.25, n))


def around(found, expected):
    """Within twice the 95 % interval, which is about four standard errors."""
    middle = (found.low + found.high) / 2
    return (
        abs(expected - middle) < (found.high - found.low) and found.low < found.value < found.high
    )


@pytest.mark.parametrize("start", [20, 150, 900])
def test_the_size_for_a_t_test_is_found_from_anywhere(start):
    found = find_n(two_arms(0.25, start, seed=1), EFFECT, TEST, replications=3_000)
    assert around(found, 2 * PER_ARM)
    assert found.per_arm[0] == np.ceil(found.value / 2)
    assert "per arm" in repr(found)


@pytest.mark.parametrize(
    ("shares", "per_arm"), [((0.39, 0.465), 680), ((0.53, 0.67), 189), ((0.62, 0.72), 344)]
)
def test_sizes_for_two_shares_are_those_of_the_formula(shares, per_arm):
    found = find_n(two_shares(*shares, per_arm=300, seed=2), EFFECT, TEST, replications=3_000)
    assert around(found, 2 * per_arm)
    assert (found.high - found.low) / found.value < 0.12


def test_any_number_that_power_rises_with_can_be_found():
    number = "y.arm[treated]"
    found = find_n(
        two_arms(0.1, 150, seed=1), EFFECT, TEST, over=number, between=(0.05, 0.9),
        replications=3_000,
    )  # fmt: skip
    exact = size_for(lambda d: t_test_power(d, 150), least=0.01)
    assert around(found, exact)
    assert found.points["replications"].sum() > 3_000 - 12


def test_the_place_and_its_error_are_those_of_the_probit_line():
    rng, inside = np.random.default_rng(4), 0
    places = np.array([18.0, 20.0, 22.0])
    shares = stats.norm.cdf(0.14 * places - 1.96)
    exact = (stats.norm.ppf(0.8) + 1.96) / 0.14
    for _ in range(1_000):
        line = line_through(
            [Point(x, 500, rng.binomial(500, p)) for x, p in zip(places, shares, strict=True)]
        )
        low, high = line.interval(0.8)
        inside += low <= exact <= high
    assert 0.93 <= inside / 1_000 <= 0.97


@pytest.mark.validate
def test_the_interval_covers_over_repeated_searches():
    answer, inside = difference("y", by="arm", shares=True), 0
    # By the exact binomials: where power, smoothed over n, is .8.
    exact = 190.41
    for seed in range(1_000, 1_400):
        given = two_shares(0.53, 0.67, 300, seed=seed)
        found = find_n(given, EFFECT, answer, replications=2_000)
        inside += found.low <= 2 * exact <= found.high
    assert inside / 400 >= 0.93


def test_a_power_that_hardly_changes_gives_no_size():
    assert not line_through([Point(1, 100, 80), Point(2, 100, 80)]).moves
    given = two_arms(0.25, 150, seed=1)
    with pytest.raises(AnalysisError, match="hardly changes"):
        find_n(given, EFFECT, TEST, between=(499, 503), replications=1_000)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"design": two_arms(0.0, 100, seed=1)}, "no size has power"),
        ({"design": two_arms(0.02, 100, seed=1), "between": (20, 500)}, "does not reach"),
        ({"design": two_arms(3.0, 100, seed=1)}, "already"),
        ({"over": "y.arm[treated]"}, "between=\\(low, high\\)"),
        ({"over": "size", "between": (1, 2)}, "size"),
        ({"between": (300, 200)}, "lower bound"),
        ({"power": 1.0}, "between 0 and 1"),
        ({"replications": 10}, "1,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_said_in_words(given, told):
    with pytest.raises(DeclarationError, match=told):
        find_n(
            **{"design": two_arms(0.25, 100, seed=1), "estimand": EFFECT, "answer": TEST, **given}
        )
