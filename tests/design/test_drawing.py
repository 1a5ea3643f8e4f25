"""Replications are the same however they are drawn."""

import numpy as np
import pytest

from confstudy.design.declare import Design
from confstudy.design.drawing import draw, draw_batch
from confstudy.design.parts import block_ra, cluster_ra, complete_ra, likert, mar, mcar, mnar
from confstudy.design.simple import clusters, two_arms, two_shares
from confstudy.errors import DeclarationError
from confstudy.simulate.sample.sampling import Sampling, Stage

COLUMNS = [
    "arm", "privacy", "own", "return_intention", "concealment", "age_band", "sessions",
    "therapist", "practice",
]  # fmt: skip
PLAIN = Design("therapy", seed=7).population(therapists=11, clients=7)
DESIGNS = {
    "plain": PLAIN,
    "blocks": PLAIN.assign(A=block_ra(["none", "conditional", "absolute"])),
    "complete": PLAIN.assign(A=complete_ra(["none", "conditional", "absolute"])),
    "clusters": PLAIN.assign(A=cluster_ra(["none", "conditional", "absolute"], by="practice")),
    "mcar": PLAIN.missing(unit=mcar(0.3), item=0.1),
    "mar": PLAIN.missing(unit=mar({"telehealth": 0.5, "arm[absolute]": 1.0}, rate=0.3)),
    "mnar": PLAIN.missing(unit=mnar("P", slope=0.4, rate=0.35)),
    "sampled": PLAIN.sample(
        Sampling(stages=[Stage(unit="therapist", take=4), Stage(unit="client", take=3)])
    ),
}
DESIGNS = {
    name: given.measure(own=likert("T", items=4, alpha=0.8, reverse=[1]))
    for name, given in DESIGNS.items()
}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("null", ["", "A", "P"])
def test_a_replication_is_the_same_whatever_is_drawn_with_it(name, null):
    whole = draw_batch(DESIGNS[name], 3, 6, COLUMNS, null=null)
    for first, count, columns in [(3, 2, COLUMNS), (5, 1, COLUMNS[1:4]), (6, 3, COLUMNS[::-1])]:
        part = draw_batch(DESIGNS[name], first, count, columns, null=null)
        rows = slice(first - 3, first - 3 + count)
        for column, values in {**part.columns, **part.groups}.items():
            expected = {**whole.columns, **whole.groups}[column][rows]
            assert np.array_equal(values, expected, equal_nan=True)


def test_the_shares_and_the_groups_are_as_declared():
    batch = draw_batch(DESIGNS["mnar"].population(n=600), 0, 60, COLUMNS)
    answered = np.isfinite(batch.columns["privacy"])
    assert abs(answered.mean() - 0.65) < 0.01
    assert (np.isfinite(batch.columns["arm"]) == answered).all()
    assert ((batch.groups["therapist"] >= 0) == answered).all()
    whole = draw_batch(DESIGNS["clusters"], 0, 5, COLUMNS)
    for arms, practice in zip(whole.columns["arm"], whole.groups["practice"], strict=True):
        assert all(len(set(arms[practice == p])) == 1 for p in set(practice))


def test_under_the_null_a_cause_has_no_effect_and_its_column_stays():
    given = DESIGNS["plain"].population(n=600)
    seen, null = (draw_batch(given, 0, 40, COLUMNS, null=null) for null in ("", "A"))
    assert np.array_equal(seen.columns["arm"], null.columns["arm"])
    means = [
        [batch.columns["privacy"][batch.columns["arm"] == arm].mean() for arm in (0, 2)]
        for batch in (seen, null)
    ]
    assert means[0][1] - means[0][0] > 0.5
    assert abs(means[1][1] - means[1][0]) < 0.03


@pytest.mark.parametrize(
    ("given", "mean", "difference"),
    [
        (two_arms(0.25, 150, seed=1), 0.125, 0.25),
        (two_shares(0.39, 0.465, 680, seed=1), 0.4275, 0.075),
        (clusters(40, 20, 0.05, effect=0.3, seed=1), 0.15, 0.3),
    ],
    ids=["arms", "shares", "clusters"],
)
def test_designs_of_a_line_are_what_they_say(given, mean, difference):
    batch = draw_batch(given, 0, 400, ["arm", "y", "therapist"])
    y, arm = batch.columns["y"], batch.columns["arm"]
    assert (arm.sum(axis=1) == given.n // 2).all()
    assert abs(y.mean() - mean) < 0.01
    assert abs(y[arm == 1].mean() - y[arm == 0].mean() - difference) < 0.015


def test_the_first_clients_of_a_larger_study_are_the_same():
    small, large = (PLAIN.vary(n=n) for n in (77, 154))
    assert large.therapists == 2 * small.therapists
    names = ["stigma", "gender", "therapist"]
    few, many = (draw_batch(given, 0, 3, names) for given in (small, large))
    for name in names[:2]:
        assert np.array_equal(few.columns[name], many.columns[name][:, :77])
    assert np.array_equal(few.groups["therapist"], many.groups["therapist"][:, :77])


def test_a_replication_can_be_looked_at():
    frame = draw(DESIGNS["mnar"], 2, ["arm", "privacy", "therapist"])
    assert list(frame["arm"].cat.categories) == ["none", "conditional", "absolute"]
    assert not frame["arm"].cat.ordered
    assert draw(PLAIN, 0, ["return_intention"])["return_intention"].cat.ordered
    assert not frame.isna().to_numpy().any()
    assert len(frame) < DESIGNS["mnar"].n


def test_a_wrong_column_is_told_with_the_nearest():
    with pytest.raises(DeclarationError, match="Did you mean 'privacy'"):
        draw_batch(PLAIN, 0, 1, ["privcy"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mcar(1.2), "'rate'"),
        (lambda: block_ra(["none"]), "two arms"),
        (lambda: complete_ra("none"), "two arms"),
        (lambda: likert("P", items=1, alpha=0.8), "'items'"),
        (lambda: likert("P", items=3, alpha=1.8), "'alpha'"),
        (lambda: Design("therapy", seed="one"), "seed"),
        (lambda: PLAIN.assign(A=["none", "absolute"]), "'A' is what 'complete_ra'"),
        (lambda: PLAIN.measure(own="P"), "'own' is what 'likert'"),
        (lambda: PLAIN.missing(unit=0.3), "'unit' is what 'mcar'"),
        (lambda: PLAIN.vary(n="many"), "'n' is varied to a number"),
        (lambda: PLAIN.vary(**{"T.P": float("nan")}), "'T.P' is varied to a number"),
        (lambda: DESIGNS["mnar"].vary(rate=2), "'rate'"),
        (lambda: DESIGNS["mnar"].vary(alpha_own=2), "'alpha'"),
        (lambda: PLAIN.vary(rate=0.2), "Everybody answers"),
    ],
)
def test_what_cannot_be_declared_is_told(make, words):
    with pytest.raises(DeclarationError, match=words):
        make()


def test_the_key_is_of_what_is_drawn():
    keys = {name: given.key for name, given in DESIGNS.items()}
    assert keys["plain"] == keys["blocks"]  # as the model has it
    assert len(set(keys.values())) == len(DESIGNS) - 1
    assert PLAIN.key == Design("therapy", seed=7).population(therapists=11, clients=7).key
    changed = [PLAIN.vary(seed=8), PLAIN.vary(**{"T.P": 0.4}), PLAIN.vary(n=100)]
    assert len({*keys.values(), PLAIN.key, *(given.key for given in changed)}) == 11
