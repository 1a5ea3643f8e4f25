"""Therapy session by session: the calibrated dropout, and what events do."""

import numpy as np
import pytest

from confstudy.errors import StructureError
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import parse_structure
from confstudy.simulate.model.world import World

N = 200_000
MODEL = """\
name: course
codebook: therapy
variables:
  E: {kind: binary, share: 0.4}
  X: {noise: 1}
  T: {paths: {X: 0.5}, noise: 0.866}
  Y: {paths: {T_last: 0.5, breach: -0.2, sessions: 0.1}, noise: 1}
sessions:
  planned: 8
  states: [T]
  no_show: 0.1
  dropout: {intercept: -3, paths: {T: -0.5}}
  events:
    breach: {hazard: {intercept: -3, paths: {X: 0.3}}, effects: {T: -1.0}}
    repair: {hazard: {intercept: -1}, requires: [breach], effects: {T: 0.6}}
    report: {hazard: {intercept: -2}, requires: [E], effects: {T: -0.4}, lasts: 0.5}
nonresponse: {unit: {intercept: 0}}
"""
PLAIN = (
    "name: p\ncodebook: therapy\nvariables: {X: {noise: 1}}\nnonresponse: {unit: {intercept: 0}}\n"
)
WORLD = World(parse_structure(MODEL), Population(N, 10_000, seed=9))


@pytest.fixture(scope="module")
def values():
    return WORLD.values()


@pytest.fixture(scope="module")
def course():
    return WORLD.course()


def test_a_constant_hazard_gives_the_closed_form():
    hazard = f"dropout: {{intercept: {np.log(0.018117 / 0.981883)}}}\n  events: {{}}"
    text = f"{MODEL.split('  events:')[0]}nonresponse: {{unit: {{intercept: 0}}}}\n"
    text = text.replace("dropout: {intercept: -3, paths: {T: -0.5}}", hazard)
    text = text.replace("planned: 8", "planned: 12").replace(", breach: -0.2", "")
    dropped = World(parse_structure(text), Population(N, 10_000, seed=4)).values()["dropout"]
    assert dropped.mean() == pytest.approx(0.197, abs=4 * np.sqrt(0.197 * 0.803 / N))


def test_what_depends_on_nothing_that_changes_is_timed_by_its_hazard(course):
    # `breach` waits by a geometric law of each client's own chance, before anybody leaves.
    stayed = WORLD.course({"dropout": 0})
    chance = 1 / (1 + np.exp(3 - 0.3 * WORLD.values()["X"]))
    for session in (1, 4, 8):
        expected = ((1 - chance) ** (session - 1) * chance).mean()
        share = (stayed.happened["breach"] == session).mean()
        assert share == pytest.approx(expected, abs=4 * np.sqrt(expected / N))


def test_nobody_comes_or_has_anything_happen_after_leaving(course):
    for session in range(1, 9):
        gone = (course.left > 0) & (course.left < session)
        assert not course.attended[gone, session - 1].any()
        assert np.isnan(course.states["T"][gone, session - 1]).all()
        for found in course.happened.values():
            assert not (found[gone] == session).any()


def test_sessions_follow_from_leaving_and_from_staying_away(values, course):
    reached = np.where(course.left > 0, course.left, 8)
    assert (values["sessions"] <= reached).all()
    assert values["sessions"].sum() / reached.sum() == pytest.approx(0.9, abs=0.002)


def test_an_event_moves_the_state_from_the_next_session_on():
    here, never = WORLD.course({"breach": 3, "dropout": 0, "repair": 0}), WORLD.course(
        {"breach": 0, "dropout": 0, "repair": 0}
    )  # fmt: skip
    change = here.states["T"] - never.states["T"]
    np.testing.assert_allclose(change[:, :3], 0)
    np.testing.assert_allclose(change[:, 3:], -1.0)
    np.testing.assert_allclose(here.last["T"] - never.last["T"], -1.0)


