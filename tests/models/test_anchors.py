"""Published numbers: later OSMI waves, where the files are at hand, and Ford's cells."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import confstudy as cs


@pytest.mark.parametrize(
    ("year", "n", "expected"),
    [
        (2016, 1146, {"treatment": (0.206275, 0.134313)}),
        (2017, 643, {"treatment": (0.341922, 0.173232), "discussed": (0.753763, 0.175993)}),
        (2019, 304, {"treatment": (0.077415, 0.253366), "discussed": (0.576423, 0.254748)}),
    ],
)
def test_later_waves_of_osmi(real, year, n, expected):
    survey = cs.load(real(f"osmi{year}.csv"), "osmi")
    for outcome, (estimate, error) in expected.items():
        fit = cs.fit(f"{outcome} ~ I(anonymity == 'Yes')", survey, "logit")
        row = fit.table.iloc[1]
        assert fit.n == n
        assert row["estimate"] == pytest.approx(estimate, abs=6e-7)
        assert row["std_error"] == pytest.approx(error, abs=6e-7)


# Ford et al. (1997): yes and all of those assured, then of those who were not. Their P = .02 for
# disclosure is not the test of these cells.
FORD = {
    "disclose": ((178, 383, 68, 175), 1.366, (0.949, 1.967), 2.83, 0.093),
    "return": ((259, 386, 93, 175), 1.798, (1.248, 2.590), 10.03, 0.0015),
}


@pytest.mark.parametrize("outcome", FORD)
def test_ford_s_cells(outcome):
    (yes, all_, other, rest), ratio, ends, chi_square, p_value = FORD[outcome]
    cells = pd.DataFrame(
        {
            "yes": [1, 0, 1, 0],
            "assured": [1, 1, 0, 0],
            "count": [yes, all_ - yes, other, rest - other],
        }
    )
    row = cs.fit("yes ~ assured", cells, "logit", weights="count").table.iloc[1]
    found = np.exp(row[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float))
    np.testing.assert_allclose(found, [ratio, *ends], atol=6e-4)
    # As one row a respondent: the same, and n × R² of the linear model is the χ² of the table.
    people = cells.loc[cells.index.repeat(cells["count"])]
    one = cs.fit("yes ~ assured", people, "logit").table.iloc[1]
    np.testing.assert_allclose(one["estimate"], row["estimate"], rtol=1e-10)
    np.testing.assert_allclose(one["std_error"], row["std_error"], rtol=1e-10)
    statistic = len(people) * cs.fit("yes ~ assured", people).goodness.r_squared
    assert statistic == pytest.approx(chi_square, abs=6e-3)
    assert stats.chi2.sf(statistic, 1) == pytest.approx(p_value, abs=6e-4)
