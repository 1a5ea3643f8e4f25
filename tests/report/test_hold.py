import pytest
from pydantic import ValidationError

from confstudy.errors import ReportError
from confstudy.report.hold import Tolerance, surprises
from confstudy.report.publish import Shelf

FILES = {"report.html": b"<p>One</p>"}


def row(value, low=None, high=None):
    return {"or": {"name": "or", "value": value, "conf_low": low, "conf_high": high}}


NAN = float("nan")
JUDGED = [
    ({"rel": 0.2}, row(1.5), row(1.8), []),
    ({"rel": 0.2}, row(1.5), row(1.81), ["changed by more than 20 %"]),
    ({"rel": 0.2}, row(-1.5), row(-1.1), ["changed by more than 20 %"]),
    ({"rel": 0.2}, row(0), row(0), []),
    ({"rel": 0.2}, row(0), row(1e-9), ["changed by more than 20 %"]),
    ({"rel": 0}, row(0.1 + 0.2), row(0.3), []),
    ({"abs": 0.1}, row(0.5), row(0.6), []),
    ({"abs": 0.1}, row(0.5), row(0.39), ["changed by more than 0.100"]),
    ({"sign": True}, row(0.1), row(-0.1), ["moved to the other side of 0"]),
    ({"sign": True}, row(0.1), row(0), []),
    ({"sign": True, "null": 1}, row(1.1), row(0.9), ["moved to the other side of 1"]),
    ({"sign": True}, row(1.1), row(0.9), []),
    ({"ci": "outside"}, row(1.5, 1.2, 1.9), row(1.9), []),
    ({"ci": "outside"}, row(1.5, 1.2, 1.9), row(1.1), ["left the interval of the last"]),
    ({"ci": "outside"}, row(1.5), row(1.5), ["had no interval in the last accepted run"]),
    ({"ci": "apart"}, row(1.5, 1.2, 1.9), row(1.1, 0.9, 1.3), []),
    ({"ci": "apart"}, row(1.5, 1.2, 1.9), row(1, 0.9, 1.1), ["has an interval apart from"]),
    ({"ci": "apart"}, row(1.5, 1.2, 1.9), row(1.5), ["has no interval"]),
    ({"rel": 0.2}, row(1.5), row(NAN), ["is no number"]),
    ({"rel": 0.2}, row(None), row(1.5), ["was no number"]),
    ({"rel": 0.2}, row(None), row(NAN), []),
    ({"rel": 0.2}, {}, row(1.5), ["is new"]),
    ({"rel": 0.2}, row(1.5), {}, ["has a gate and was not recorded"]),
    ({"rel": 0.2}, None, row(1.5), []),
    ({"rel": 0.2}, None, row(None), ["is no number"]),
    ({"rel": 0.1, "abs": 0.1}, row(1.0), row(1.5), ["more than 10 %", "more than 0.100"]),
]


@pytest.mark.parametrize(("gate", "before", "now", "expected"), JUDGED)
def test_a_change_is_surprising_beyond_the_gate(gate, before, now, expected):
    found = surprises({"or": Tolerance(**gate)}, before, now)
    assert len(found) == len(expected)
    for sentence, part in zip(found, expected, strict=True):
        assert sentence.startswith("'or' ")
        assert part in sentence


def test_a_star_is_a_gate_for_all_that_have_none_of_their_own():
    gates = {"or": Tolerance(rel=9), "*": Tolerance(rel=0.1)}
    before = {"or": {"value": 1.0}, "n": {"value": 100.0}, "gone": {"value": 1.0}}
    found = surprises(gates, before, {"or": {"value": 2.0}, "n": {"value": 50.0}, "x": {}})
    assert [sentence.split("'")[1] for sentence in found] == ["n", "gone", "x"]


def test_a_number_without_a_gate_may_change():
    assert surprises({"or": Tolerance(rel=0.2)}, row(1) | {"n": {"value": 1}}, row(1)) == []


def test_a_misspelt_gate_is_told_with_the_nearest_name():
    (found,) = surprises({"or_privcy": Tolerance(rel=0.2)}, None, {"or_privacy": {"value": 1}})
    assert found.endswith("Did you mean 'or_privacy'?")


def test_the_reasons_hold_no_new_number():
    (found,) = surprises({"or": Tolerance(rel=0.2)}, row(1.234), row(7.654))
    assert "7.6" not in found


@pytest.mark.parametrize(
    "wrong",
    [{}, {"null": 1}, {"rel": -1}, {"abs": "inf"}, {"ci": "inside"}, {"relative": 0.2}],
)
def test_a_gate_that_judges_nothing_is_refused(wrong):
    with pytest.raises(ValidationError):
        Tolerance.model_validate(wrong)


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    """A folder with one published run and one that is held."""
    shelf = Shelf(tmp_path / "default")
    shelf.publish(FILES, {"title": "One"}, keep=3)
    shelf.hold(FILES, {"title": "Two", "fingerprint": {"data": "a"}}, ["'or' changed."])
    return shelf


def test_a_held_build_is_kept_beside_the_latest_with_its_reasons(shelf):
    assert shelf.manifest["title"] == "One"
    assert shelf.held.run.parent.name == "held"
    assert (shelf.held.reasons, shelf.held.refused) == (["'or' changed."], False)
    assert shelf.held.manifest["fingerprint"] == {"data": "a"}
    assert (shelf.history[-1]["status"], shelf.history[-1]["reason"]) == ("held", "'or' changed.")
    assert shelf.verify() == []


def test_an_accepted_build_becomes_the_latest(shelf):
    held = shelf.held.run.name
    accepted = shelf.accept()
    assert (accepted.name, shelf.manifest["title"], shelf.held) == (held, "Two", None)
    assert [entry["status"] for entry in shelf.history] == ["built", "held", "accepted"]
    assert shelf.verify() == shelf.heal() == []
    with pytest.raises(ReportError, match="No build is held"):
        shelf.accept()


def test_a_refused_build_is_remembered_until_another_comes(shelf):
    shelf.refuse("The data are of last year.")
    assert (shelf.held.refused, shelf.manifest["title"]) == (True, "One")
    assert shelf.history[-1]["reason"] == "The data are of last year."
    shelf.hold(FILES, {"title": "Three"}, ["'or' changed."])
    assert (shelf.held.refused, shelf.held.manifest["title"]) == (False, "Three")
    assert len(list((shelf.folder / "held").iterdir())) == 1


def test_a_published_build_takes_the_place_of_a_held_one(shelf):
    shelf.publish(FILES, {"title": "Three"}, keep=3)
    assert (shelf.held, shelf.manifest["title"]) == (None, "Three")
    assert list((shelf.folder / "held").iterdir()) == []


def test_a_held_build_that_was_changed_is_not_accepted(shelf):
    (shelf.held.run / "report.html").write_text("other")
    with pytest.raises(ReportError, match=r"is damaged: 'report\.html' was changed"):
        shelf.accept()
    assert shelf.manifest["title"] == "One"
