"""Covariances without measurement error: closed forms, and what is refused."""

import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.corrected import corrected_regression
from confstudy.models.moments import Latent, moments

RNG = np.random.default_rng(7)
N, GROUPS = 4000, 40
GROUP = np.arange(N) % GROUPS
CAUSE = RNG.normal(size=N) + RNG.normal(size=GROUPS)[GROUP]
SEEN = CAUSE + RNG.normal(scale=0.5, size=N)
OTHER = RNG.normal(size=N)
COLUMNS = {"seen": SEEN, "other": OTHER, "y": 0.7 * CAUSE - OTHER + RNG.normal(size=N)}


@pytest.mark.parametrize("within", [False, True])
def test_slopes_are_those_of_errors_in_variables_regression(within):
    found = moments(COLUMNS, {"seen": 0.25}, GROUP).slope("y", "seen", ["other"], within=within)
    expected = corrected_regression(
        COLUMNS["y"], np.column_stack([SEEN, OTHER]), np.array([0.25, 0]), GROUP, within=within
    )
    np.testing.assert_allclose(found[0], expected.slopes[0], rtol=1e-10)
    np.testing.assert_allclose(found[1:], expected.replicates[:, 0], rtol=1e-10)


def test_standard_deviations_are_those_of_the_truth():
    found = moments(COLUMNS, {"seen": 0.25}, GROUP)
    assert found.sd("seen")[0] == pytest.approx(np.sqrt(SEEN.var(ddof=1) - 0.25))
    left = COLUMNS["y"] - np.polyval(np.polyfit(OTHER, COLUMNS["y"], 1), OTHER)
    assert found.sd("y", ["other"])[0] == pytest.approx(np.sqrt(left @ left / (N - 1)))


def test_a_group_left_out_is_as_if_it_had_not_been_asked():
    found = moments(COLUMNS, {}, GROUP).total[1]
    kept = np.column_stack(list(COLUMNS.values()))[GROUP != 0]
    np.testing.assert_allclose(found, np.cov(kept.T), rtol=1e-10)


def test_spearmans_factor_is_exact_where_one_factor_holds():
    weights, noise = np.array([0.9, 0.6, 0.3, -0.5 + 1]), RNG.normal(size=(N, 4))
    loud = np.linalg.qr(np.column_stack([np.ones(N), CAUSE, noise]))[0][:, 1:] * np.sqrt(N)
    loud[:, 0] *= np.sign(np.corrcoef(loud[:, 0], CAUSE)[0, 1])
    parts = {f"x{k}": w * loud[:, 0] + loud[:, k + 1] for k, w in enumerate(weights)}
    columns = {**parts, "y": loud[:, 0] * 2}
    found = moments(columns, {}, GROUP, {"x": Latent(tuple(parts))})
    assert found.slope("y", "x")[0] * found.sd("x")[0] == pytest.approx(2 * np.sqrt(N / (N - 1)))


@pytest.mark.parametrize(
    ("columns", "errors", "groups", "latent", "expected"),
    [
        (COLUMNS, {}, np.zeros(N, int), {}, "two or more"),
        (COLUMNS, {"seen": 9.0}, GROUP, {}, "error outweighs truth"),
        (
            {"a": CAUSE, "b": CAUSE, "seen": -CAUSE, "y": OTHER},
            {},
            GROUP,
            {"latent": Latent(("a", "b", "seen"))},
            "do not go together",
        ),
    ],
)
def test_what_cannot_be_corrected_is_refused(columns, errors, groups, latent, expected):
    with pytest.raises(AnalysisError, match=expected):
        moments(columns, errors, groups, latent).slope("y", "seen")
