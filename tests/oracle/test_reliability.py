"""Reliability beside what psych gives on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from confstudy.survey.items import rest_statistics
from confstudy.survey.reliability import hierarchical, reliability

HERE = Path(__file__).parent
R = json.loads((HERE / "r_values.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")


def items(*scales):
    names = [f"{scale}{i}" for scale in scales for i in range(1, 5)]
    return DATA[names].to_numpy(dtype=float)


@pytest.mark.parametrize("scale", ["p", "t", "d"])
def test_alpha_and_what_belongs_to_it_equal_psych(scale):
    found, expected = reliability(items(scale)), R["psych_alpha"][scale]
    ours = [found.alpha, found.standardised, found.average_r]
    np.testing.assert_allclose(ours, [expected[k] for k in ("raw", "std", "avg_r")], rtol=1e-10)
    interval = [found.conf_low, found.alpha, found.conf_high]
    np.testing.assert_allclose(interval, expected["feldt"], rtol=1e-10)
    rest, dropped, _ = rest_statistics(items(scale))
    np.testing.assert_allclose(rest, expected["rdrop"], rtol=1e-10)
    np.testing.assert_allclose(dropped, expected["alpha_drop"], rtol=1e-10)


@pytest.mark.parametrize("scale", ["p", "t", "d"])
def test_omega_total_of_one_factor_equals_psych(scale):
    # Both stop at the least residuals; psych's own search is good to four digits.
    found, expected = reliability(items(scale)), R["psych_omega"][scale]
    assert found.omega == pytest.approx(expected["omega_tot"], abs=1e-4)
    assert found.standardised == pytest.approx(expected["alpha"], rel=1e-10)


def test_omega_hierarchical_of_three_factors_equals_psych():
    found, expected = hierarchical(items("p", "t", "d"), 3), R["psych_omega"]["all3"]
    assert found.hierarchical == pytest.approx(expected["omega_h"], abs=1e-3)
    assert found.total == pytest.approx(expected["omega_tot"], abs=1e-4)
    assert found.hierarchical / found.total == pytest.approx(expected["omega_lim"], abs=1e-3)
