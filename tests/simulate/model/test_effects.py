"""Effects against closed forms, and against both worlds simulated by hand."""

import numpy as np
import pytest
from scipy.special import ndtr

from confstudy.simulate.model.effects import answers
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.query import Query
from confstudy.simulate.model.read import parse_structure
from confstudy.simulate.model.truth import effect, truth_of
from confstudy.simulate.model.world import World

MODEL = """\
name: rough
codebook: therapy
variables:
  A: {kind: arm, arms: [none, full]}
  Z: {kind: arm, arms: [early, late]}
  E: {kind: binary, share: 0.4}
  X: {noise: 1}
  P: {paths: {"A[full]": 0.6, "A[full]:Z[early]": 0.3, X: 0.4, E: 0.5}, noise: 1}
  M: {kind: binary, paths: {P: 0.7}, noise: 1}
  T: {paths: {P: 0.5, "A[full]": 0.2, "A[full]:P": 0.3, "E:P": 0.2, M: -0.4}, noise: 1}
  D: {kind: binary, paths: {T: 0.6, E: 0.3}, noise: 1}
  Y: {paths: {T_last: 0.5, breach: -0.2, sessions: 0.1}, noise: 1}
  L: {paths: {D: 0.4, "D:breach": -0.3}, noise: 1}
  G: {kind: binary, level: practice, paths: {Z2: 0.8}, noise: 1}
  Z2: {level: practice, noise: 1}
sessions:
  planned: 4
  states: [T]
  dropout: {intercept: -2, paths: {T: -0.5}}
  events:
    breach: {hazard: {intercept: -2, paths: {X: 0.3}}, effects: {T: -1.0}}
    report: {hazard: {intercept: -2}, requires: [E], effects: {T: -0.4}, lasts: 0.5}
nonresponse: {unit: {intercept: 0}}
"""
WORLD = World(parse_structure(MODEL), Population(20_000, 1_000, seed=9))
NATURAL, H = WORLD.values(), 1e-3
FULL, NONE = WORLD.values({"A": "full"}), WORLD.values({"A": "none"})
CONTRAST = {"contrast": {"A": ("full", "none")}}


def answer(effect, **question):
    known = {name: getattr(WORLD.structure, name) for name in ("variables", "sessions")}
    query = Query.model_validate({"effect": effect, **question}, context=known)
    return answers(WORLD, [query])[0]


def among(name, change):
    return change[NATURAL[name] == 1].mean()


def held(arm, source, *names, **more):
    return WORLD.values({"A": arm, **{name: source[name] for name in names}, **more})


@pytest.mark.parametrize(
    ("effect", "question", "expected"),
    [
        ("T", CONTRAST, lambda: (FULL["T"] - NONE["T"]).mean()),
        ("T", {"contrast": {"A": ("natural", "none")}}, lambda: (NATURAL["T"] - NONE["T"]).mean()),
        ("T", CONTRAST | {"through": ["P"]},
         lambda: (held("none", FULL, "P")["T"] - NONE["T"]).mean()),
        ("T", CONTRAST | {"through": ["P"], "direct": True},
         lambda: (held("full", NONE, "P")["T"] - NONE["T"]).mean()),
        ("T", CONTRAST | {"through": ["M"]},
         lambda: (held("none", FULL, "M")["T"] - NONE["T"]).mean()),
        ("T", CONTRAST | {"path": ["P", "M"]},
         lambda: (held("none", held("none", FULL, "P"), "M")["T"] - NONE["T"]).mean()),
        ("T", CONTRAST | {"given": {"E": 1}}, lambda: among("E", FULL["T"] - NONE["T"])),
        ("T", CONTRAST | {"given": {"M": 1}}, lambda: among("M", FULL["T"] - NONE["T"])),
        ("D", CONTRAST | {"given": {"D": 1}}, lambda: among("D", FULL["D"] - NONE["D"])),
        ("T", CONTRAST | {"by": {"E": (1, 0)}},
         lambda: (held("full", {}, E=1.0)["T"] - held("none", {}, E=1.0)["T"]
                  - held("full", {}, E=0.0)["T"] + held("none", {}, E=0.0)["T"]).mean()),
        ("T", {"contrast": {"P": (1, 0)}},
         lambda: (WORLD.values({"P": 1.0})["T"] - WORLD.values({"P": 0.0})["T"]).mean()),
        ("T", {"step": "X", "unit": "one", "given": {"A": "full"}, "through": ["P"]},
         lambda: wide("X")[NATURAL["A"] == 1].mean()),
        ("T", {"treated": "E"}, lambda: among("E", NATURAL["T"] - WORLD.values({"E": 0.0})["T"])),
        ("T_last", {"treated": "report"},
         lambda: among("report", NATURAL["T_last"] - WORLD.values({"report": 0})["T_last"])),
        ("Y", {"contrast": {"breach": (2, "never")}},
         lambda: (WORLD.values({"breach": 2})["Y"] - WORLD.values({"breach": 0})["Y"]).mean()),
        ("L", {"contrast": {"D": (1, 0)}},
         lambda: (WORLD.values({"D": 1})["L"] - WORLD.values({"D": 0})["L"]).mean()),
        ("G", {"contrast": {"Z2": (1, 0)}},
         lambda: (WORLD.values({"Z2": 1})["G"] - WORLD.values({"Z2": 0})["G"]).mean()),
        ("dropout", {"contrast": {"breach": ("natural", "never")}, "given": {"breach": 1}},
         lambda: among("breach", NATURAL["dropout"] - WORLD.values({"breach": 0})["dropout"])),
    ],
)  # fmt: skip
def test_an_effect_is_the_mean_difference_of_worlds_simulated_by_hand(effect, question, expected):
    found = answer(effect, **question)
    assert not found.exact
    assert found.value == pytest.approx(expected(), abs=2e-6)


