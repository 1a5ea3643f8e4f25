"""The exact values of the design: measurement, other scales, closed forms of designs."""

import numpy as np
import pytest

from confstudy.design.closed_forms import (
    constant_hazard,
    design_effect,
    exaggeration,
    false_positives_ignoring_clusters,
    mcse_of_share,
    n_for_two_shares,
    t_test_power,
)
from confstudy.errors import DeclarationError, StructureError
from confstudy.simulate.measure.attenuation import (
    alpha_unreversed,
    attenuated,
    average_r,
    cut_covariance,
    cut_moments,
    disattenuated,
    pearson_of,
    polychoric_of,
    spearman_brown,
)
from confstudy.simulate.measure.measurement import alpha_of, cuts_for
from confstudy.simulate.measure.reference import (
    binary_icc,
    icc_of_variance,
    item_icc,
    marginal_logit,
    marginal_probit,
    variance_of_icc,
)

FIVE, SEVEN, SKEWED = cuts_for(5), cuts_for(7), np.array([-1.8, -1.2, -0.5, 0.6])
R_FIVE = pearson_of(0.72**2, FIVE, FIVE)

EXACT = {
    "5 points: mean": (cut_moments(FIVE).mean, 3, 9),
    "5 points: SD": (cut_moments(FIVE).sd, 1.0089, 4),
    "5 points: r with the latent": (cut_moments(FIVE).latent_r, 0.9547, 4),
    "7 points: mean": (cut_moments(SEVEN).mean, 4, 9),
    "7 points: SD": (cut_moments(SEVEN).sd, 1.5927, 4),
    "7 points: r with the latent": (cut_moments(SEVEN).latent_r, 0.9757, 4),
    "polychoric .5, 5 points": (pearson_of(0.5, FIVE, FIVE), 0.4566, 4),
    "polychoric .5, 7 points": (pearson_of(0.5, SEVEN, SEVEN), 0.4778, 4),
    "polychoric .5, skewed": (pearson_of(0.5, SKEWED, SKEWED), 0.4434, 4),
    "six items, continuous": (spearman_brown(0.72**2, 6), 0.8659, 4),
    "six items, 5 points": (alpha_of(0.72, 6, 5), 0.8436, 4),
    "three of six items not turned": (alpha_unreversed(R_FIVE, 6, 3), -1.0789, 4),
    "attenuated": (attenuated(0.3106, 0.90, 0.89), 0.278, 4),
    "disattenuated": (disattenuated(0.278, 0.90, 0.89), 0.3106, 4),
    "logit ICC .05": (variance_of_icc(0.05, "logit"), 0.17315, 5),
    "logit ICC .0951": (variance_of_icc(0.0951, "logit"), 0.34575, 5),
    "binary ICC": (binary_icc(0.05, 0.197), 0.02477, 5),
    "5-point item ICC": (item_icc(0.05, FIVE), 0.04557, 5),
    "marginal log OR": (marginal_logit(0.5, 1).log_odds_ratio, 0.41392, 5),
    "marginal risk difference": (marginal_logit(0.5, 1).risk_difference, 0.10203, 5),
    "marginal probit": (marginal_probit(0.5, 1), 0.35355, 5),
    "design effect, m 10": (design_effect(10, 0.05), 1.45, 9),
    "design effect, m 20": (design_effect(20, 0.05), 1.95, 9),
    "design effect, m 60": (design_effect(60, 0.05), 3.95, 9),
    "design effect, CV .6": (design_effect(20, 0.05, 0.6), 2.31, 9),
    "naive z, m 10": (false_positives_ignoring_clusters(1.45), 0.1036, 4),
    "naive z, m 20": (false_positives_ignoring_clusters(1.95), 0.1604, 4),
    "naive z, m 60": (false_positives_ignoring_clusters(3.95), 0.3240, 4),
    "t test": (t_test_power(0.25, 150), 0.57854, 5),
    "type S at 1": (exaggeration(1, 1).type_s, 0.00905, 5),
    "type M at 1": (exaggeration(1, 1).type_m, 2.4909, 4),
    "type S at 2": (exaggeration(-0.2, 0.1).type_s, 0.00007, 5),
    "type M at 2": (exaggeration(-0.2, 0.1).type_m, 1.3863, 4),
    "n for .39 and .465": (n_for_two_shares(0.39, 0.465), 680, 9),
    "n for .53 and .67": (n_for_two_shares(0.53, 0.67), 189, 9),
    "n for .62 and .72": (n_for_two_shares(0.62, 0.72), 344, 9),
    "Monte Carlo SE": (mcse_of_share(0.8, 1000), 0.01265, 5),
    "hazard": (constant_hazard(0.197, 12), 0.018117, 6),
}


