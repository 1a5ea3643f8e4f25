"""Item analysis beside psych and polycor on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from scipy.stats import multivariate_normal

from confstudy.survey.bivariate import cells
from confstudy.survey.dimensions import adequacy, parallel_analysis
from confstudy.survey.exploratory import factors
from confstudy.survey.polychoric import polychoric

HERE = Path(__file__).parent
R = json.loads((HERE / "r_items.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
ITEMS = [f"{scale}{i}" for scale in ("p", "t", "d") for i in range(1, 5)]


def close(found, expected, rtol):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=rtol)


def likelihood(r, cuts):
    """Of p1 and p2, by another algorithm for the bivariate normal."""
    rows, columns = (np.concatenate([[-9], c, [9]]) for c in cuts)
    corners = np.array(
        [[multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([h, k]) for k in columns] for h in rows]
    )
    table = pd.crosstab(DATA["p1"], DATA["p2"]).to_numpy()
    return (table * np.log(np.diff(np.diff(corners, axis=0), axis=1))).sum()


def test_thresholds_equal_psych():
    cuts = polychoric(DATA, ITEMS).cuts[:4]
    close(np.array(cuts), R["psych_polychoric"]["tau_p"], rtol=1e-12)


def test_polychoric_correlations_equal_psych_whose_search_stops_in_the_fifth_digit():
    found = polychoric(DATA, ITEMS).correlations[:4, :4]
    close(found, R["psych_polychoric"]["rho_p"], rtol=5e-5)


def test_a_polychoric_correlation_in_two_steps_equals_polycor_as_far_as_it_went():
    found, r = polychoric(DATA, ["p1", "p2"]), R["polycor_ml"]["p1p2_2step"]
    close(found.correlations[0, 1], r, rtol=2e-5)
    assert likelihood(found.correlations[0, 1], found.cuts) >= likelihood(r, found.cuts)


def test_a_polychoric_correlation_by_maximum_likelihood_equals_polycor_as_far_as_it_went():
    found = polychoric(DATA, ["p1", "p2"], "ml")
    ours, r = found.correlations[0, 1], R["polycor_ml"]["p1p2_ml"]
    close(ours, r, rtol=2e-4)
    table = pd.crosstab(DATA["p1"], DATA["p2"]).to_numpy()

    def best(rho):
        """The highest likelihood at this correlation, over all thresholds."""
        start = np.concatenate(found.cuts)
        search = optimize.minimize(
            lambda x: -(table * np.log(cells(x[:4], x[4:], rho)[0])).sum(), start, tol=1e-5
        )
        return -search.fun

    assert best(ours) > best(r)


def test_sampling_adequacy_and_bartlett_s_test_equal_psych():
    found, r = adequacy(DATA, ITEMS), R["psych_kmo_bartlett"]
    close([found.kmo, *found.each], [r["MSA"], *r["MSAi"]], rtol=1e-12)
    close([found.chi2, found.df], [r["chisq"], r["df"]], rtol=1e-12)
    close(found.p_value, r["p"], rtol=1e-10)


def test_minimum_residual_communalities_and_residuals_equal_psych():
    found, r = factors(DATA, ITEMS, 3), R["psych_fa"]
    close(found.table["communality"], r["minres_comm"], rtol=1e-4)
    close(found.rms, r["minres_fit_rms"], rtol=1e-7)
    close(np.linalg.eigvalsh(found.correlation)[::-1], r["eig"], rtol=1e-12)


def test_likelihood_communalities_and_their_test_equal_psych():
    found, r = factors(DATA, ITEMS, 3, extraction="ml", rotation="varimax"), R["psych_fa"]
    close(found.table["communality"], r["ml_comm"], rtol=1e-4)
    close(found.chi2, r["ml_chi"], rtol=1e-8)
    assert found.df == r["ml_dof"]


def spread(loadings):
    """Kaiser's criterion of items brought to one communality."""
    share = loadings**2 / (loadings**2).sum(axis=1, keepdims=True)
    return share.var(axis=0).sum()


def test_varimax_loadings_equal_those_of_r_whose_search_stops_earlier():
    found = factors(DATA, ITEMS, 3, extraction="ml", rotation="varimax").solution.loadings
    r = np.array(R["psych_fa"]["ml_varimax"])
    order = [np.argmax(np.abs(found.T @ column)) for column in r.T]
    close(found[:, order], r, rtol=1e-2)
    close(found @ found.T, r @ r.T, rtol=1e-4)
    assert spread(found) > spread(r)


@pytest.mark.parametrize("seed", [1, 2])
def test_parallel_analysis_finds_as_many_as_psych(seed):
    found, r = parallel_analysis(DATA, ITEMS, draws=30, seed=seed), R["psych_parallel"]
    assert (found.factors, found.components) == (r["nfact"], r["ncomp"])
