"""Nested sample sizes are what each size alone would give."""

from __future__ import annotations

import numpy as np
import pytest

from confstudy.design.kernels.nested import ols_nested
from confstudy.design.kernels.ols import ols
from confstudy.errors import AnalysisError

RNG = np.random.default_rng(3)
X = np.concatenate([np.ones((9, 1, 120)), RNG.normal(size=(9, 2, 120))], axis=1)
Y, USED = X[:, 1] + RNG.normal(size=(9, 120)), RNG.random((9, 120)) < 0.8


def test_every_size_is_a_fit_of_its_own() -> None:
    for size, found in zip((30, 31, 120), ols_nested(Y, X, USED, (30, 31, 120)), strict=True):
        alone = ols(Y[:, :size], X[:, :, :size], USED[:, :size])
        np.testing.assert_allclose(found.coefficients, alone.coefficients, rtol=1e-9)
        np.testing.assert_allclose(found.covariance, alone.covariance, rtol=1e-9)
        assert (found.df == alone.df).all()
        assert found.fine.all()


def test_too_few_are_not_fine() -> None:
    assert not ols_nested(Y, X, USED, (2, 120))[0].fine.any()


@pytest.mark.parametrize("sizes", [(), (50, 40), (10, 500), (0, 10)])
def test_sizes_rise_within_what_is_drawn(sizes: tuple[int, ...]) -> None:
    with pytest.raises(AnalysisError, match="Sample sizes rise"):
        ols_nested(Y, X, USED, sizes)
