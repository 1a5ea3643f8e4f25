import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.chances import Chance
from confstudy.simulate.sample.indirect import Answers, ask, prevalence
from confstudy.simulate.sample.questions import (
    Crosswise,
    Direct,
    Forced,
    ItemCount,
    Question,
    Unrelated,
    Warner,
)

SIXTH = 1 / 6
QUESTIONS = [
    Direct(),
    Warner(p=0.7),
    Warner(p=0.2),
    Forced(yes=SIXTH, no=SIXTH),
    Unrelated(p=0.6, share=0.3),
    Crosswise(p=0.25),
    ItemCount(shares=(0.2, 0.5, 0.9)),
]
NAMES = [f"{q.technique} {number}" for number, q in enumerate(QUESTIONS)]
each = pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)


def asked(question, share=0.12, n=1000, seeds=300, values=None):
    found = []
    for seed in range(seeds):
        streams = Streams(seed)
        trait = streams.uniform("trait", n) < share
        latent = {"P": streams.normal("P", n)}
        found.append(prevalence(question, ask(question, trait, streams, "harm", latent)))
    return np.array([(one.estimate, one.se) for one in found]).T


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Crosswise(p=0.25), 0.02925),
        (Warner(p=0.7), 0.03766),
        (Forced(yes=SIXTH, no=SIXTH), 0.02045),
        (Direct(), 0.01028),
    ],
)
def test_standard_errors_at_a_prevalence_of_12_percent(question, expected):
    assert question.standard_error(0.12, 1000) == pytest.approx(expected, abs=5e-6)


def test_standard_errors_by_hand():
    yes = 0.4 * 0.3 + 0.6 * 0.12
    unrelated = np.sqrt(yes * (1 - yes) / 1000) / 0.6
    assert Unrelated(p=0.6, share=0.3).standard_error(0.12, 1000) == pytest.approx(unrelated)
    short = 0.16 + 0.25 + 0.09
    counted = np.sqrt(short / 500 + (short + 0.12 * 0.88) / 500)
    assert QUESTIONS[-1].standard_error(0.12, 1000) == pytest.approx(counted)


@each
def test_estimates_are_unbiased_and_know_their_error(question):
    estimates, errors = asked(question)
    expected = question.standard_error(0.12, 1000)
    assert question.bias(0.12) == 0
    assert abs(estimates.mean() - 0.12) < 4 * expected / np.sqrt(300)
    assert estimates.std() == pytest.approx(expected, rel=4 / np.sqrt(600))
    assert errors.mean() == pytest.approx(expected, rel=0.02)


@each
@pytest.mark.parametrize(("noncompliance", "guessing"), [(0.2, 0.0), (0.0, 0.3), (0.15, 0.25)])
def test_noncompliance_and_guessing_bias_by_their_closed_form(question, noncompliance, guessing):
    worse = question.model_copy(update={"noncompliance": noncompliance, "guessing": guessing})
    estimates, _ = asked(worse, share=0.3, n=100_000, seeds=4)
    error = 4 * np.sqrt(2) * question.standard_error(0.3, 400_000)
    assert abs(estimates.mean() - 0.3 - worse.bias(0.3)) < error


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Crosswise(p=0.25, guessing=0.2), 0.2 * 0.38),
        (Warner(p=0.7, guessing=0.2), 0.2 * 0.38),
        (Direct(noncompliance=0.3), -0.3 * 0.12),
        (Forced(yes=SIXTH, no=SIXTH, noncompliance=0.1), -0.1 * (SIXTH + 0.08) / (2 / 3)),
        (ItemCount(shares=(0.5,), noncompliance=0.3), -0.3 * 0.12),
        (Direct(admits=Chance(rate=0.6)), -0.4 * 0.12),
    ],
)
def test_known_biases(question, expected):
    assert question.bias(0.12) == pytest.approx(expected, rel=1e-12)


def test_bearers_who_feel_less_private_admit_less_and_the_rate_is_met():
    question = Direct(admits=Chance(rate=0.6, paths={"P": 1.0}))
    streams, n = Streams(5), 200_000
    trait, latent = streams.uniform("trait", n) < 0.12, streams.normal("P", n)
    said = ask(question, trait, streams, "harm", {"P": latent}).said
    bearers = trait.sum()
    assert not said[~trait].any()
    assert abs(said[trait].mean() - 0.6) < 4 * np.sqrt(0.24 / bearers)
    assert latent[trait & (said == 1)].mean() > 0.2 > -0.2 > latent[trait & (said == 0)].mean()
    assert said.mean() - trait.mean() == pytest.approx(question.bias(trait.mean()), abs=0.003)


def test_half_get_the_long_list_and_no_count_exceeds_it():
    question = ItemCount(shares=(0.5, 0.5), guessing=0.5)
    answers = ask(question, np.ones(1001), Streams(1), "harm")
    assert answers.long.sum() in (500, 501)
    assert answers.said[answers.long].max() == 3
    assert answers.said[~answers.long].max() == 2
    assert answers.said.min() == 0


def test_no_answer_tells_the_trait():
    for question in QUESTIONS[1:]:
        trait = np.arange(4000) % 2
        said = ask(question, trait, Streams(2), "harm").said
        assert set(said[trait == 1]) & set(said[trait == 0]) >= {1}


def test_another_question_changes_nothing_of_this_one():
    trait = np.arange(500) % 2
    for question in QUESTIONS:
        streams = Streams(3)
        alone = ask(question, trait, streams, "harm").said.tobytes()
        other = ask(question, trait, streams, "use").said.tobytes()
        assert ask(question, trait, streams, "harm").said.tobytes() == alone
        assert question.technique == "direct" or other != alone


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"technique": "warner", "p": 0.5}, "tells nothing"),
        ({"technique": "crosswise"}, "Field required"),
        ({"technique": "forced", "yes": 0.5, "no": 0.5}, "sum to less than 1"),
        ({"technique": "list", "shares": []}, "at least 1"),
        ({"technique": "direct", "noncompliance": 0.6, "guessing": 0.6}, "sum to 1 at most"),
        ({"technique": "direct", "p": 0.5}, "Extra inputs"),
        ({"technique": "crosswize", "p": 0.5}, "'crosswise'"),
    ],
)
def test_a_bad_declaration_says_what_is_allowed(declared, expected):
    with pytest.raises(ValidationError, match=expected):
        TypeAdapter(Question).validate_python(declared)


def test_a_declaration_is_read_by_its_technique():
    read = TypeAdapter(Question).validate_python({"technique": "crosswise", "p": 0.25})
    assert read == Crosswise(p=0.25)


def test_errors_name_what_is_missing():
    none = Answers(np.zeros(0, dtype=int), np.zeros(0, dtype=bool))
    with pytest.raises(StructureError, match="one answer or more"):
        prevalence(Warner(p=0.7), none)
    with pytest.raises(StructureError, match="two answers or more to either list"):
        prevalence(ItemCount(shares=(0.5,)), none)
    question = Direct(admits=Chance(intercept=0, paths={"Q": 1}))
    with pytest.raises(StructureError, match="Variables not found"):
        ask(question, np.ones(4), Streams(1), "harm", {"P": np.ones(4)})
    with pytest.raises(StructureError, match="'admits' has a 'rate'"):
        question.bias(0.1)
