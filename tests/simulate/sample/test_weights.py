import numpy as np
import pytest
from pydantic import ValidationError

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.sampling import Sampling, Stage, draw_sample
from confstudy.simulate.sample.weights import Replication, replicate_weights

RNG = np.random.default_rng(8)
STRATUM = np.repeat(np.arange(5), 40)
CLUSTER = np.tile(np.repeat(np.arange(4), 10), 5)  # named alike in every stratum
PAIRS = np.tile(np.repeat([0, 1], 20), 5)
WEIGHT = RNG.uniform(1, 4, 200)
Y = RNG.normal(size=200) + CLUSTER + STRATUM


def linearized(values, stratum, cluster):
    """Taylor variance of a total: between the cluster totals of each stratum."""
    found = 0.0
    for h in set(stratum):
        inside = stratum == h
        names = sorted(set(cluster[inside]))
        totals = np.array([values[inside & (cluster == c)].sum() for c in names])
        found += len(names) * totals.var(ddof=1)
    return found


def of_total(made):
    return made.variance(made.full @ Y, Y @ made.weights)


def of_mean(made):
    return made.variance(
        made.full @ Y / made.full.sum(), Y @ made.weights / made.weights.sum(axis=0)
    )


@pytest.mark.parametrize(
    ("replication", "cluster", "stratum", "replicates", "df"),
    [
        (Replication(method="JK1"), np.arange(200), None, 200, 199),
        (Replication(method="JKn"), CLUSTER, STRATUM, 20, 15),
        (Replication(method="BRR"), PAIRS, STRATUM, 8, 5),
        (Replication(method="Fay", fay=0.3), PAIRS, STRATUM, 8, 5),
    ],
)
def test_the_variance_of_a_total_equals_its_closed_form(
    replication, cluster, stratum, replicates, df
):
    made = replicate_weights(replication, WEIGHT, cluster, stratum)
    strata = np.zeros(200) if stratum is None else stratum
    assert of_total(made) == pytest.approx(linearized(WEIGHT * Y, strata, cluster), rel=1e-10)
    assert (made.weights.shape, made.df) == ((200, replicates), df)


@pytest.mark.parametrize(
    ("replication", "cluster"),
    [
        (Replication(method="JKn"), CLUSTER),
        (Replication(method="BRR"), PAIRS),
        (Replication(method="Fay", fay=0.5), PAIRS),
    ],
)
def test_the_variance_of_a_mean_is_the_linearized_one_where_clusters_weigh_alike(
    replication, cluster
):
    # Every replicate then weighs as much as the sample, and the mean is a total.
    made = replicate_weights(replication, np.full(200, 2.5), cluster, STRATUM)
    expected = linearized((Y - Y.mean()) / 200, STRATUM, cluster)
    assert of_mean(made) == pytest.approx(expected, abs=1e-10)
    np.testing.assert_allclose(made.weights.sum(axis=0), 500, rtol=1e-12)


def test_jk1_of_single_respondents_is_the_textbook_variance_of_a_mean():
    made = replicate_weights(Replication(method="JK1"), np.ones(200), np.arange(200))
    assert of_mean(made) == pytest.approx(Y.var(ddof=1) / 200, abs=1e-10)
    declared = made.declared("w")
    assert (declared.weights[0], declared.multiplier, declared.df) == ("w001", 0.995, 199)
    assert list(made.table("w")) == list(declared.weights)


@pytest.mark.parametrize("strata", [1, 2, 3, 4, 7, 8, 31])
def test_balanced_halves_are_orthogonal(strata):
    stratum, cluster = np.repeat(np.arange(strata), 2), np.tile([0, 1], strata)
    made = replicate_weights(Replication(method="BRR"), np.ones(2 * strata), cluster, stratum)
    signs = made.weights[::2] - 1
    replicates = signs.shape[1]
    assert replicates > strata
    assert np.array_equal(signs @ signs.T, replicates * np.eye(strata))
    assert (signs.sum(axis=1) == 0).all()
    assert np.array_equal(made.weights[::2] + made.weights[1::2], np.full((strata, replicates), 2))


