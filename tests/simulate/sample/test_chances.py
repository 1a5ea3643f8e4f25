import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.chances import (
    Chance,
    intercept_for,
    normal_nodes,
    probit_path,
    probit_selection,
    selection,
)
from confstudy.simulate.sample.nonresponse import Response, responds


@pytest.mark.parametrize(
    ("rate", "mean", "variance"), [(0.7, 0.2484, 0.8732), (0.5, 0.3989, 1 - 0.25 * 2 / np.pi)]
)
def test_a_normal_variable_among_those_selected_by_a_probit_of_it(rate, mean, variance):
    closed = probit_selection(rate, 0.5)
    assert (closed.mean, closed.variance) == pytest.approx((mean, variance), abs=5e-5)
    chance = Chance(rate=rate, paths={"Y": probit_path(0.5)}, link="probit")
    by_quadrature = selection(chance, "Y")
    for name in ("rate", "mean", "variance"):
        assert getattr(by_quadrature, name) == pytest.approx(getattr(closed, name), abs=1e-10)


@pytest.mark.parametrize("rate", [0.5, 0.7])
def test_drawn_respondents_have_the_moments_of_the_selected_normal(rate):
    y, closed = Streams(1).normal("Y", 400_000), probit_selection(rate, 0.5)
    declared = Response(rate=rate, paths={"Y": probit_path(0.5)}, link="probit")
    kept = y[responds(declared, {"Y": y}, Streams(1))]
    assert abs(kept.mean() - closed.mean) < 4 / np.sqrt(len(kept))
    assert abs(kept.var() - closed.variance) < 4 * np.sqrt(2 / len(kept))


def test_rho_1_is_a_truncated_normal():
    assert probit_selection(0.5, 0.4).mean == pytest.approx(0.4 * np.sqrt(2 / np.pi))
    whole = probit_selection(0.3, 1.0)
    truncated = norm.expect(lambda y: y, lb=norm.ppf(0.7), conditional=True)
    assert whole.mean == pytest.approx(truncated)


def test_a_logit_of_privacy_lets_65_percent_answer_and_moves_their_privacy():
    # With P standard normal; the model's P has mean .01 without assurance and .49 over all arms.
    found = selection(Chance(intercept=0.642, paths={"P": 0.40}), "P")
    density = [lambda p: norm.pdf(p) * expit(0.642 + 0.4 * p), lambda p: p * density[0](p)]
    rate, moment = (quad(f, -12, 12, epsabs=1e-13)[0] for f in density)
    assert (found.rate, found.mean) == pytest.approx((rate, moment / rate), abs=1e-10)
    assert (found.rate, found.mean) == pytest.approx((0.650, 0.136), abs=1e-3)
    assert selection(Chance(intercept=0.642, paths={"P": 0.40}), "P", 0.49).rate > 0.69


@pytest.mark.parametrize("rate", [0.05, 0.7])
@pytest.mark.parametrize(("mean", "sd"), [(0, 1), (0.5, 2)])
def test_a_probit_of_a_normal_index_has_a_closed_intercept(rate, mean, sd):
    nodes, weights = normal_nodes(mean, sd)
    found = intercept_for(rate, nodes, "probit", weights)
    assert found == pytest.approx(norm.ppf(rate) * np.sqrt(1 + sd**2) - mean, abs=1e-7)


def test_an_index_that_is_the_same_for_all_needs_no_search():
    assert intercept_for(0.5, np.full(5, 2.0)) == -2
    assert intercept_for(0.5, np.empty(0)) == 0
