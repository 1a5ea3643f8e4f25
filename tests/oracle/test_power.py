"""Sample sizes beside R's stats and pwr."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from confstudy.design.closed_forms import t_test_power
from confstudy.design.sample_size import (
    anova_power,
    chi2_power,
    correlation_power,
    regression_power,
    shares_power,
    size_for,
)

R = json.loads((Path(__file__).parent / "r_power.json").read_text())["power"]
# power.t.test counts the right sign only, which takes a few millionths more.
SIZES = {
    "t2": (lambda n: t_test_power(0.3, n), 1e-5),
    "prop": (lambda n: shares_power(0.4, 0.3, n), 1e-8),
    "f2": (lambda v: regression_power(0.05, 3, v), 1e-8),
    "r": (lambda n: correlation_power(0.2, n), 1e-8),
    "anova": (lambda n: anova_power(0.2, 4, n), 1e-8),
    "chisq": (lambda n: chi2_power(0.2, 3, n), 1e-8),
}


@pytest.mark.parametrize("key", list(SIZES))
def test_the_size_for_a_power_of_80_percent_equals_r(key):
    power_of, rtol = SIZES[key]
    np.testing.assert_allclose(size_for(power_of), R[key], rtol=rtol)
    np.testing.assert_allclose(power_of(R[key]), 0.8, rtol=rtol)


def test_the_size_of_a_t_test_of_the_right_sign_equals_r():
    def power_of(n):
        freedom = 2 * n - 2
        return stats.nct.sf(stats.t.isf(0.025, freedom), freedom, 0.3 * np.sqrt(n / 2))

    np.testing.assert_allclose(size_for(power_of), R["t2"], rtol=1e-8)


def test_every_size_of_r_is_compared():
    assert set(R) == set(SIZES)
