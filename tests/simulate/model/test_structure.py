import pytest

from confstudy.errors import StructureError
from confstudy.simulate.model.read import parse_structure, read_structure

SMALL = """\
name: small
codebook: therapy
variables:
  A: {kind: arm, arms: [none, full]}
  P: {paths: {"A[full]": 0.5}, noise: 1}
  T: {paths: {P: 0.5}, noise: 1}
  D: {kind: binary, paths: {T: 0.3}, noise: 1}
nonresponse:
  unit: {intercept: 0.6, paths: {P: 0.4}}
estimands:
  total: {effect: D, contrast: {A: [full, none]}}
"""


SCALE = "scales: {{{}: {{of: T, alpha: {}}}}}\nestimands:"


def problem(old, new):
    with pytest.raises(StructureError) as caught:
        parse_structure(SMALL.replace(old, new), "mine.yaml")
    return str(caught.value)


def test_causes_come_before_effects():
    order = list(parse_structure(SMALL).order)
    assert order.index("A") < order.index("P") < order.index("T") < order.index("D")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{P: 0.5}", "{P: 0.5, D: 0.1}", "line 7: the paths run in a circle: T → D → T"),
        ("{P: 0.5}", "{Q: 0.5}", "line 6: variable 'T' names 'Q', which is not declared"),
        ('"A[full]"', '"A[ful]"', "line 5: variable 'P': 'A' has no arm 'ful', only"),
        ('"A[full]"', "A", "name an arm of 'A', such as A[full]"),
        ("paths: {T: 0.3}, noise: 1", "share: 1.4", "line 7: 'variables.D.share'"),
        ("arms: [none, full]", "arms: [none]", "line 4: 'variables.A': an arm needs two 'arms'"),
        ("noise: 1}\n  T", "noise: -1}\n  T", "line 5: 'variables.P.noise'"),
        ("[full, none]}}", "[full, none]}, step: P}", "needs either a 'step' or a 'contrast'"),
        ("effect: D", "effect: E", "'estimands.total': 'effect' names 'E', which is not declared"),
        ("paths: {P: 0.4}", "paths: {X: 0.4}", "the nonresponse names 'X'"),
        ("kind: binary", "kind: binry", "line 7: 'variables.D.kind'"),
        (
            "estimands:",
            "scales: {stigma: {of: T, alpha: 0.99}}\nestimands:",
            "line 10: α = 0.99 is out",
        ),
        (
            "estimands:",
            "scales: {stigma: {of: T, alpha: 1.5}}\nestimands:",
            "line 10: 'scales.stigma",
        ),
        ("estimands:", "scales: {stgma: {of: T, alpha: 0.8}}\nestimands:", "Did you mean 'stigma'"),
        ("{T: 0.3}, noise: 1", "{T: 0.3}, therapist: {icc: 1.2, scale: logit}, noise: 1", "line 7"),
    ],
)
def test_a_bad_declaration_is_told_with_its_place(old, new, expected):
    message = problem(old, new)
    assert expected in message
    assert message.startswith("mine.yaml, line ")


def test_categories_need_shares_that_sum_to_one():
    change = "T: {kind: category, shares: [0.5, 0.6]}"
    assert "sum to 1, not 1.1" in problem("T: {paths: {P: 0.5}, noise: 1}", change)


def test_an_unknown_model_lists_what_is_bundled():
    with pytest.raises(StructureError, match=r"Did you mean 'therapy'\? Bundled: \[therapy\]"):
        read_structure("therpy")
