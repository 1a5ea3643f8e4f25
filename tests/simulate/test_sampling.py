import numpy as np
import pytest
from pydantic import ValidationError

from confstudy.errors import StructureError
from confstudy.simulate.sampling import Frame, Sampling, Stage, draw_sample, lay_out
from confstudy.simulate.streams import Streams
from confstudy.simulate.weights import Replication, replicate_weights

FRAME = Frame(
    practices=30,
    settings={"school": 0.2, "clinic": 0.3, "private": 0.5},
    therapists=(1, 4),
    clients=(5, 40),
)
LAID = lay_out(FRAME, Streams(3))
N = len(LAID["practice"])

DESIGNS = {
    "clients": Sampling(stages=(Stage(unit="client", take=100),)),
    "strata": Sampling(
        strata="setting",
        stages=(Stage(unit="practice", take={"school": 2, "clinic": 3, "private": 4}),),
    ),
    "two stages": Sampling(
        strata="setting",
        stages=(Stage(unit="practice", take=3), Stage(unit="client", take=10)),
    ),
    "by size": Sampling(
        strata="setting",
        stages=(
            Stage(unit="practice", take=4, chance="size"),
            Stage(unit="therapist", take=1, chance="size"),
            Stage(unit="client", take=8),
        ),
    ),
}


def test_a_frame_has_its_settings_exactly_and_sizes_in_range():
    first = np.unique(LAID["practice"], return_index=True)[1]
    names, counts = np.unique(LAID["setting"][first], return_counts=True)
    found = dict(zip(names, counts, strict=True))
    assert found == {"school": 6, "clinic": 9, "private": 15}
    assert set(
        np.bincount(LAID["practice"][np.unique(LAID["therapist"], return_index=True)[1]])
    ) == {1, 2, 3, 4}
    sizes = np.bincount(LAID["therapist"])
    assert sizes.min() >= 5
    assert sizes.max() <= 40


def test_sizes_are_uniform_over_their_range():
    sizes = np.bincount(lay_out(Frame(practices=40_000, clients=(1, 4)), Streams(1))["practice"])
    shares = np.bincount(sizes, minlength=5)[1:] / 40_000
    assert (abs(shares - 0.25) < 4 * np.sqrt(0.1875 / 40_000)).all()


@pytest.mark.parametrize("name", DESIGNS)
def test_clients_are_drawn_with_their_chance_and_totals_are_unbiased(name):
    times, totals, chance = np.zeros(N), [], np.full(N, np.nan)
    y = LAID["therapist"] % 7 + np.arange(N) % 3 + 2.0 * (LAID["setting"] == "school")
    for seed in range(1500):
        sample = draw_sample(DESIGNS[name], LAID, Streams(seed))
        times[sample.rows] += 1
        chance[sample.rows] = sample.chance
        totals.append(sample.weight @ y[sample.rows])
    error = np.sqrt(chance * (1 - chance) / 1500)
    assert not np.isnan(chance).any()
    assert (abs(times / 1500 - chance) <= 5 * error + 1e-9).all()
    assert abs(np.mean(totals) - y.sum()) < 4 * np.std(totals) / np.sqrt(1500)


def test_the_sample_has_the_declared_number_of_units():
    sample = draw_sample(DESIGNS["two stages"], LAID, Streams(5))
    for stratum in range(3):
        assert len(set(sample.cluster[sample.stratum == stratum])) == 3
    assert np.bincount(np.unique(sample.cluster, return_inverse=True)[1]).max() <= 10


def test_a_stratified_sample_of_clients_has_weights_that_sum_to_the_population():
    design = Sampling(strata="setting", stages=(Stage(unit="client", take=50),))
    assert draw_sample(design, LAID, Streams(1)).weight.sum() == pytest.approx(N, abs=1e-9)


def test_practices_by_size_and_a_fixed_number_of_clients_give_equal_weights():
    design = Sampling(
        stages=(Stage(unit="practice", take=6, chance="size"), Stage(unit="client", take=5))
    )
    sample = draw_sample(design, LAID, Streams(2))
    assert len(sample.rows) == 30
    np.testing.assert_allclose(sample.weight, N / 30, rtol=1e-12)


def test_a_unit_too_large_for_its_share_is_taken_with_certainty():
    frame = {"practice": np.repeat(np.arange(5), [60, 10, 10, 10, 10])}
    design = Sampling(stages=(Stage(unit="practice", take=3, chance="size"),))
    for seed in range(20):
        sample = draw_sample(design, frame, Streams(seed))
        chances = {int(c): p for c, p in zip(sample.cluster, sample.chance, strict=True)}
        assert len(chances) == 3
        assert chances.pop(0) == 1
        np.testing.assert_allclose(list(chances.values()), 0.5)