def test_an_effect_may_fade(values):
    once = WORLD.course({"report": 2, "dropout": 0, "breach": 0})
    never = WORLD.course({"report": 0, "dropout": 0, "breach": 0})
    change = once.states["T"] - never.states["T"]
    faded = [0, 0, *(-0.4 * 0.5**k for k in range(6))]
    np.testing.assert_allclose(change, np.outer(values["E"], faded), atol=1e-12)


def test_what_an_event_requires_must_be_so(values, course):
    assert not (values["report"][values["E"] == 0]).any()
    repaired = course.happened["repair"] > 0
    assert (course.happened["breach"][repaired] > 0).all()
    assert (course.happened["repair"][repaired] > course.happened["breach"][repaired]).all()


def test_a_breach_raises_the_hazard_of_leaving_at_the_next_session_by_its_effect():
    breached = WORLD.course({"breach": 3, "repair": 0, "report": 0})
    spared = WORLD.course({"breach": 0, "repair": 0, "report": 0})
    at_risk = (spared.left == 0) | (spared.left > 3)

    def hazard(course, session):
        return (course.left[at_risk] == session).mean()

    assert hazard(breached, 3) == hazard(spared, 3) == 0
    trust = WORLD.values()["T"][at_risk]
    chances = [1 / (1 + np.exp(3 + 0.5 * (trust + shift))) for shift in (-1.0, 0.0)]
    error = 4 * np.sqrt(0.1 / at_risk.sum())
    assert hazard(breached, 4) == pytest.approx(chances[0].mean(), abs=error)
    assert hazard(spared, 4) == pytest.approx(chances[1].mean(), abs=error)


def test_later_variables_take_up_the_course(values):
    done = WORLD.values({"breach": 2, "dropout": 0})
    spared = WORLD.values({"breach": 0, "dropout": 0, "repair": 0})
    kept = WORLD.values({"breach": 2, "dropout": 0, "repair": 0})
    np.testing.assert_allclose(kept["Y"] - spared["Y"], -0.5 - 0.2)
    assert (done["T_last"] >= kept["T_last"] - 1e-12).all()
    assert values["Y"].std() > 1


def test_the_log_has_a_row_for_each_session_until_the_client_left(course):
    log = course.log
    reached = np.where(course.left > 0, course.left, 8)
    assert len(log) == reached.sum()
    assert log["last"].sum() == (course.left > 0).sum()
    assert log.groupby("client")["session"].max().tolist() == reached.tolist()
    assert log["breach"].sum() == (course.happened["breach"] > 0).sum()


def test_windows_follow_the_same_people():
    whole = World(WORLD.structure, Population(3_000, 150, seed=1)).values()
    windows = list(Population(3_000, 150, seed=1).windows(700))
    parts = [World(WORLD.structure, window).values() for window in windows]
    for name in ("sessions", "dropout", "T_last", "Y"):
        assert np.array_equal(np.concatenate([part[name] for part in parts]), whole[name])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("effects: {T: -1.0}", "effects: {P: -1.0}", "which is not among the 'states'"),
        ("paths: {T: -0.5}", "paths: {Z: -0.5}", "names 'Z', which is not declared"),
        ("requires: [E]", "requires: [F]", "names 'F', which is not declared"),
        ("no_show: 0.1", "no_show: 1.5", "less than 1"),
        ("paths: {X: 0.5}", "paths: {X: 0.5, breach: 1}", "circle"),
        ("planned: 8", "planned: 0", "greater than 0"),
    ],
)
def test_a_course_that_cannot_be_is_refused(old, new, expected):
    with pytest.raises(StructureError) as caught:
        parse_structure(MODEL.replace(old, new, 1))
    assert expected in str(caught.value)


def test_a_model_without_sessions_says_so():
    with pytest.raises(StructureError, match="declares no 'sessions'"):
        World(parse_structure(PLAIN), Population(10, 1, seed=1)).course()
