"""Fit measures beside lavaan 0.6-14 on data drawn here."""

import numpy as np
import pandas as pd
import pytest

from confstudy.models.latent.sem import sem

MODEL = "f =~ a + b + c + d\nf ~ x + z\ny ~ f + x"


def drawn(missing=0.0, n=240):
    """Skewed errors, negative loadings and effects, unequal clusters within groups."""
    rng = np.random.default_rng(8)
    place = rng.choice(18, size=n, p=np.arange(1, 19) / 171)
    x = rng.normal(size=n)
    z = 0.6 * x + rng.normal(size=n)
    f = -0.5 * x + 0.3 * z + 0.6 * rng.normal(size=18)[place] + rng.normal(size=n)
    sizes = np.array([0.9, -0.8, 1.2, 0.6])
    items = pd.DataFrame(f[:, None] * sizes + rng.exponential(size=(n, 4)), columns=list("abcd"))
    items["d"] += 0.4 * items["c"] * x
    frame = items.assign(x=x, z=z, y=-0.4 * f + 0.3 * z + rng.exponential(size=n)).round(3)
    gone = rng.uniform(size=(n, 3)) < missing * (1 + np.tanh(x))[:, None]
    frame[["b", "d", "y"]] = frame[["b", "d", "y"]].mask(gone)
    return frame.assign(place=place, third=place % 3, w=rng.gamma(2, size=n).round(3) + 0.05)


# sem(model, data, …), then fitMeasures.
CASES = [
    # estimator = "MLR"
    (0, {"estimator": "mlr"}, {"rmsea_low_scaled": 0.090559459, "rmsea_high_scaled": 0.155664055}),
    # missing = "fiml"
    (0.3, {"estimator": "fiml"}, {"cfi_robust": 0.833724629, "rmsea_high_robust": 0.178047973}),
    # missing = "fiml", estimator = "MLR"
    (
        0.3,
        {"estimator": "mlr", "missing": "fiml"},
        {"tli_robust": 0.728971384, "rmsea_robust": 0.135575276, "rmsea_low_robust": 0.0953942989},
    ),
    # missing = "fiml", estimator = "MLR", cluster = "place"
    (0.3, {"missing": "fiml", "cluster": "place"}, {"cfi_robust": 0.8366793902}),
    # sampling.weights = "w", estimator = "MLR"
    (0, {"weights": "w"}, {"parameters": 13, "scale": 1.14417588, "srmr": 0.0604092417}),
    # group = "third", cluster = "place", estimator = "MLR"
    (0, {"group": "third", "cluster": "place"}, {"chi2_scaled": 89.585258549}),
    # fixed.x = FALSE
    (0, {"fixed_x": False}, {"cfi": 0.881713296, "tli": 0.802855493}),
]


@pytest.mark.parametrize(("missing", "options", "expected"), CASES)
def test_measures_equal_lavaan(missing, options, expected):
    found = sem(MODEL, drawn(missing), **options).fit
    np.testing.assert_allclose(found[list(expected)], list(expected.values()), rtol=2e-5)


def test_the_first_of_several_loadings_points_upwards():
    found = sem("f =~ b + a + c", drawn(), std_lv=True).table["estimate"]
    assert (np.sign(found[:3]) == [1, -1, -1]).all()


def test_a_group_of_one_cluster_has_a_scaled_test():
    data = drawn().assign(third=lambda rows: rows["place"] > 16)
    found = sem("f =~ a + b + c + d", data, group="third", cluster="place").fit
    assert np.isfinite(found["chi2_scaled"])
