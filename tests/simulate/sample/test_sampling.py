import numpy as np
import pytest
from pydantic import ValidationError

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.sampling import Sampling, Stage, draw_sample

RNG = np.random.default_rng(3)
PRACTICE = np.repeat(np.arange(30), RNG.integers(1, 5, 30))  # of each therapist
SIZES = RNG.integers(5, 41, len(PRACTICE))
LAID = {
    "setting": np.repeat(["school", "clinic", "private"], [6, 9, 15])[PRACTICE].repeat(SIZES),
    "practice": PRACTICE.repeat(SIZES),
    "therapist": np.arange(len(PRACTICE)).repeat(SIZES),
}
N = int(SIZES.sum())

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
    # One of 1,536 clients may be beyond 5 of them: few are drawn, which is skewed.
    assert (abs(times / 1500 - chance) <= 6 * error + 1e-9).all()
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
        (Sampling, {"stages": []}, "one stage or more"),
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
