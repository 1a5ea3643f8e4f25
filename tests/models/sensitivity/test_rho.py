import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.mediation.mediate import mediate
from confstudy.models.sensitivity.rho import rho_sensitivity


def drawn(n, rho, seed, *, binary):
    """a = .5, b = .4, direct .3, and errors that correlate by rho."""
    rng = np.random.default_rng(seed)
    x, z = rng.integers(0, 2, n), rng.normal(size=n)
    e = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    m = 0.5 * x + 0.3 * z + e[:, 0]
    y = 0.4 * m + 0.3 * x + 0.2 * z + e[:, 1]
    return pd.DataFrame({"x": x, "z": z, "m": m, "y": (y > 0).astype(int) if binary else y})


DATA = drawn(300, 0.3, 4, binary=False)
BINARY = drawn(300, 0.3, 5, binary=True)


@pytest.mark.parametrize(("data", "family"), [(DATA, "ols"), (BINARY, "probit")])
def test_without_a_hidden_cause_it_is_what_mediate_finds(data, family):
    found = rho_sensitivity(data, "x", "m", "y", "z", family=family, rho=[0.0]).table.iloc[0]
    plain = mediate(data, "x", "m", "y", "z", family=family, bootstrap=0).table.set_index("term")
    indirect = plain.loc["indirect", "estimate"]
    if family == "probit":
        indirect = (indirect + plain.loc["pure indirect", "estimate"]) / 2
    else:
        assert found["std_error"] == pytest.approx(plain.loc["indirect", "std_error"], rel=1e-8)
    assert found["indirect"] == pytest.approx(indirect, rel=1e-9)
    total = plain.loc["total", "estimate"]
    assert found["indirect"] + found["direct"] == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("family", ["ols", "probit"])
@pytest.mark.parametrize("rho", [-0.5, 0.6])
def test_with_the_true_rho_the_true_effect_is_recovered(family, rho):
    binary = family == "probit"
    data = drawn(40_000, rho, 11, binary=binary)
    row = rho_sensitivity(data, "x", "m", "y", "z", family=family, rho=[rho]).table.iloc[0]
    truth = 0.2
    if binary:
        huge = drawn(400_000, rho, 12, binary=False)
        rest = huge["y"] - 0.3 * huge["x"] - 0.4 * 0.5 * huge["x"]
        means = {(t, s): (rest + 0.3 * t + 0.2 * s > 0).mean() for t in (0, 1) for s in (0, 1)}
        truth = (means[1, 1] - means[1, 0] + means[0, 1] - means[0, 0]) / 2
    assert abs(row["indirect"] - truth) < 4 * row["std_error"] + 0.001


def test_the_curve_falls_through_zero_at_the_rho_it_names():
    found = rho_sensitivity(DATA, "x", "m", "y", "z")
    assert (np.diff(found.table["indirect"]) < 0).all()
    at = rho_sensitivity(DATA, "x", "m", "y", "z", rho=[found.rho_zero]).table["indirect"][0]
    assert at == pytest.approx(0, abs=1e-9)
    assert found.r2_product == pytest.approx(found.rho_zero**2)
    assert 0 < found.r2_total < found.r2_product
    assert "no indirect effect at ρ" in repr(found)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"rho": [1.0]}, "between −1 and 1"),
        ({"rho": []}, "between −1 and 1"),
        ({"rho": ["a"]}, "between −1 and 1"),
        ({"rho": -1}, "between −1 and 1"),
        ({"family": "logit"}, "not possible"),
        ({"level": 2}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_varied_says_why(options, expected):
    with pytest.raises(AnalysisError, match=expected):
        rho_sensitivity(DATA, "x", "m", "y", **options)


def test_a_separated_outcome_is_named():
    with pytest.raises(AnalysisError, match="y: separation"):
        rho_sensitivity(DATA.assign(y=DATA["m"] > 0), "x", "m", "y", family="probit")
