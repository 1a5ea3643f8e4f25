import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.survey.factors import minres, oblique
from confstudy.survey.reliability import cronbach_alpha, hierarchical, reliability

RNG = np.random.default_rng(1)
# One factor would need a squared loading of .8 · .8 / .5 = 1.28.
OVERFULL = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])


def one_factor(n, loadings, seed=1):
    rng = np.random.default_rng(seed)
    loadings = np.asarray(loadings)
    own = np.sqrt(1 - loadings**2) * rng.normal(size=(n, len(loadings)))
    return loadings * rng.normal(size=(n, 1)) + own


def test_alpha_equals_its_closed_form_for_two_items():
    rng = np.random.default_rng(1)
    items = rng.normal(size=(400, 2)) + rng.normal(size=(400, 1))
    r = np.cov(items, rowvar=False)
    expected = 4 * r[0, 1] / r.sum()
    assert cronbach_alpha(items).alpha == pytest.approx(expected, rel=1e-12)


def test_forgetting_to_reverse_two_of_six_items_ruins_alpha():
    items = one_factor(200_000, [0.72] * 6)
    items[:, [1, 4]] *= -1
    # Equal correlations r, two signs turned: the sum's variance is 6 + r(30 − 2·16).
    r = 0.72**2
    expected = 6 / 5 * (1 - 6 / (6 + r * (30 - 32)))
    assert cronbach_alpha(items).alpha == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("items", [np.ones((5, 1)), np.ones((2, 3)), np.ones((9, 3))])
def test_alpha_is_refused_and_reliability_missing_where_it_is_not_defined(items):
    with pytest.raises(AnalysisError, match="α"):
        cronbach_alpha(items)
    found = reliability(items)
    assert np.isnan([found.alpha, found.conf_low, found.standardised, found.omega]).all()
    assert found.note.startswith("α")


def test_feldt_s_interval_covers_the_reliability_as_often_as_it_says():
    loading, covered = 0.7, 0
    truth = 6 / 5 * (1 - 6 / (6 + 30 * loading**2))
    for seed in range(1000):
        found = cronbach_alpha(one_factor(80, [loading] * 6, seed))
        covered += found.conf_low <= truth <= found.conf_high
    assert abs(covered / 1000 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 1000)


def test_omega_finds_the_reliability_that_alpha_underrates_where_loadings_differ():
    loadings = np.array([0.95, 0.8, 0.5, 0.3])
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    found = reliability(one_factor(200_000, loadings))
    assert found.omega == pytest.approx(truth, abs=0.004)
    assert found.alpha < truth - 0.02


@pytest.mark.parametrize(
    ("items", "note"),
    [
        (one_factor(200, [0.7, 0.7]), "three items"),
        (np.column_stack([one_factor(200, [0.7] * 3), np.ones(200)]), "answers alike"),
        (RNG.multivariate_normal(np.zeros(3), OVERFULL, size=200), "Heywood"),
    ],
)
def test_omega_is_missing_with_the_reason_where_it_cannot_be_believed(items, note):
    found = reliability(items)
    assert np.isnan(found.omega)
    assert note in found.note
    assert found.alpha > 0.4


def test_minres_repeats_exact_loadings_and_a_heywood_case_is_marked():
    loadings = np.array([0.9, 0.8, 0.7, 0.6, 0.2])
    exact = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    np.testing.assert_allclose(minres(exact).loadings[:, 0], loadings, atol=1e-6)
    assert minres(OVERFULL).heywood
    assert not minres(exact).heywood


def test_rotation_keeps_what_the_factors_explain_and_finds_simple_structure():
    simple = np.kron(np.eye(3), [[0.8], [0.7], [0.6], [0.5]])
    phi = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    common = simple @ phi @ simple.T
    turned = oblique(minres(common + np.diag(1 - np.diag(common)), 3))
    np.testing.assert_allclose(
        turned.loadings @ turned.correlations @ turned.loadings.T, common, atol=1e-5
    )
    order = np.argmax(np.abs(turned.loadings[::4]), axis=1)
    np.testing.assert_allclose(turned.loadings[:, order], simple, atol=1e-4)
    np.testing.assert_allclose(turned.correlations[np.ix_(order, order)], phi, atol=1e-4)


@pytest.mark.parametrize(
    ("items", "factors"),
    [(one_factor(99, [0.6] * 9), 2), (one_factor(99, [0.6] * 5), 3), (np.ones((99, 9)), 3)],
)
def test_a_hierarchy_that_is_not_identified_is_refused(items, factors):
    with pytest.raises(AnalysisError, match=r"three or more|too few|vary"):
        hierarchical(items, factors)


def test_a_general_factor_that_leaves_nothing_of_another_is_refused():
    rng = np.random.default_rng(2)
    factors = rng.multivariate_normal(np.zeros(3), OVERFULL, size=2000)
    items = np.repeat(factors, 4, axis=1) + rng.normal(size=(2000, 12))
    with pytest.raises(AnalysisError, match="leaves nothing of another"):
        hierarchical(items)
