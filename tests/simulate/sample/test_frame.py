import numpy as np
import pytest
from pydantic import ValidationError

from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.frame import Frame, lay_out

FRAME = Frame(
    practices=30,
    settings={"school": 0.2, "clinic": 0.3, "private": 0.5},
    therapists=(1, 4),
    clients=(5, 40),
)
LAID = lay_out(FRAME, Streams(3))


def test_a_frame_has_its_settings_exactly_and_sizes_in_range():
    first = np.unique(LAID["practice"], return_index=True)[1]
    names, counts = np.unique(LAID["setting"][first], return_counts=True)
    found = dict(zip(names, counts, strict=True))
    assert found == {"school": 6, "clinic": 9, "private": 15}
    assert set(
        np.bincount(LAID["practice"][np.unique(LAID["therapist"], return_index=True)[1]])
    ) == {1, 2, 3, 4}
    sizes = np.bincount(LAID["therapist"])
    assert sizes.min() >= 5
    assert sizes.max() <= 40


def test_sizes_are_uniform_over_their_range():
    sizes = np.bincount(lay_out(Frame(practices=40_000, clients=(1, 4)), Streams(1))["practice"])
    shares = np.bincount(sizes, minlength=5)[1:] / 40_000
    assert (abs(shares - 0.25) < 4 * np.sqrt(0.1875 / 40_000)).all()


def test_more_clients_leave_the_settings_and_therapists_alone():
    larger = lay_out(FRAME.model_copy(update={"clients": (5, 60)}), Streams(3))
    first = [np.unique(laid["therapist"], return_index=True)[1] for laid in (LAID, larger)]
    for name in ("setting", "practice"):
        assert np.array_equal(LAID[name][first[0]], larger[name][first[1]])


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"practices": 0}, "greater than 0"),
        ({"practices": 2, "settings": {"a": 0.5, "b": 0.6}}, "sum to 1, not 1.1"),
        ({"practices": 2, "settings": {"a": 0.5}}, "two or more, or none"),
        ({"practices": 2, "clients": [9, 3]}, r"'clients' is \[fewest, most\]"),
    ],
)
def test_a_bad_declaration_says_what_is_allowed(declared, expected):
    with pytest.raises(ValidationError, match=expected):
        Frame.model_validate(declared)