def test_all_are_taken_where_there_are_not_as_many():
    design = Sampling(stages=(Stage(unit="practice", take=99),))
    sample = draw_sample(design, LAID, Streams(1))
    assert np.array_equal(sample.rows, np.arange(N))
    assert (sample.weight == 1).all()


def test_equal_chances_give_every_pair_alike():
    pairs = np.zeros((6, 6))
    design = Sampling(stages=(Stage(unit="client", take=3),))
    for seed in range(3000):
        rows = draw_sample(design, {"practice": np.zeros(6)}, Streams(seed)).rows
        pairs[np.ix_(rows, rows)] += 1
    off = pairs[np.triu_indices(6, 1)] / 3000
    assert (abs(off - 0.2) < 4 * np.sqrt(0.16 / 3000)).all()


def test_a_second_stage_or_another_sample_changes_nothing_of_the_first():
    streams, two = Streams(9), DESIGNS["two stages"]
    one = draw_sample(two.model_copy(update={"stages": two.stages[:1]}), LAID, streams)
    draw_sample(two, LAID, streams, column="other")
    assert set(draw_sample(two, LAID, streams).cluster) == set(one.cluster)
    other = draw_sample(two, LAID, streams, column="other")
    assert set(other.cluster) != set(one.cluster)


@pytest.mark.parametrize(
    ("model", "declared", "expected"),
    [
        (Frame, {"practices": 0}, "greater than 0"),
        (Frame, {"practices": 2, "settings": {"a": 0.5, "b": 0.6}}, "sum to 1, not 1.1"),
        (Frame, {"practices": 2, "settings": {"a": 0.5}}, "two or more, or none"),
        (Frame, {"practices": 2, "clients": [9, 3]}, r"'clients' is \[fewest, most\]"),
        (Sampling, {"stages": []}, "at least 1"),
        (Sampling, {"stages": [{"unit": "client", "take": {"a": 2}}]}, "needs 'strata'"),
        (Sampling, {"stages": 2 * [{"unit": "client", "take": 2}]}, "another unit"),
        (Sampling, {"stages": [{"unit": "client", "take": 2, "chance": "pps"}]}, "'size'"),
    ],
)
def test_a_bad_declaration_says_what_is_allowed(model, declared, expected):
    with pytest.raises(ValidationError, match=expected):
        model.model_validate(declared)


def test_a_design_fits_its_frame():
    with pytest.raises(StructureError, match="Did you mean 'practice'"):
        draw_sample(Sampling(stages=(Stage(unit="practise", take=2),)), LAID, Streams(1))
    unknown = Sampling(strata="setting", stages=(Stage(unit="client", take={"school": 1}),))
    with pytest.raises(StructureError, match=r"every stratum .* \[clinic, private, school\]"):
        draw_sample(unknown, LAID, Streams(1))
    upside_down = Sampling(stages=(Stage(unit="therapist", take=2), Stage(unit="practice", take=1)))
    with pytest.raises(StructureError, match="A 'practice' lies in more than one 'therapist'"):
        draw_sample(upside_down, LAID, Streams(1))
    with pytest.raises(StructureError, match="one group a client"):
        draw_sample(unknown, {}, Streams(1))


# --- replicate weights -------------------------------------------------------------------

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


def test_strata_of_different_sizes_get_one_multiplier_and_the_same_variance():
    stratum = np.repeat([0, 1], [80, 120])
    cluster = np.arange(200) // 20
    made = replicate_weights(Replication(method="JKn"), WEIGHT, cluster, stratum)
    with pytest.raises(StructureError, match="Use 'with_one_multiplier' first"):
        made.declared()
    one = made.with_one_multiplier
    assert one.declared().multiplier == pytest.approx(5 / 6)
    assert (one.weights >= 0).all()
    assert of_total(one) == pytest.approx(of_total(made), rel=1e-12)
    assert of_mean(one) == pytest.approx(of_mean(made), rel=0.1)


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
    with pytest.raises(ValidationError, match="is for the method '(bootstrap|Fay)'"):
        Replication.model_validate(declared)


def test_the_bootstrap_needs_random_numbers():
    with pytest.raises(StructureError, match="give 'streams'"):
        replicate_weights(Replication(method="bootstrap", replicates=3), WEIGHT, CLUSTER)


def test_replicates_of_drawn_samples_know_the_spread_of_their_estimate():
    """JKn of a two-stage sample, on average, is the variance over samples."""
    y = np.random.default_rng(1).normal(size=600)[LAID["therapist"]] + LAID["practice"] / 10
    frame = {**LAID, "practice": LAID["therapist"]}
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
