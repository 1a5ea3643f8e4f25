import numpy as np
import pytest
from scipy.special import expit, ndtr

from confstudy.errors import StructureError
from confstudy.simulate.measure.amce import amce, amces, comparable, expected_answers
from confstudy.simulate.measure.vignettes import Vignettes, draw_choices, draw_ratings
from confstudy.simulate.model.parts import parse_part, read_part
from confstudy.simulate.model.streams import Streams

JUDGEMENT = read_part(Vignettes, "judgement")
RATINGS = draw_ratings(JUDGEMENT, 25_000, 8, Streams(2))
CHOICES = draw_choices(JUDGEMENT, 25_000, 4, Streams(2))
LEVELS = [(row.attribute, row.level, row.reference) for row in amces(JUDGEMENT).itertuples()]

SMALL = """\
attributes:
  risk: {low: 0, high: 0.8}
  consent: {given: 0, refused: -0.5}
together: {"risk[high]:consent[refused]": 0.3}
exclude: []
"""


def difference(frame, outcome, attribute, level, reference):
    """The difference of means over comparable vignettes, with its standard error."""
    pairs = comparable(JUDGEMENT, attribute, level, reference)
    found = []
    for column in (0, 1):
        profiles = JUDGEMENT.profiles.iloc[pairs[:, column]]
        answers = frame.merge(profiles, on=list(JUDGEMENT.attributes))[outcome]
        found.append((answers.mean(), answers.var() / len(answers)))
    (one, of_one), (two, of_two) = found
    return one - two, np.sqrt(of_one + of_two)


@pytest.mark.parametrize(("attribute", "level", "reference"), LEVELS)
def test_ratings_show_the_exact_amce(attribute, level, reference):
    found, error = difference(RATINGS, "rating", attribute, level, reference)
    assert abs(found - amce(JUDGEMENT, attribute, level)) < 4 * error


@pytest.mark.parametrize(("attribute", "level", "reference"), LEVELS)
def test_choices_show_the_exact_amce(attribute, level, reference):
    found, error = difference(CHOICES, "chosen", attribute, level, reference)
    assert abs(found - amce(JUDGEMENT, attribute, level, outcome="choice")) < 4 * error


def test_amces_equal_closed_forms_in_a_small_design():
    small = parse_part(Vignettes, SMALL + "points: 2\nrespondent: 0.75\nnoise: 1")
    utility = np.array([[0, -0.5], [0.8, 0.6]])
    rates = ndtr(utility / 1.25)
    expected = (rates[1] - rates[0]).mean()
    assert amce(small, "risk", "high") == pytest.approx(expected, abs=1e-12)
    flat = utility.ravel()
    won = [
        np.mean([expit(u - v) for j, v in enumerate(flat) if j != i]) for i, u in enumerate(flat)
    ]
    np.testing.assert_allclose(expected_answers(small, "choice"), won, atol=1e-12)


def test_every_vignette_is_equally_common_at_every_place():
    profiles = JUDGEMENT.profiles.assign(profile=range(len(JUDGEMENT.profiles)))
    seen = RATINGS.merge(profiles, on=list(JUDGEMENT.attributes))
    for _, part in seen.groupby("vignette"):
        counts = np.bincount(part["profile"], minlength=len(profiles))
        expected = len(part) / len(profiles)
        freedom = len(profiles) - 1
        squares = ((counts - expected) ** 2).sum() / expected
        assert abs(squares - freedom) < 4 * np.sqrt(2 * freedom)
    for name in JUDGEMENT.attributes:
        shares = JUDGEMENT.profiles[name].value_counts(normalize=True, sort=False)
        drawn = RATINGS[name].value_counts(normalize=True, sort=False)
        assert ((drawn - shares).abs() < 4 * np.sqrt(shares / len(RATINGS))).all()


def test_nobody_sees_a_vignette_twice_or_one_that_cannot_be():
    described = ["respondent", *JUDGEMENT.attributes]
    assert not RATINGS.duplicated(described).any()
    assert not CHOICES.duplicated([*described, "task"]).any()
    assert not ((RATINGS["age"] == "nine") & (RATINGS["requester"] == "partner")).any()
    everything = draw_ratings(parse_part(Vignettes, SMALL), 50, 4, Streams(1))
    assert not everything.duplicated(["respondent", "risk", "consent"]).any()


def test_one_of_two_is_chosen():
    assert (CHOICES.groupby(["respondent", "task"])["chosen"].sum() == 1).all()


def test_more_vignettes_and_windows_change_nothing():
    small = parse_part(Vignettes, SMALL)
    three, two = (draw_ratings(small, 100, each, Streams(5)) for each in (3, 2))
    first = three[three["vignette"] < 3].reset_index(drop=True)
    assert first.equals(two)
    window = draw_ratings(small, 10, 2, Streams(5), start=40)
    assert window.equals(two.iloc[80:100].reset_index(drop=True))
    tasks, fewer = (draw_choices(small, 100, tasks, Streams(5)) for tasks in (3, 2))
    assert tasks[tasks["task"] < 3].reset_index(drop=True).equals(fewer)


def test_a_leaning_given_moves_ratings():
    high = draw_ratings(JUDGEMENT, 500, 4, Streams(1), leaning=np.full(500, 2.0))
    low = draw_ratings(JUDGEMENT, 500, 4, Streams(1), leaning=np.full(500, -2.0))
    assert (high["rating"] >= low["rating"]).all()
    assert high["rating"].mean() > low["rating"].mean() + 1


def test_a_level_without_a_counterpart_has_no_amce():
    text = SMALL.replace("[]", "[{risk: low, consent: given}, {risk: high, consent: refused}]")
    with pytest.raises(StructureError, match="exclude fewer combinations"):
        amce(parse_part(Vignettes, text), "risk", "high")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{low: 0, high: 0.8}", "{low: 0}", "attribute 'risk' needs two levels or more"),
        ("risk[high]:", "rsk[high]:", "'rsk', which is no attribute. Did you mean 'risk'"),
        ("risk[high]:", "risk[hih]:", "'risk' has no level 'hih', only [low, high]"),
        ("[]", "[{risk: none}]", "'risk' has no level 'none'"),
        ("[]", "[{risk: low}, {consent: given}]", "leaves fewer than two vignettes"),
        ("exclude: []", "cuts: [0, 1]", "'cuts' go up, and 7 points have 6"),
        ("exclude: []", "sigma: 1", "line 5: sigma"),
        ("consent: {", "rating: {", "no attribute is called 'rating'"),
    ],
)
def test_a_bad_declaration_is_told(old, new, expected):
    with pytest.raises(StructureError) as caught:
        parse_part(Vignettes, SMALL.replace(old, new), "mine.yaml")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: amce(JUDGEMENT, "rsk", "nobody"), "Did you mean 'risk'"),
        (lambda: amce(JUDGEMENT, "risk", "nobdy"), "Did you mean 'nobody'"),
        (lambda: amce(JUDGEMENT, "risk", "nobody", outcome="rank"), "rating or choice"),
        (lambda: draw_ratings(parse_part(Vignettes, SMALL), 5, 5, Streams(1)), "1 to 4 of 4"),
    ],
)
def test_what_cannot_be_asked_is_told(call, expected):
    with pytest.raises(StructureError, match=expected):
        call()
