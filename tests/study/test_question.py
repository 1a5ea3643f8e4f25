import pytest

from confstudy.codebook.read import read_codebook
from confstudy.errors import CodebookMismatch
from confstudy.study.question import question_of

YES = ["No", "Yes"]
FIVE = {"type": "ordinal", "levels": ["1", "2", "3", "4", "5"]}


def asked(variables, **more):
    question = question_of(read_codebook({"name": "x", "variables": variables, **more}))
    return question.outcome, question.exposure, *question.others


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"a": FIVE, "b": {"levels": YES}}, ("b", "a")),
        ({"a": FIVE, "b": {"levels": YES}, "c": {**FIVE, "role": "outcome"}}, ("c", "b", "a")),
        ({"a": {"levels": YES}, "b": {"levels": YES}, "c": FIVE}, ("a", "b", "c")),
        (
            {"a": {"levels": YES}, "b": {"levels": YES, "asked_if": {"a": ["Yes"]}}, "c": FIVE},
            ("a", "c", "b"),
        ),
        (
            {"sex": {"levels": YES, "role": "quasi_identifier"}, "b": {"levels": YES}, "c": FIVE},
            ("b", "c"),
        ),
    ],
)
def test_declared_ones_come_first_then_the_simplest(variables, found):
    assert asked(variables) == found


def test_a_scale_is_the_first_exposure_and_its_items_are_none():
    variables = {"a": {"levels": YES}, "b": {"levels": YES}}
    items = {"q1": {"type": "item"}, "q2": {"type": "item"}}
    scales = {"trust": {"items": ["q1", "q2"], "points": [1, 5]}}
    assert asked(variables | items, scales=scales) == ("a", "trust", "b")


def test_without_two_variables_there_is_no_question():
    with pytest.raises(CodebookMismatch, match="no two variables"):
        asked({"a": {"levels": YES}, "b": {"type": "code"}})