def wide(name):
    """A cut variable lies on the way: the step is wide enough for some to cross it."""
    sides = [WORLD.values({name: NATURAL[name] + move}) for move in (0.1, -0.1)]
    upper, lower = (WORLD.values({"P": side["P"]})["T"] for side in sides)
    return (upper - lower) / 0.2


@pytest.mark.parametrize("question", [CONTRAST, CONTRAST | {"given": {"E": 1}}])
def test_chances_stand_in_for_drawn_outcomes_without_bias(question):
    found = answer("D", **question)
    drawn = (FULL["D"] - NONE["D"])[NATURAL["E"] >= len(question) - 1]
    assert abs(found.value - drawn.mean()) < 4 * drawn.std() / np.sqrt(len(drawn))


def test_the_indirect_effect_at_the_cause_and_the_direct_one_sum_to_the_total():
    direct = answer("T", **CONTRAST, through=["P", "M"], direct=True).value
    indirect = (FULL["T"] - held("full", NONE, "P", "M")["T"]).mean()
    assert direct + indirect == pytest.approx(answer("T", **CONTRAST).value, abs=2e-6)


def test_the_error_is_the_spread_over_other_populations():
    found, errors = [], []
    for seed in range(60):
        world = World(WORLD.structure, Population(1_000, 50, seed))
        query = Query(effect="D", **CONTRAST, given={"E": 1})
        (one,) = answers(world, [query])
        found.append(one.value)
        errors.append(one.mcse)
    assert np.mean(errors) == pytest.approx(np.std(found, ddof=1), rel=4 / np.sqrt(2 * 59))


MEDIATION = """\
name: mediation
codebook: therapy
variables:
  A: {{kind: arm, arms: [none, full]}}
  Z: {{kind: arm, arms: [early, late]}}
  M: {{intercept: 0.7, paths: {{"A[full]": 0.6, "A[full]:Z[early]": 0.3}}, noise: 1{kind}}}
  Y: {{paths: {{M: 0.5, "A[full]": 0.2, "A[full]:M": {both}}}, noise: 1}}
  L: {{paths: {{Y: 0.5, M: -0.1}}, noise: 1}}
nonresponse: {{unit: {{intercept: 0}}}}
"""
LATE = {"Z": "late"}


def mediation(both=0.0, kind=""):
    return parse_structure(MEDIATION.format(both=both, kind=kind))


@pytest.mark.parametrize(
    ("both", "kind", "low", "high"),
    [
        (0.4, "", 0.7, 1.3),
        (0.4, ", kind: binary", ndtr(0.7), ndtr(1.3)),
        (0.0, ", kind: binary", ndtr(0.7), ndtr(1.3)),
    ],
)
def test_natural_effects_have_their_closed_forms_with_an_interaction(both, kind, low, high):
    # Z is late for everybody: the mediator's mean is `low` without and `high` with A.
    model = parse_structure(
        MEDIATION.format(both=both, kind=kind).replace("arms: [early, late]", "arms: [late, never]")
        .replace("A[full]:Z[early]", "A[full]:Z[never]").replace(": 0.3}", ": 0}")
    )  # fmt: skip
    expected = {
        "total": 0.2 + both * high + 0.5 * (high - low),
        "indirect": 0.5 * (high - low),
        "direct": 0.2 + both * low,
    }
    asked = {"total": {}, "indirect": {"through": ["M"]}}
    asked["direct"] = asked["indirect"] | {"direct": True}
    for name, question in asked.items():
        found = effect(model, "Y", **CONTRAST, **question)
        assert abs(found.value - expected[name]) < 4 * found.mcse + 1e-6, name


