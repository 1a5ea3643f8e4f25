import numpy as np
import pytest
from scipy.special import ndtr

from confstudy.errors import StructureError
from confstudy.simulate.measure.measurement import (
    alpha_of,
    cuts_for,
    expected_score,
    likert,
    loading_for,
)


def test_five_points_have_their_exact_shares_mean_and_sd():
    shares = np.diff(ndtr([-np.inf, *cuts_for(5), np.inf]))
    np.testing.assert_allclose(shares, [0.0668, 0.2417, 0.3829, 0.2417, 0.0668], atol=5e-5)
    points = np.arange(1, 6)
    assert shares @ points == pytest.approx(3)
    assert np.sqrt(shares @ points**2 - 9) == pytest.approx(1.0089, abs=5e-5)


@pytest.mark.parametrize("loading", [0.3, 0.7, 0.9, 0.97])
def test_alpha_of_two_point_items_equals_the_arcsine_law(loading):
    r = 2 / np.pi * np.arcsin(loading**2)
    assert alpha_of(loading, items=6, points=2) == pytest.approx(6 * r / (1 + 5 * r), abs=1e-8)


@pytest.mark.parametrize(
    ("alpha", "items", "points", "expected"), [(0.85, 6, 5, 0.729), (0.90, 12, 5, 0.685)]
)
def test_loadings_of_the_bundled_scales(alpha, items, points, expected):
    assert loading_for(alpha, items, points) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("points", [2, 3, 4, 5, 7, 11])
@pytest.mark.parametrize("alpha", [0.5, 0.7, 0.9])
def test_the_loading_gives_back_its_alpha(alpha, points):
    assert alpha_of(loading_for(alpha, 8, points), 8, points) == pytest.approx(alpha, abs=1e-9)


def test_drawn_items_have_the_stated_alpha():
    rng = np.random.default_rng(4)
    n, latent = 200_000, rng.normal(size=200_000)
    loading = loading_for(0.85, 6, 5)
    items = np.stack([likert(latent, rng.normal(size=n), loading, (1, 5)) for _ in range(6)])
    covariance = np.cov(items)
    alpha = 6 / 5 * (1 - np.trace(covariance) / covariance.sum())
    assert alpha == pytest.approx(0.85, abs=0.004)


def test_a_reversed_item_is_its_mirror():
    latent, own = np.array([-2.0, 0.0, 2.0]), np.zeros(3)
    straight = likert(latent, own, 0.8, (1, 5))
    assert (likert(latent, own, 0.8, (1, 5), reverse=True) == 6 - straight).all()


def test_the_expected_score_is_the_mean_answer():
    rng = np.random.default_rng(5)
    answers = likert(np.full(400_000, 0.7), rng.normal(size=400_000), 0.7, (1, 7))
    expected = expected_score(np.array([0.7]), 0.7, (1, 7))[0]
    assert answers.mean() == pytest.approx(expected, abs=4 * answers.std() / np.sqrt(400_000))


def test_an_impossible_reliability_says_what_is_reachable():
    with pytest.raises(StructureError, match=r"α = 0\.99 is out of reach with 2 items of 2 points"):
        loading_for(0.99, 2, 2)
