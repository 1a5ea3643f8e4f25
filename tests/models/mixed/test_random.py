import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.mixed.random import build_blocks, parse_random

RNG = np.random.default_rng(3)
DATA = pd.DataFrame({"a": np.repeat([0, 1, 2], 8), "b": np.tile([0, 1, 2, 3], 6)})
DATA["x"] = RNG.normal(5, 0.1, size=24)
DATA["f"] = pd.Categorical(RNG.choice(list("pqr"), 24))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 | a", [("1", ("a",), True)]),
        ("1+x|a", [("1+x", ("a",), True)]),
        ("1 + x || a", [("1 + x", ("a",), False)]),
        ("I(x ** 2) | a", [("I(x ** 2)", ("a",), True)]),
        ("(1 | a) + (0 + x | b)", [("1", ("a",), True), ("0 + x", ("b",), True)]),
        ("1 | a/b", [("1", ("a",), True), ("1", ("a", "b"), True)]),
        ("1 | a:b", [("1", ("a", "b"), True)]),
        (["1 | a", "1 | b"], [("1", ("a",), True), ("1", ("b",), True)]),
    ],
)
def test_what_varies_is_read(text, expected):
    assert [(t.effects, t.group, t.correlated) for t in parse_random(text)] == expected


@pytest.mark.parametrize("text", ["", "1 + x", "| a", "1 |", "1 | a | b", "((1 | a)", "1 | a/", []])
def test_what_cannot_be_read_is_answered_with_the_forms_there_are(text):
    with pytest.raises(AnalysisError, match=r"1 \+ x \| group"):
        parse_random(text)


def blocks(text):
    return build_blocks(parse_random(text), DATA)


def test_correlated_effects_become_orthonormal_and_keep_a_triangular_factor():
    (block,) = blocks("1 + x + f | a")
    assert block.names == ("Intercept", "x", "f[T.q]", "f[T.r]")
    np.testing.assert_allclose(block.matrix.T @ block.matrix / 24, np.eye(4), atol=1e-10)
    assert (np.triu(block.turn, 1) == 0).all()
    assert (np.diag(block.turn) > 0).all()


def test_uncorrelated_effects_have_no_covariance_parameter():
    (block,) = blocks("1 + x || a")
    assert (block.rows == block.columns).all()
    np.testing.assert_allclose((block.matrix**2).mean(axis=0), 1)


def test_terms_of_the_same_group_make_one_block_and_more_groups_come_first():
    made = blocks("(1 | a) + (0 + x | a) + (1 | a:b)")
    assert [(b.group, b.names, len(b.rows)) for b in made] == [
        ("a:b", ("Intercept",), 1),
        ("a", ("Intercept", "x"), 2),
    ]
    assert len(made[0].labels) == 12


def test_leaving_out_an_effect_equals_never_having_had_it():
    (less,), (built,) = blocks("1 + x | a"), blocks("1 | a")
    np.testing.assert_allclose(less.without(1).matrix, built.matrix)
    (less,), (built,) = blocks("1 + x + f | a"), blocks("1 + f | a")
    np.testing.assert_allclose(less.without(1).matrix, built.matrix, atol=1e-10)
    assert less.without(1).names == built.names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(1 | a) + (1 + x | a)", "said twice"),
        ("1 + x + I(2 * x) | a", "collinear"),
        ("log(x - x) | a", "infinite"),
        ("1 | one", "one group only"),
    ],
)
def test_effects_that_cannot_be_told_are_refused(text, message):
    with pytest.raises(AnalysisError, match=message), np.errstate(divide="ignore"):
        build_blocks(parse_random(text), DATA.assign(one=1))