@pytest.mark.parametrize(
    ("outcome", "question", "expected"),
    [
        ("Y", CONTRAST, None),
        ("Y", CONTRAST | {"by": {"Z": ("late", "early")}}, -0.3 * 0.5),
        ("L", {"step": "M", "unit": "one"}, 0.15),
        ("L", {"step": "M", "unit": "one", "through": ["Y"]}, 0.25),
        ("L", {"step": "M", "unit": "one", "through": ["Y"], "direct": True}, -0.1),
        ("L", {"step": "M", "unit": "one", "path": ["Y"]}, 0.25),
        ("L", {"contrast": {"M": (3, 1)}}, 0.3),
        ("M", CONTRAST | {"by": {"Z": ("early", "late")}}, 0.3),
        ("L", CONTRAST | {"by": {"Z": ("early", "late")}}, 0.3 * 0.15),
        ("L", CONTRAST | {"by": {"Z": ("early", "late")}, "path": ["M", "Y"]}, 0.3 * 0.25),
        ("Y", {"contrast": {"Z": ("early", "late")}, "by": {"A": ("full", "none")}}, 0.3 * 0.5),
        ("M", {"contrast": {"Z": ("early", "late")}}, None),
        ("L", {"step": "M"}, None),
    ],
)
def test_linear_effects_are_exact_and_others_are_not_called_so(outcome, question, expected):
    found = effect(mediation(), outcome, **question, clients=5_000)
    if expected is None:
        assert found.how == "Monte Carlo over 5,000 clients"
        assert found.mcse > 0
    else:
        assert found.how == "exact: product of coefficients"
        assert found.value == pytest.approx(expected, abs=1e-12)


def test_an_exact_effect_equals_its_worlds():
    by = {"by": {"Z": ("early", "late")}}
    for question in ({"through": ["M"]}, {"direct": True, "through": ["M"]}, {}):
        exact = effect(mediation(), "L", **CONTRAST, **question, **by)
        drawn = effect(mediation(1e-9), "L", **CONTRAST, **question, **by, clients=2_000)
        assert exact.mcse == 0
        assert drawn.value == pytest.approx(exact.value, abs=2e-6)


def test_a_lasting_event_moves_everybody_it_happened_to_by_its_effect():
    model = parse_structure(MODEL.replace("lasts: 0.5", "lasts: 1"))
    model = model.model_copy(
        update={"sessions": model.sessions.model_copy(
            update={"events": {"report": model.sessions.events["report"]}}
        )}
    )  # fmt: skip
    model = model.model_copy(
        update={"variables": {name: node for name, node in model.variables.items() if name != "Y"}}
    )
    assert effect(model, "T_last", treated="report", clients=4_000).value == pytest.approx(-0.4)


def test_worlds_are_shared_between_queries_and_hold_what_is_wanted_only(monkeypatch):
    asked = []
    values = World.values

    def counted(self, do=None, wanted=None):
        asked.append((set(do or {}), set(wanted)))
        return values(self, do, wanted=wanted)

    monkeypatch.setattr(World, "values", counted)
    small = World(WORLD.structure, Population(100, 5, seed=1))
    queries = [
        Query(effect=name, **CONTRAST, **more)
        for name in ("P", "M", "T", "D")
        for more in ({}, {"given": {"E": 1}}, {"given": {"E": 0}})
    ]
    answers(small, queries)
    assert len(asked) == 3
    assert not any({"Y", "T_last"} & wanted for _, wanted in asked)


def test_sessions_that_nothing_done_reaches_are_not_followed_again(monkeypatch):
    followed = []
    course = World._course
    monkeypatch.setattr(
        World, "_course", lambda *more, **how: followed.append(1) or course(*more, **how)
    )
    queries = [Query(effect="L", contrast={"D": (1, 0)}), Query(effect="Y", treated="breach")]
    answers(World(WORLD.structure, Population(100, 5, seed=1)), queries)
    assert len(followed) == 2


def test_an_estimand_in_a_model_is_the_effect_asked_in_python():
    text = MODEL + "estimands:\n  inner: {effect: D, contrast: {A: [full, none]}, through: [P]}\n"
    model = parse_structure(text)
    (declared,) = truth_of(model).estimands
    asked = effect(model, "D", **CONTRAST, through=["P"])
    assert (declared.value, declared.mcse) == (asked.value, asked.mcse)
    assert declared.estimand == asked.words
    assert repr(asked).startswith(
        "Effect: D under do(A = none) with P as under do(A = full) less as under do(A = none): 0."
    )
