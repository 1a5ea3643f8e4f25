import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit
from statsmodels.api import Logit

from confstudy.errors import StructureError
from confstudy.simulate.measure.knowledge import (
    KnowledgeTest,
    draw_answers,
    implied_misconceptions,
    implied_shares,
    option_chances,
)
from confstudy.simulate.model.parts import parse_part, read_part
from confstudy.simulate.model.streams import Streams
from confstudy.survey.reliability import cronbach_alpha

N = 100_000
TEST = read_part(KnowledgeTest, "knowledge")
THETA = Streams(3).normal("U", N)
ANSWERS = draw_answers(TEST, THETA, Streams(3))

SMALL = """\
misconceptions:
  bars: {says: Clients must not talk, prevalence: 0.3}
items:
  one:
    asks: May they?
    options: {"Yes": right, "No": bars, Sometimes: other}
    a: 1.5
    b: 0.5
"""


def test_shares_of_answers_are_the_implied_ones():
    for row in implied_shares(TEST).itertuples():
        drawn = (ANSWERS[row.item] == row.option).mean()
        assert abs(drawn - row.share) < 4 * np.sqrt(row.share * (1 - row.share) / N)


@pytest.mark.parametrize(("mean", "sd"), [(0, 1), (0.7, 1.3)])
def test_difficulties_equal_numerical_integration(mean, sd):
    shares = implied_shares(TEST, mean, sd)
    for name, item in TEST.items.items():
        expected, _ = integrate.quad(
            lambda z, item=item: expit(item.a * (z - item.b)) * stats.norm.pdf(z, mean, sd), -12, 12
        )
        found = shares[(shares["item"] == name) & (shares["role"] == "right")]["share"].item()
        assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("name", list(TEST.items))
def test_discrimination_and_difficulty_are_recovered(name):
    right = (ANSWERS[name] == TEST.key[name]).to_numpy(float)
    fitted = Logit(right, np.column_stack([np.ones(N), THETA])).fit(disp=0)
    expected = np.array([-TEST.items[name].a * TEST.items[name].b, TEST.items[name].a])
    assert (np.abs(fitted.params - expected) < 4 * fitted.bse).all()


def test_wrong_answers_follow_the_prevalences():
    test = parse_part(KnowledgeTest, SMALL)
    chances = option_chances(test, "one", [0.5, -20.0])
    np.testing.assert_allclose(chances, [[0.5, 0.375, 0.125], [0, 0.75, 0.25]], atol=1e-12)


def test_a_misconception_is_the_mean_of_the_items_that_offer_it():
    shares = implied_shares(TEST)
    table = implied_misconceptions(TEST).set_index("misconception")
    silent = shares[shares["role"] == "no_limits"]
    assert table.loc["no_limits", "items"] == len(silent) == 4
    assert table.loc["no_limits", "share"] == pytest.approx(silent["share"].mean())
    twice = shares[shares["role"] == "bars_clients"]["share"]
    assert len(twice) == 2
    assert table.loc["bars_clients", "share"] == pytest.approx(twice.sum())


def test_answers_are_labels_and_a_window_holds_the_same():
    assert list(ANSWERS["holder"].cat.categories) == list(TEST.items["holder"].options)
    part = draw_answers(TEST, THETA[50:90], Streams(3), start=50)
    assert part.equals(ANSWERS.iloc[50:90].reset_index(drop=True))


def test_the_bundled_test_measures_one_thing_and_names_every_misconception():
    right = np.stack([ANSWERS[name] == label for name, label in TEST.key.items()], axis=1)
    assert 0.5 < cronbach_alpha(right.astype(float)).alpha < 0.8
    assert set(implied_misconceptions(TEST)["misconception"]) == set(TEST.misconceptions)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"No": bars', '"No": barrs', "'barrs', which is no misconception. Did you mean 'bars'"),
        ('"No": bars', '"No": right', "one of them 'right'; this has 3, 2 right"),
        ("a: 1.5", "a: 0", "line 7: items.one.a"),
        ("0.3", "0", "line 2: misconceptions.bars.prevalence"),
        ("a: 1.5", "guess: 0.2", "line 7: items.one.guess"),
    ],
)
def test_a_bad_test_is_told_with_its_line(old, new, expected):
    with pytest.raises(StructureError) as caught:
        parse_part(KnowledgeTest, SMALL.replace(old, new), "mine.yaml")
    assert expected in str(caught.value)
    assert str(caught.value).startswith("mine.yaml, line ")


def test_unknown_names_are_told():
    with pytest.raises(StructureError, match="Did you mean 'holder'"):
        option_chances(TEST, "holdr", [0.0])
    with pytest.raises(StructureError, match="Did you mean 'candour'"):
        read_part(KnowledgeTest, "candor")
