import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.sensitivity.evalue import evalue


@pytest.mark.parametrize(
    ("estimate", "options", "expected"),
    [
        (3.9, {"conf_low": 1.8, "conf_high": 8.7}, (7.26, 3.0)),  # VanderWeele and Ding (2017)
        (0.80, {"conf_low": 0.71, "conf_high": 0.91}, (1.81, 1.43)),
        (0.51, {"conf_low": 0.3, "conf_high": 1.2}, (3.33, 1.0)),
        (0.86, {"conf_low": 0.75, "conf_high": 0.99, "measure": "OR"}, (1.37, 1.08)),
        (0.86, {"conf_low": 0.75, "conf_high": 0.99, "measure": "OR", "rare": True}, (1.6, 1.11)),
        (0.56, {"conf_low": 0.46, "conf_high": 0.69, "measure": "HR"}, (2.35, 1.91)),
        (0.42, {"std_error": 0.14, "measure": "difference"}, (2.291, 1.545)),
        (4.2, {"std_error": 1.4, "measure": "difference", "sd": 10}, (2.291, 1.545)),
        (1.0, {}, (1.0, np.nan)),
    ],
)
def test_e_values_of_published_examples_and_closed_forms(estimate, options, expected):
    found = evalue(estimate, **options)
    np.testing.assert_allclose((found.estimate, found.limit), expected, atol=6e-3)


def test_a_ratio_and_its_inverse_need_the_same_strength():
    one = evalue(2.5, 1.4, 4.2)
    two = evalue(1 / 2.5, 1 / 4.2, 1 / 1.4)
    assert (one.estimate, one.limit) == pytest.approx((two.estimate, two.limit))


def test_the_bias_of_two_such_ratios_is_the_estimate():
    # Ding and VanderWeele (2016): the largest bias of RR_EU and RR_UD.
    value = evalue(2.5).estimate
    assert value**2 / (2 * value - 1) == pytest.approx(2.5)


def test_an_effect_can_be_explained_down_to_another_value():
    assert evalue(3.0, true=1.5).estimate == pytest.approx(evalue(2.0).estimate)


@pytest.mark.parametrize(
    ("estimate", "options", "expected"),
    [
        (-0.3, {}, "above 0"),
        (np.nan, {}, "finite"),
        (2, {"measure": "or"}, "Did you mean 'OR'"),
        (2, {"conf_low": 2.5}, "between its limits"),
        (2, {"sd": 1.0}, "are for measure='difference'"),
        (2, {"measure": "difference", "sd": 0}, "'sd' is above 0"),
        (2, {"measure": "difference", "std_error": 1, "conf_low": 1}, "not both"),
    ],
)
def test_impossible_numbers_are_refused(estimate, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        evalue(estimate, **options)


def test_the_repr_shows_the_table():
    assert "4.4365" in repr(evalue(2.5))
