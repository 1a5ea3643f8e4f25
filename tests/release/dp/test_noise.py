"""The noise is what it is said to be; every test of chance fails falsely once in a million."""

from collections import Counter
from decimal import Decimal
from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import stats

from confstudy.release.dp.noise import half_width, noisy
from confstudy.release.dp.question import GRID, count, mean

FALSE_ALARM = 1e-6
DRAWS = 40_000


def drawn(sensitivity, epsilon, at=0):
    return np.array(noisy([at] * DRAWS, sensitivity, Decimal(epsilon)))


@pytest.mark.parametrize("epsilon", ["0.2", "1", "2.5"])
def test_the_noise_is_discrete_laplace(epsilon):
    found = drawn(1, epsilon)
    p = exp(-float(epsilon))
    most = int(log(50 / DRAWS) / log(p))
    points = np.arange(-most, most + 1)
    expected = DRAWS * (1 - p) / (1 + p) * p ** np.abs(points)
    counted = Counter(found.tolist())
    inside = np.array([counted[point] for point in points.tolist()])
    observed = np.append(inside, DRAWS - inside.sum())
    chance = stats.chisquare(observed, np.append(expected, DRAWS - expected.sum())).pvalue
    assert chance > FALSE_ALARM


@pytest.mark.parametrize(("sensitivity", "epsilon"), [(1, "0.5"), (GRID, "0.7")])
def test_its_variance_is_the_closed_form(sensitivity, epsilon):
    found = drawn(sensitivity, epsilon).astype(float)
    p = exp(-float(epsilon) / sensitivity)
    variance = 2 * p / (1 - p) ** 2
    # The fourth moment of Laplace noise is 24 b⁴: its squares have the variance 5 v².
    error = stats.norm.isf(FALSE_ALARM / 2) * sqrt(5 / DRAWS) * variance
    assert np.mean(found**2) == pytest.approx(variance, abs=error)
    assert np.mean(found) == pytest.approx(0, abs=stats.norm.isf(5e-7) * sqrt(variance / DRAWS))


def test_draws_differ_and_are_whole_numbers():
    first, second = noisy([5] * 50, 1, Decimal("0.1")), noisy([5] * 50, 1, Decimal("0.1"))
    assert first != second
    assert all(type(value) is int for value in first)


@pytest.mark.parametrize("epsilon", [0.01, 0.1, 0.3, 1.0, 3.0, 800.0])
@pytest.mark.parametrize("sensitivity", [1, 7])
def test_the_half_width_is_the_smallest_that_holds_95_percent(sensitivity, epsilon):
    p, k = exp(-epsilon / sensitivity), half_width(sensitivity, epsilon)
    assert 2 * p ** (k + 1) / (1 + p) <= 0.05 * (1 + 1e-9)
    assert k == 0 or 2 * p**k / (1 + p) > 0.05


@pytest.mark.parametrize("epsilon", ["0.1", "0.3", "0.7", "0.3333333333333333", "1", "50"])
def test_the_noise_is_never_too_narrow_for_what_is_spent(epsilon):
    from confstudy.release.dp.noise import opendp

    made = []
    package = opendp()
    plain = package.m.make_laplace

    def watched(*space, scale):
        made.append(plain(*space, scale=scale))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package.m, "make_laplace", watched)
        noisy([0], GRID, Decimal(epsilon))
    assert Decimal(made[-1].map(GRID)) <= Decimal(epsilon)


def neighbours(loaded, frame):
    """The same study with and without its last respondent, who has the most of everything."""
    frame.iloc[-1, 1:] = ["none", "Yes", "10", "499", "5", "5", "5"]
    return loaded(frame), loaded(frame.iloc[:-1], "less.csv")


@pytest.mark.parametrize("asked", ["count", "mean"])
def test_one_respondent_changes_no_chance_by_more_than_the_factor(asked, loaded, toy_cells):
    """Frequencies of events keep to exp(ε) within bounds of 1e-6 for all of them together."""
    ask = {"count": lambda s: count(s, {"told": "Yes"}), "mean": lambda s: _mean(s)}[asked]
    epsilon, outputs = 1.0, []
    for data in neighbours(loaded, toy_cells(30)):
        question = ask(data)
        exact = question.exact()
        draws = np.array(
            [noisy([value] * DRAWS, question.sensitivity, Decimal(str(epsilon))) for value in exact]
        )
        # For a mean, on which side of the neighbours' sums both fall, in steps of a respondent.
        outputs.append(np.rint(draws / question.sensitivity).astype(int))
    cells_of = [Counter(map(tuple, output.T.tolist())) for output in outputs]
    common = [key for key in cells_of[0] | cells_of[1] if cells_of[0][key] + cells_of[1][key] > 80]
    tail = FALSE_ALARM / (2 * len(common))
    assert len(common) > 8
    for key in common:
        a, b = cells_of[0][key], cells_of[1][key]
        for one, other in ((a, b), (b, a)):
            low = stats.beta.ppf(tail, one, DRAWS - one + 1) if one else 0.0
            high = stats.beta.isf(tail, other + 1, DRAWS - other)
            assert low <= exp(epsilon) * high


def _mean(data):
    return mean(data, "topics", None, None, None)


def test_a_respondent_moves_both_sums_of_a_mean_by_the_sensitivity(loaded, toy_cells):
    more, less = (
        mean(data, "topics", None, None, None) for data in neighbours(loaded, toy_cells(30))
    )
    moved = np.abs(np.subtract(more.exact(), less.exact())).sum()
    assert moved == more.sensitivity == GRID


@pytest.mark.parametrize("level", [0, 3, 5, 10])
def test_the_accuracy_of_a_mean_holds_in_95_percent(level, loaded, toy_cells):
    frame = toy_cells(60)
    frame["topics"] = str(level)
    question = mean(loaded(frame), "topics", None, None, None)
    draws = [noisy([value] * 4000, GRID, Decimal("0.5")) for value in question.exact()]
    read = [question.read(pair, 0.5) for pair in zip(*draws, strict=True)]
    missed = sum(not abs(one.values[0] - level) <= one.accuracy for one in read)
    assert missed <= stats.binom.isf(FALSE_ALARM, 4000, 0.05)
