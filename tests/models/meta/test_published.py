import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes.shares import odds_ratio, risk_ratio
from confstudy.models.meta.pool import meta
from confstudy.models.meta.published import published


def test_ratios_equal_those_of_one_study():
    for kind, single in (("OR", odds_ratio), ("RR", risk_ratio)):
        found, one = published(kind, (178, 383), (68, 175)), single((178, 383), (68, 175))
        assert np.exp(found["estimate"][0]) == pytest.approx(one.estimate, rel=1e-13)
        assert np.sqrt(found["variance"][0]) == pytest.approx(one.std_error, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "groups", "estimate", "variance"),
    [
        ("RD", ((30, 100), (20, 80)), 0.05, 0.3 * 0.7 / 100 + 0.25 * 0.75 / 80),
        ("MD", ((5, 2, 20), (4, 1, 10)), 1, 4 / 20 + 1 / 10),
        ("ZCOR", ((0.5, 28),), np.arctanh(0.5), 1 / 25),
        ("PLO", ((20, 100),), np.log(0.25), 1 / 20 + 1 / 80),
        ("OR", ((0, 10), (5, 10)), np.log(0.5 * 5.5 / (10.5 * 5.5)), 2 + 1 / 10.5 + 2 / 5.5),
    ],
)
def test_effect_sizes_by_hand(kind, groups, estimate, variance):
    found = published(kind, *groups).iloc[0]
    assert found["estimate"] == pytest.approx(estimate)
    assert found["variance"] == pytest.approx(variance)


def test_hedges_g_is_corrected_for_few_respondents():
    found = published("SMD", (1.0, 1.0, 5), (0.0, 1.0, 5)).iloc[0]
    assert found["estimate"] == pytest.approx(0.9027, abs=1e-4)
    assert found["variance"] == pytest.approx(0.4 + found["estimate"] ** 2 / 20)


def test_columns_of_studies_can_be_pooled_and_mended_cells_are_named():
    found = published("OR", ([0, 4, 8], [10, 20, 30]), ([3, 5, 9], 20))
    assert found["note"].tolist() == ["½ added to empty cells", "", ""]
    assert meta("estimate", "variance", data=found).k == 3


@pytest.mark.parametrize(
    ("kind", "groups", "words"),
    [
        ("SMDD", ((1, 2), (1, 2)), "Did you mean 'SMD'"),
        ("OR", ((1, 2),), "takes two groups"),
        ("ZCOR", ((0.1, 20), (0.2, 30)), "takes one group"),
        ("OR", ((3, 2), (1, 2)), "cannot be these numbers"),
        ("SMD", ((1, 2), (1, 2)), "mean, standard deviation, number"),
        ("ZCOR", ((1.0, 20),), "cannot be these numbers"),
        ("ZCOR", (("high", 20),), "are numbers"),
        ("OR", (([1, 2], 5), ([1, 2, 3], 5)), "different numbers of studies"),
    ],
)
def test_impossible_cells_are_refused(kind, groups, words):
    with pytest.raises(AnalysisError, match=words):
        published(kind, *groups)
