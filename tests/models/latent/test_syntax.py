import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.latent.defined import check_definitions, definitions, jacobian
from confstudy.models.latent.syntax import Modifier, parse


def relations(text):
    return [(one.left, one.operator, one.right) for one in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f =~ x + y", [("f", "=~", "x"), ("f", "=~", "y")]),
        ("f =~ x +\n  y  # said by two", [("f", "=~", "x"), ("f", "=~", "y")]),
        ("f =~ x\n + y", [("f", "=~", "x"), ("f", "=~", "y")]),
        ("a + b ~ x; x ~~ x", [("a", "~", "x"), ("b", "~", "x"), ("x", "~~", "x")]),
        ("y ~ 1", [("y", "~", "1")]),
        ("y ~ a*x; twice := 2 * a", [("y", "~", "x"), ("twice", ":=", "2*a")]),
        ("größe ~ x.1", [("größe", "~", "x.1")]),
    ],
)
def test_a_model_is_read(text, expected):
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("term", "modifiers"),
    [
        ("x", ()),
        ("1*x", (Modifier(value=1.0),)),
        ("-.5e-1*x", (Modifier(value=-0.05),)),
        ("a*x", (Modifier(label="a"),)),
        ("NA*x", (Modifier(free=True),)),
        ("start(.5)*x", (Modifier(start=0.5),)),
        ("c(a, b)*x", (Modifier(label="a"), Modifier(label="b"))),
        ("a*x + start(2)*x", (Modifier(label="a", start=2.0),)),
    ],
)
def test_what_stands_before_a_name_is_read(term, modifiers):
    assert parse(f"y ~ {term}")[0].modifiers == modifiers


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "says nothing"),
        ("f =~ x\nf x", "Line 2 .*no operator"),
        ("f =~ x\n\nf ~", "Line 3 .*lacks a side"),
        ("f =~ x + + y", "Line 1 .*nothing beside"),
        ("f =~ 3x", "Line 1 .*'3x' is not a name"),
        ("2*f =~ x", "Line 1 .*left side"),
        ("f =~ x\na == b", "Line 2 .*'==' is not supported"),
        ("x | t1", "Line 1 .*not supported"),
        ("f =~ start(a)*x", "does not start at a number"),
        ("f =~ x\nf =~ x", "Line 2 .*line 1 already"),
        ("f =~ x; a := b; a := c", "defined twice"),
        ("f =~ a:b*x", "is not a number, a label"),
    ],
)
def test_a_mistake_is_told_with_its_line(text, why):
    with pytest.raises(AnalysisError, match=why):
        parse(text)


def test_definitions_and_their_derivatives():
    formulas = {"ind": "a*b", "share": "ind/(ind + exp(c))^2"}
    values = definitions(formulas, {"a": 2.0, "b": 3.0, "c": 0.0})
    assert values.tolist() == [6.0, 6.0 / 49.0]
    slopes = jacobian(
        lambda at: definitions({"d": "a*log(b)"}, dict(zip("ab", at, strict=True))),
        np.array([2.0, 3.0]),
    )
    np.testing.assert_allclose(slopes, [[np.log(3.0), 2 / 3]], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a*", "cannot be read"),
        ("a*aa", r"Labels not found.*\[aa\]"),
        ("__import__('os')", "not found|uses more"),
        ("a.real", "uses more"),
        ("log(-a*a)", "no value"),
    ],
)
def test_a_definition_that_cannot_be_computed_is_refused(text, why):
    with pytest.raises(AnalysisError, match=why):
        check_definitions({"x": text}, ["a"])
