"""Questions that cannot be asked are refused with their line and what to write instead."""

import pytest

from confstudy.errors import StructureError
from confstudy.simulate.model.read import parse_structure
from confstudy.simulate.model.truth import effect

MODEL = """\
name: asked
codebook: therapy
variables:
  A: {kind: arm, arms: [none, full]}
  Z: {kind: arm, arms: [early, late]}
  E: {kind: binary, share: 0.4}
  P: {paths: {"A[full]": 0.5}, noise: 1}
  T: {paths: {P: 0.5}, noise: 1}
  V: {noise: 1}
  D: {kind: binary, paths: {T: 0.3, V: 0.1}, noise: 1}
sessions:
  planned: 3
  states: [T]
  dropout: {intercept: -3}
  events: {breach: {hazard: {intercept: -2}, effects: {T: -1}}}
nonresponse: {unit: {intercept: 0}}
estimands:
  total: {effect: D, contrast: {A: [full, none]}}
  mine: {effect: D, WHAT}
"""


@pytest.mark.parametrize(
    "what",
    [
        "contrast: {A: [full, natural]}",
        "contrast: {E: [1, 0]}, through: [P]",
        "contrast: {A: [full, none]}, through: [P, T], direct: true, given: {E: 1}",
        "contrast: {A: [full, none]}, path: [P, T], by: {Z: [early, late]}",
        "step: P, unit: one, through: [T]",
        "treated: E",
    ],
)
def test_what_may_be_asked(what):
    model = MODEL.replace("P: {paths: {", "P: {paths: {E: 1, ")
    query = parse_structure(model.replace("WHAT", what)).estimands["mine"]
    assert query.effect == "D"


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("claim: C01", "either a 'step' or a 'contrast' of one variable, or 'treated'"),
        ("treated: E, step: P", "either a 'step' or a 'contrast' of one variable, or 'treated'"),
        ("contrast: {A: [full, none], E: [1, 0]}", "a 'contrast' of one variable"),
        ("contrast: {A: [full, ful]}", "'A' names 'ful', which is not declared. Did you mean 'f"),
        ("contrast: {A: [full, full]}", "'A' is full on both sides: name two levels"),
        ("contrast: {E: [yes, 0]}", "'E' takes a number, not 'yes'"),
        ("contrast: {E: [inf, 0]}", "'E' takes a number, not 'inf'"),
        ("contrast: {breach: [once, never]}", "takes a session's number or 'never', not 'once'"),
        ("contrast: {breach: [1.5, never]}", "happens at a whole session, or 'never', not at 1.5"),
        ("contrast: {breech: [1, never]}", "Did you mean 'breach'?"),
        ("step: Q", "'step' names 'Q', which is not declared. There are: [A, Z, E, P"),
        ("step: A", "'A' is one of kind arm: use 'contrast'"),
        ("step: breach", "'breach' is one of kind event: use 'contrast'"),
        ("treated: P", "'P' is one of kind latent: use 'contrast' with 'given'"),
        ("contrast: {A: [full, none]}, unit: one", "'unit' belongs to 'step': leave it out"),
        ("step: P, direct: true", "'direct' needs 'through'"),
        ("step: P, path: [T], through: [T]", "leave one out"),
        ("step: P, through: [V]", "'V', which no path from 'P' to 'D' meets: name one of [T]"),
        ("step: P, path: [T_last]", "comes of the sessions and cannot be held: name one of [T]"),
        ("step: P, through: [P]", "'P' is the cause, the effect or set by 'by', and no mediator"),
        ("contrast: {A: [full, none]}, path: [T, P]", "arrows: 'T' does not move 'P'"),
        ("step: P, through: [TT]", "names 'TT', which is not declared. Did you mean 'T'?"),
        ("step: P, given: {V: 1}", "takes single values, which 'V' does not have: name a binary"),
        ("step: P, given: {A: ful}", "Did you mean 'full'?"),
        ("step: P, given: {Q: 1}", "'given' names 'Q', which is not declared"),
        ("step: P, by: {P: [1, 0]}", "'by' names the cause 'P': name another variable"),
        ("step: P, by: {A: [full, none], E: [1, 0]}", "'by' takes one variable with two levels"),
        ("step: P, by: {Z: [early, natural]}", "'Z' names 'natural', which is not declared"),
        ("step: P, by: {ZZ: [early, late]}", "'by' names 'ZZ', which is not declared"),
        ("contrast: {D: [1, 0]}", "'D' is both cause and effect: name another 'effect'"),
        ("step: P, thru: [T]", "'estimands.mine.thru'"),
    ],
)  # fmt: skip
def test_a_question_that_is_none_is_told_with_its_line_and_a_remedy(what, expected):
    with pytest.raises(StructureError) as caught:
        parse_structure(MODEL.replace("WHAT", what), "mine.yaml")
    message = str(caught.value)
    assert message.startswith("mine.yaml, line 19: 'estimands.mine")
    assert expected in message


def test_an_unknown_outcome_is_told_with_its_line():
    with pytest.raises(StructureError, match=r"line 19: .*'effect' names 'DD'.*mean 'D'"):
        parse_structure(MODEL.replace("effect: D, WHAT", "effect: DD, step: P"))


def test_the_same_refusals_hold_for_questions_in_python():
    model = parse_structure(MODEL.replace("  mine: {effect: D, WHAT}\n", ""))
    with pytest.raises(StructureError, match="Model 'asked': 'through' names 'V'"):
        effect(model, "D", step="P", through=["V"])
    with pytest.raises(StructureError, match="Model 'asked': unit: "):
        effect(model, "D", step="P", unit="two")
    with pytest.raises(StructureError, match="'clients' is a number from 1 up, not 0"):
        effect(model, "D", step="P", clients=0)
    with pytest.raises(StructureError, match="No client in the simulated population has E = 3"):
        effect(model, "D", step="P", given={"E": 3}, clients=100)