@pytest.mark.parametrize("name", EXACT)
def test_the_value_is_the_exact_one(name):
    value, expected, digits = EXACT[name]
    assert value == pytest.approx(expected, abs=0.50001 * 10.0**-digits)


@pytest.mark.parametrize("r", [-1, -0.9, -0.3, 0, 0.2, 0.7, 0.99, 1])
def test_two_halves_follow_the_arcsine_law(r):
    expected = np.arcsin(r) / (2 * np.pi)
    assert cut_covariance(r, [0.0], [0.0]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("r", [-0.95, -0.4, 0.1, 0.6, 0.97])
def test_polychoric_undoes_pearson(r):
    assert polychoric_of(pearson_of(r, FIVE, SKEWED), FIVE, SKEWED) == pytest.approx(r, abs=1e-9)


def test_equal_cuts_of_equal_normals_correlate_fully():
    assert pearson_of(1, SKEWED, SKEWED) == pytest.approx(1, abs=1e-10)


def test_pearson_is_what_drawn_items_show():
    rng = np.random.default_rng(2)
    a, own = rng.normal(size=(2, 400_000))
    b = 0.5 * a + np.sqrt(0.75) * own
    drawn = np.corrcoef(np.searchsorted(FIVE, a), np.searchsorted(SKEWED, b))[0, 1]
    assert abs(drawn - pearson_of(0.5, FIVE, SKEWED)) < 4 / np.sqrt(400_000)


def test_conversions_undo_each_other():
    assert icc_of_variance(variance_of_icc(0.12, "logit"), "logit") == pytest.approx(0.12)
    assert icc_of_variance(variance_of_icc(0.12, "probit"), "latent") == pytest.approx(0.12)
    assert spearman_brown(average_r(0.85, 6), 6) == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: pearson_of(1.2, FIVE, FIVE), "between −1 and 1, not at 1.2"),
        (lambda: polychoric_of(0.99, FIVE, SKEWED), r"between -0\.\d+ and 0\.928, not by 0\.99"),
        (lambda: disattenuated(0.9, 0.8, 0.8), r"correlate by 0\.800 at most, not by 0\.9"),
        (lambda: alpha_unreversed(0.4, 6, 7), "Of 6 items, 0 to 6 can be forgotten, not 7"),
        (lambda: variance_of_icc(1, "logit"), "below 1, not 1"),
        (lambda: variance_of_icc(0.1, "odds"), "logit, probit or latent, not 'odds'"),
        (lambda: icc_of_variance(-1, "logit"), "0 or more, not -1"),
        (lambda: binary_icc(0.05, 0), "A prevalence lies between 0 and 1"),
    ],
)
def test_impossible_numbers_are_refused_in_simulation(call, expected):
    with pytest.raises(StructureError, match=expected):
        call()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: design_effect(0.5, 0.05), "clusters of 1 or more"),
        (lambda: false_positives_ignoring_clusters(0), "above 0, not 0"),
        (lambda: t_test_power(0.2, 1), "two respondents in each arm, not 1"),
        (lambda: n_for_two_shares(0.4, 0.4), "cannot be told apart"),
        (lambda: n_for_two_shares(0.4, 1.4), "The second share lies between 0 and 1, not at 1.4"),
        (lambda: exaggeration(0, 1), "an effect other than 0"),
        (lambda: mcse_of_share(0.5, 0), "at least one replication"),
        (lambda: constant_hazard(0.2, 0), "a period or more, not 0"),
    ],
)
def test_impossible_numbers_are_refused_in_design(call, expected):
    with pytest.raises(DeclarationError, match=expected):
        call()


def test_type_s_and_m_are_what_drawn_estimates_show():
    drawn = np.random.default_rng(7).normal(1.5, 1, size=1_000_000)
    kept = drawn[np.abs(drawn) > 1.959964]
    found = exaggeration(1.5, 1)
    assert len(kept) / 1e6 == pytest.approx(found.power, abs=4 * 0.5 / 1e3)
    assert (kept < 0).mean() == pytest.approx(found.type_s, abs=4 * 0.05 / np.sqrt(len(kept)))
    mean, error = np.abs(kept).mean() / 1.5, np.abs(kept).std() / 1.5 / np.sqrt(len(kept))
    assert abs(mean - found.type_m) < 4 * error
