import numpy as np
import pytest

from confstudy.errors import StructureError
from confstudy.simulate.measure.items import Likert, Solved, solve
from confstudy.simulate.measure.measurement import cuts_for, likert
from confstudy.simulate.measure.styles import Styles, answers_of, implied_covariance, manners_of
from confstudy.simulate.model.parts import parse_part
from confstudy.simulate.model.streams import Streams
from confstudy.survey.reliability import alpha_of

N = 200_000
NAMES = [f"q{number}" for number in range(1, 7)]
REVERSE = ["q2", "q5"]
SOLVED = solve(Likert(alpha=0.85), NAMES, 5)
LATENT = Streams(9).normal("P", N)
CALM = Styles()


def keyed(styles, reverse=REVERSE, solved=SOLVED):
    answers = answers_of(LATENT, solved, (1, 5), reverse, styles, Streams(9))
    return np.stack([6 - answers[name] if name in reverse else answers[name] for name in solved])


@pytest.mark.parametrize(
    "styles",
    [
        CALM,
        Styles(acquiescence=0.5),
        Styles(extremity=0.4),
        Styles(straight=0.15),
        Styles(careless=0.10),
        Styles(acquiescence=0.3, extremity=0.3, straight=0.05, careless=0.05),
    ],
    ids=lambda styles: str(styles.model_dump(exclude_defaults=True)),
)
def test_covariances_and_alpha_are_the_implied_ones(styles):
    expected, found = implied_covariance(SOLVED, REVERSE, styles), np.cov(keyed(styles))
    assert np.abs(found - expected).max() < 4 * 2 * expected.max() / np.sqrt(N)
    assert alpha_of(found) == pytest.approx(alpha_of(expected), abs=0.003)


def test_without_styles_answers_are_those_of_likert():
    answers = answers_of(LATENT, SOLVED, (1, 5), REVERSE, CALM, Streams(9))
    item = SOLVED["q2"]
    plain = likert(LATENT, Streams(9).normal("q2", N), item.loading, (1, 5), reverse=True)
    assert np.array_equal(answers["q2"], plain)


def test_acquiescence_moves_reversed_items_apart_and_others_together():
    def r(styles):
        covariance = implied_covariance(SOLVED, REVERSE, styles)
        spread = np.sqrt(np.diag(covariance))
        return covariance / np.outer(spread, spread)

    calm, agreeing = r(CALM), r(Styles(acquiescence=0.5))
    assert agreeing[0, 2] > calm[0, 2] > agreeing[0, 1]
    # Two points cut at 0 follow the arcsine law of (λ² ± s²)/(1 + s²).
    two = {name: Solved(0.7, cuts_for(2)) for name in ("a", "b", "c")}
    found = implied_covariance(two, ["b"], Styles(acquiescence=0.5)) * 4
    expected = [2 / np.pi * np.arcsin((0.49 + sign * 0.25) / 1.25) for sign in (-1, 1)]
    assert found[0, [1, 2]] == pytest.approx(expected, abs=1e-12)


def test_acquiescence_keeps_the_declared_shares():
    solved = solve(Likert(alpha=0.8, shares=(0.55, 0.25, 0.12, 0.05, 0.03)), NAMES, 5)
    first = keyed(Styles(acquiescence=0.8), [], solved)[0]
    found = np.bincount(first.astype(int), minlength=6)[1:] / N
    assert np.abs(found - (0.55, 0.25, 0.12, 0.05, 0.03)).max() < 4 * 0.5 / np.sqrt(N)


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_straight_lining_shrinks_alpha_as_its_closed_form_says(share):
    # With symmetric cuts, r becomes (1 − s) r ± s.
    calm = implied_covariance(SOLVED, REVERSE, CALM)
    r = calm[0, 1] / calm[0, 0]
    mean_r = (1 - share) * r + share * (7 - 8) / 15
    found = alpha_of(implied_covariance(SOLVED, REVERSE, Styles(straight=share)))
    assert found == pytest.approx(6 * mean_r / (1 + 5 * mean_r), abs=1e-9)
    assert found < 0.85


def test_the_straight_give_one_answer_and_nobody_else_changes():
    styles = Styles(straight=0.1)
    who = manners_of(styles, Streams(9), N).straight
    calm = answers_of(LATENT, SOLVED, (1, 5), REVERSE, CALM, Streams(9))
    found = answers_of(LATENT, SOLVED, (1, 5), REVERSE, styles, Streams(9))
    for name in NAMES:
        assert np.array_equal(found[name][who], calm["q1"][who])
        assert np.array_equal(found[name][~who], calm[name][~who])


def test_the_careless_give_every_answer_equally_often():
    styles = Styles(careless=0.3)
    who = manners_of(styles, Streams(9), N).careless
    answers = answers_of(LATENT, SOLVED, (1, 5), REVERSE, styles, Streams(9))["q4"][who]
    shares = np.bincount(answers.astype(int), minlength=6)[1:] / who.sum()
    assert np.abs(shares - 0.2).max() < 4 * 0.4 / np.sqrt(who.sum())


def test_shares_are_exact_and_nested():
    streams = Streams(9)
    small, large = (
        manners_of(Styles(straight=s, careless=c), streams, N)
        for s, c in ((0.05, 0.02), (0.1, 0.04))
    )
    for one, other, share in (
        (small.straight, large.straight, 0.05),
        (small.careless, large.careless, 0.02),
    ):
        assert abs(one.mean() - share) < 4 * np.sqrt(share / N)
        assert (other | ~one).all()
    assert not (large.straight & large.careless).any()


def test_a_window_holds_the_same_answers():
    styles = Styles(acquiescence=0.3, extremity=0.2, straight=0.1, careless=0.1)
    whole = answers_of(LATENT, SOLVED, (1, 5), REVERSE, styles, Streams(9))
    part = answers_of(LATENT[70:170], SOLVED, (1, 5), REVERSE, styles, Streams(9), start=70)
    assert all(np.array_equal(whole[name][70:170], part[name]) for name in NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{straight: 0.6, careless: 0.4}", "fewer than all together"),
        ("{acquiescence: -1}", "greater than or equal to 0"),
        ("{yes_saying: 1}", "yes_saying"),
    ],
)
def test_bad_styles_are_refused(text, expected):
    with pytest.raises(StructureError, match=expected):
        parse_part(Styles, text)


def test_a_reversed_item_is_one_of_the_scale():
    with pytest.raises(StructureError, match=r"Items not found in the scale: \[q9\]"):
        implied_covariance(SOLVED, ["q9"], CALM)