def test_fay_keeps_every_respondent():
    made = replicate_weights(Replication(method="Fay", fay=0.3), np.ones(200), PAIRS, STRATUM)
    np.testing.assert_allclose(np.unique(made.weights.round(12)), [0.3, 1.7])
    assert made.declared().multiplier == pytest.approx(1 / (8 * 0.49))


def test_the_bootstrap_is_unbiased_for_the_linearized_variance():
    replication = Replication(method="bootstrap", replicates=20_000)
    made = replicate_weights(replication, WEIGHT, CLUSTER, STRATUM, Streams(1))
    expected = linearized(WEIGHT * Y, STRATUM, CLUSTER)
    assert of_total(made) == pytest.approx(expected, rel=4 * np.sqrt(2.5 / 20_000))
    assert made.weights.mean(axis=1) == pytest.approx(WEIGHT, rel=0.05)
    equal = replicate_weights(replication, np.ones(200), CLUSTER, STRATUM, Streams(1))
    np.testing.assert_allclose(equal.weights.sum(axis=0), 200)


def test_more_bootstrap_replicates_leave_the_first_ones_alone():
    few, many = (
        replicate_weights(
            Replication(method="bootstrap", replicates=r), WEIGHT, CLUSTER, STRATUM, Streams(1)
        )
        for r in (5, 50)
    )
    assert np.array_equal(few.weights, many.weights[:, :5])


def test_strata_of_different_sizes_declare_a_multiplier_each():
    stratum = np.repeat([0, 1], [80, 120])
    cluster = np.arange(200) // 20
    made = replicate_weights(Replication(method="JKn"), WEIGHT, cluster, stratum)
    declared = made.declared()
    assert declared.multiplier is None
    assert declared.each == pytest.approx([3 / 4] * 4 + [5 / 6] * 6)
    assert of_total(made) == pytest.approx(linearized(WEIGHT * Y, stratum, cluster), rel=1e-10)


@pytest.mark.parametrize("method", ["JK1", "JKn", "BRR", "bootstrap"])
def test_a_method_fits_the_clusters_there_are(method):
    lone = np.concatenate([[0], np.ones(199)])
    replication = Replication(method=method, replicates=9 if method == "bootstrap" else None)
    with pytest.raises(StructureError, match=rf"{method} (needs|is for)"):
        replicate_weights(replication, WEIGHT, np.arange(200), lone, Streams(1))


@pytest.mark.parametrize(
    "declared",
    [{"method": "bootstrap"}, {"method": "JK1", "replicates": 5}, {"method": "Fay"}],
)
def test_a_replication_has_what_its_method_needs(declared):
    with pytest.raises(ValidationError, match=r"is for the method '(bootstrap|Fay)'"):
        Replication.model_validate(declared)


def test_the_bootstrap_needs_random_numbers():
    with pytest.raises(StructureError, match="give 'streams'"):
        replicate_weights(Replication(method="bootstrap", replicates=3), WEIGHT, CLUSTER)


def test_replicates_of_drawn_samples_know_the_spread_of_their_estimate():
    """JKn of a two-stage sample, on average, is the variance over samples."""
    sizes = np.random.default_rng(3).integers(5, 41, 100)
    setting = np.repeat(["school", "private"], [30, 70])
    frame = {"setting": setting.repeat(sizes), "practice": np.arange(100).repeat(sizes)}
    y = np.random.default_rng(1).normal(size=100)[frame["practice"]] + frame["practice"] / 50
    design = Sampling(
        strata="setting", stages=(Stage(unit="practice", take=4), Stage(unit="client", take=5))
    )
    totals, variances = [], []
    for seed in range(400):
        sample = draw_sample(design, frame, Streams(seed))
        mine = y[sample.rows]
        made = replicate_weights(
            Replication(method="JKn"), sample.weight, sample.cluster, sample.stratum
        )
        totals.append(sample.weight @ mine)
        variances.append(made.variance(totals[-1], mine @ made.weights))
    # Drawn without replacement, so the variance is a little smaller than the jackknife's.
    assert 0.7 < np.var(totals) / np.mean(variances) < 1.1
