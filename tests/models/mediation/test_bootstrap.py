import numpy as np
import pytest
from scipy import stats

from confstudy.models.mediation.bootstrap import (
    bca_interval,
    left_out,
    p_value,
    percentile_interval,
    resamples,
)

GROUPS = np.repeat(np.arange(6), [3, 1, 4, 2, 5, 5])


def test_resamples_have_as_many_as_the_sample_and_repeat_with_their_seed():
    one = np.vstack(list(resamples(3, 500, 40)))
    assert one.shape == (500, 40)
    assert (one.sum(axis=1) == 40).all()
    assert (one == np.vstack(list(resamples(3, 500, 40)))).all()
    assert (one != np.vstack(list(resamples(4, 500, 40)))).any()


def test_counts_have_the_variance_of_draws_with_replacement():
    counts = np.vstack(list(resamples(1, 4000, 25)))
    assert counts.var() == pytest.approx(1 - 1 / 25, rel=0.02)


def test_batches_draw_the_same_resamples():
    whole = np.vstack(list(resamples(7, 90, 30)))
    assert (whole == np.vstack(list(resamples(7, 90, 30, cells=300)))).all()


def test_groups_are_drawn_whole():
    counts = np.vstack(list(resamples(2, 200, len(GROUPS), GROUPS)))
    for group in range(6):
        inside = counts[:, group == GROUPS]
        assert (inside == inside[:, :1]).all()
    firsts = [np.flatnonzero(group == GROUPS)[0] for group in range(6)]
    assert (counts[:, firsts].sum(axis=1) == 6).all()


def test_each_unit_is_left_out_once():
    assert (np.vstack(list(left_out(5))) == 1 - np.eye(5)).all()
    groups = np.vstack(list(left_out(len(GROUPS), GROUPS)))
    assert groups.shape == (6, len(GROUPS))
    assert ((groups == 0).sum(axis=1) == np.bincount(GROUPS)).all()


def test_bca_of_the_mean_equals_scipy():
    rng = np.random.default_rng(1)
    values = rng.exponential(size=40)
    counts = np.vstack(list(resamples(1, 20_000, 40)))
    draws = (counts @ values)[:, None] / 40
    jackknife = ((values.sum() - values) / 39)[:, None]
    low, high = bca_interval(draws, np.array([values.mean()]), jackknife, 0.95)
    peer = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(2)
    )
    spread = values.std() / np.sqrt(40)
    assert abs(low[0] - peer.confidence_interval.low) < 0.1 * spread
    assert abs(high[0] - peer.confidence_interval.high) < 0.1 * spread


def test_without_bias_or_skewness_bca_is_the_percentile_interval():
    draws = np.sort(np.random.default_rng(4).normal(size=(1001, 1)), axis=0)
    flat = np.ones((10, 1))
    for one, two in zip(
        bca_interval(draws, draws[500], flat, 0.9), percentile_interval(draws, 0.9), strict=True
    ):
        np.testing.assert_allclose(one, two, atol=0.02)


@pytest.mark.parametrize("corrected", [False, True])
def test_a_limit_at_the_null_has_the_p_value_of_the_level(corrected):
    rng = np.random.default_rng(9)
    draws, jackknife = rng.gamma(4, size=(20_000, 1)), rng.gamma(4, size=(50, 1))
    estimate = np.array([3.8])
    if corrected:
        low, _ = bca_interval(draws, estimate, jackknife, 0.9)
        p = p_value(draws, low, (draws, estimate, jackknife))
    else:
        low, _ = percentile_interval(draws, 0.9)
        p = p_value(draws, low)
    assert p[0] == pytest.approx(0.1, abs=0.002)
