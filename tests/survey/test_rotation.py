import numpy as np
import pytest
from scipy.linalg import subspace_angles
from scipy.stats import ortho_group
from statsmodels.multivariate.factor_rotation import rotate_factors

from confstudy.errors import AnalysisError
from confstudy.survey.factors import Factors
from confstudy.survey.likely_factors import discrepancy, maximum_likelihood
from confstudy.survey.rotation import rotated, varimax

SIMPLE = np.kron(np.eye(3), [[0.8], [0.7], [0.6], [0.5]])
PHI = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
NOISY = SIMPLE + 0.1 * np.random.default_rng(1).normal(size=SIMPLE.shape)


def solution(loadings):
    return Factors(loadings, 1 - (loadings**2).sum(axis=1), np.eye(3), False)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_simple_structure_is_found_from_any_turn_and_in_order(rotation, seed):
    turn = ortho_group.rvs(3, random_state=seed)
    found = rotated(solution(SIMPLE @ turn), rotation)
    order = np.argmax(found.loadings[::4], axis=1)
    np.testing.assert_allclose(found.loadings[:, order], SIMPLE, atol=1e-5)
    np.testing.assert_allclose(found.correlations, np.eye(3), atol=1e-5)


@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin", "none"])
def test_a_rotation_keeps_what_is_explained(rotation):
    found = rotated(solution(NOISY), rotation)
    common = found.loadings @ found.correlations @ found.loadings.T
    np.testing.assert_allclose(common, NOISY @ NOISY.T, atol=1e-10)
    np.testing.assert_allclose(np.diag(found.correlations), 1, atol=1e-12)
    if rotation != "none":
        assert (found.loadings.sum(axis=0) > 0).all()


def test_varimax_equals_statsmodels_on_items_of_one_communality():
    unit = NOISY / np.sqrt((NOISY**2).sum(axis=1, keepdims=True))
    theirs, _ = rotate_factors(unit, "varimax")
    found = varimax(solution(unit)).loadings
    order = [np.argmax(np.abs(theirs.T @ column)) for column in found.T]
    signs = np.sign((theirs[:, order] * found).sum(axis=0))
    np.testing.assert_allclose(theirs[:, order] * signs, found, atol=1e-3)


def test_promax_brings_correlated_factors_apart():
    common = SIMPLE @ PHI @ SIMPLE.T
    values, vectors = np.linalg.eigh(common)
    found = rotated(solution(vectors[:, -3:] * np.sqrt(values[-3:])), "promax")
    assert subspace_angles(found.loadings, SIMPLE).max() < 1e-7
    assert (found.correlations[~np.eye(3, dtype=bool)] > 0.15).all()
    small = np.sort(np.abs(found.loadings), axis=1)[:, :2]
    assert small.max() < 0.12


def test_likelihood_repeats_exact_loadings_and_its_discrepancy_is_nothing():
    common = SIMPLE @ PHI @ SIMPLE.T
    exact = common + np.diag(1 - np.diag(common))
    found = maximum_likelihood(exact, 3)
    np.testing.assert_allclose(found.loadings @ found.loadings.T, common, atol=1e-4)
    assert discrepancy(exact, found) < 1e-8


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda: rotated(solution(SIMPLE), "oblimax"), "Did you mean 'oblimin'"),
        (lambda: maximum_likelihood(np.eye(4), 3), "too few"),
        (lambda: maximum_likelihood(np.ones((4, 4))), "positive definite"),
        (lambda: varimax(solution(NOISY), rounds=1), "did not come to rest"),
    ],
)
def test_what_cannot_be_turned_is_refused(ask, text):
    with pytest.raises(AnalysisError, match=text):
        ask()
