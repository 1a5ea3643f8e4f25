import numpy as np
import pytest

from confstudy.models.latent.search import maximise, weak_directions


class Bowl:
    """−½ x'x + s'x: the top is at s; with ``flat``, there is no top along the last axis."""

    def __init__(self, top, flat=False):
        self.top, self.curve = np.array(top), np.eye(len(top))
        if flat:
            self.curve[-1, -1] = 0

    def value(self, x):
        return float(self.top @ x - x @ self.curve @ x / 2)

    def gradient(self, x):
        return self.top - self.curve @ x

    def expected(self, x):
        return self.curve + 1e-12 + 0 * np.outer(x, x)

    def observed(self, x):
        return self.curve + 0 * np.outer(x, x)


@pytest.mark.parametrize("exact", [True, False])
def test_a_top_is_found(exact):
    found = maximise(Bowl([1.0, -2.0]), np.zeros(2), exact=exact)
    assert found.converged
    np.testing.assert_allclose(found.parameters, [1, -2], rtol=1e-9)


def test_no_top_is_not_convergence():
    assert not maximise(Bowl([1.0, 1.0], flat=True), np.zeros(2), 30).converged


def test_too_few_steps_are_not_convergence():
    assert not maximise(Bowl([1.0, 1.0]), np.zeros(2), 1).converged


class Wall(Bowl):
    def value(self, x):
        return -np.inf * len(x)


def test_a_start_outside_is_not_convergence():
    assert not maximise(Wall([1.0]), np.zeros(1)).converged


def test_parameters_without_information_are_named():
    names = ("a", "b", "c")
    assert weak_directions(np.eye(3), names) == []
    assert weak_directions(np.diag([1.0, 0, 1]), names) == ["b"]
    tied = np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    assert weak_directions(tied, names) == ["a", "b"]
