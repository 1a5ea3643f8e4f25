"""Brant's test against its parts fitted one by one."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError


def made(seed, spoiled=0.0, n=600):
    """Odds are proportional in g; in x where nothing is spoiled."""
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=n), rng.choice(["a", "b", "c"], n)
    index = 0.8 * x + 0.5 * (g == "b")
    above = rng.logistic(size=n)
    rank = (above > -1 - index).astype(int) + (above > 1 - index - spoiled * x)
    return pd.DataFrame({"x": x, "g": pd.Categorical(g), "rank": rank})


DATA = made(2)


def test_brant_compares_the_logits_of_passing_each_threshold():
    fits = [cs.fit(f"I(rank > {cut}) ~ x", DATA, "logit") for cut in (0, 1)]
    slopes = [fit.coefficients[1] for fit in fits]
    matrix = fits[0].design.matrix
    low, high = (expit(matrix @ fit.coefficients) for fit in fits)
    between = (
        fits[0].covariance @ matrix.T @ ((high - low * high)[:, None] * matrix) @ fits[1].covariance
    )[1, 1]
    spread = fits[0].covariance[1, 1] + fits[1].covariance[1, 1] - 2 * between
    found = cs.fit("rank ~ x", DATA, "ordered").proportional_odds().set_index("term").loc["x"]
    expected = (slopes[1] - slopes[0]) ** 2 / spread
    assert found["brant"] == pytest.approx(expected, rel=1e-8)
    assert found["brant_p"] == pytest.approx(stats.chi2.sf(expected, 1), rel=1e-8)


def test_a_category_is_tested_as_one_and_all_terms_together():
    table = cs.fit("rank ~ x + g", DATA, "ordered").proportional_odds()
    assert table["term"].tolist() == ["x", "g", "all"]
    assert table["df"].tolist() == [1, 2, 3]


def test_both_tests_agree_where_odds_are_not_proportional():
    table = cs.fit("rank ~ x + g", made(3, spoiled=-0.7), "ordered").proportional_odds()
    table = table.set_index("term")
    assert (table.loc["x", ["brant_p", "lr_p"]] < 1e-4).all()
    assert table.loc["x", "brant"] == pytest.approx(table.loc["x", "lr"], rel=0.25)


def test_it_is_for_ordered_logits_that_have_an_estimate():
    with pytest.raises(AnalysisError, match="assumed by family='ordered', not by 'ols'"):
        cs.fit("rank ~ x", DATA).proportional_odds()
    with pytest.raises(AnalysisError, match="without weights"):
        cs.fit("rank ~ x", DATA.assign(w=2), "ordered", weights="w").proportional_odds()


def test_a_threshold_without_an_estimate_is_missing_not_wrong():
    # Nobody with z passes the second threshold; the first has both.
    data = DATA.assign(z=((DATA["rank"] < 2) & (DATA["x"] > 0)).astype(int))
    table = cs.fit("rank ~ x + z", data, "ordered").proportional_odds()
    assert table["brant"].isna().all()


@pytest.mark.validate
def test_proportional_odds_are_rejected_as_often_as_it_says():
    tables = [cs.fit("rank ~ x + g", made(s), "ordered").proportional_odds() for s in range(1000)]
    for column in ("brant_p", "lr_p"):
        share = np.mean([table[column].iloc[-1] < 0.05 for table in tables])
        assert abs(share - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000)
