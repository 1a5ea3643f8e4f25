import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.corrected import corrected_regression, jackknife_interval

RNG = np.random.default_rng(31)
N = 4000
GROUPS = np.arange(N) % 40
TRUE = RNG.normal(size=(N, 2)) @ np.array([[1, 0.5], [0, 0.8]])
OUTCOME = TRUE @ np.array([0.6, -0.3]) + RNG.normal(size=N)
ERRORS = np.array([0.3, 0.2])
SEEN = TRUE + RNG.normal(size=(N, 2)) * np.sqrt(ERRORS)


def test_without_error_it_is_least_squares():
    matrix = np.column_stack([np.ones(N), SEEN])
    expected = np.linalg.lstsq(matrix, OUTCOME, rcond=None)[0][1:]
    found = corrected_regression(OUTCOME, SEEN, np.zeros(2), GROUPS)
    np.testing.assert_allclose(found.slopes, expected, rtol=1e-9)


def test_with_one_predictor_it_divides_by_the_reliability():
    x = SEEN[:, :1]
    plain = np.cov(x[:, 0], OUTCOME)[0, 1] / x.var(ddof=1)
    reliability = 1 - ERRORS[0] / x.var(ddof=1)
    found = corrected_regression(OUTCOME, x, ERRORS[:1], GROUPS)
    assert found.slopes[0] == pytest.approx(plain / reliability, rel=1e-9)


def test_the_slopes_on_the_truth_are_recovered():
    found = corrected_regression(OUTCOME, SEEN, ERRORS, GROUPS)
    for place, expected in enumerate((0.6, -0.3)):
        error, *_ = jackknife_interval(found.slopes[place], found.replicates[:, place], 2.0)
        assert abs(found.slopes[place] - expected) < 4 * error


def test_replicates_equal_leaving_a_group_out():
    keep = GROUPS != 7
    relabelled = np.unique(GROUPS[keep], return_inverse=True)[1]
    found = corrected_regression(OUTCOME, SEEN, ERRORS, GROUPS)
    left = corrected_regression(OUTCOME[keep], SEEN[keep], ERRORS, relabelled)
    np.testing.assert_allclose(found.replicates[7], left.slopes, rtol=1e-9)


def test_within_equals_dummies_for_the_groups():
    shift = RNG.normal(size=40)[GROUPS]
    dummies = (GROUPS[:, None] == np.arange(40)).astype(float)
    expected = np.linalg.lstsq(np.column_stack([SEEN, dummies]), OUTCOME + shift, rcond=None)[0]
    found = corrected_regression(OUTCOME + shift, SEEN, np.zeros(2), GROUPS, within=True)
    np.testing.assert_allclose(found.slopes, expected[:2], rtol=1e-8)


def test_error_larger_than_the_scale_s_variance_is_refused():
    with pytest.raises(AnalysisError, match="too unreliable"):
        corrected_regression(OUTCOME, SEEN, np.array([9.0, 0.0]), GROUPS)


def test_one_group_is_refused():
    with pytest.raises(AnalysisError, match="two or more"):
        corrected_regression(OUTCOME, SEEN, ERRORS, np.zeros(N, dtype=int))
