import numpy as np
import pytest
from pydantic import ValidationError

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.chances import Chance, mechanism_of
from confstudy.simulate.sample.nonresponse import (
    Response,
    Skips,
    responds,
    response_chances,
    skip_chances,
    skips,
)

N = 60_000
STREAMS = Streams(7)
VALUES = {"P": STREAMS.normal("P", N), "age": (STREAMS.uniform("age", N) < 0.4).astype(float)}
ITEMS = ["mood", "sleep", "harm"]


@pytest.mark.parametrize("link", ["logit", "probit"])
@pytest.mark.parametrize("rate", [0.02, 0.35, 0.65, 0.99])
@pytest.mark.parametrize("paths", [{}, {"P": 0.4}, {"P": -3.0, "age": 1.0, "age:P": 0.5}])
def test_the_mean_chance_is_the_rate(rate, paths, link):
    chances = response_chances(Response(rate=rate, paths=paths, link=link), VALUES)
    assert chances.mean() == pytest.approx(rate, abs=1e-12)
    assert (np.ptp(chances) == 0) == (not paths)


def test_as_many_answer_as_the_rate_says_and_those_with_privacy_more():
    answered = responds(Response(rate=0.65, paths={"P": 0.4}), VALUES, STREAMS)
    assert abs(answered.mean() - 0.65) < 4 * np.sqrt(0.65 * 0.35 / N)
    gap = VALUES["P"][answered].mean() - VALUES["P"].mean()
    assert gap == pytest.approx(0.135, abs=4 / np.sqrt(N))


def test_mcar_moves_nothing_and_mar_nothing_within_its_groups():
    same = responds(Response(rate=0.5), VALUES, STREAMS)
    assert abs(VALUES["P"][same].mean() - VALUES["P"].mean()) < 4 / np.sqrt(N / 2)
    by_age = responds(Response(rate=0.5, paths={"age": 1.5}), VALUES, STREAMS)
    assert VALUES["age"][by_age].mean() > 0.5
    for age in (0, 1):
        group = VALUES["age"] == age
        moved = VALUES["P"][group & by_age].mean() - VALUES["P"][group].mean()
        assert abs(moved) < 4 / np.sqrt((group & by_age).sum())


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], "mcar"),
        (["age"], "mar"),
        (["age", "P"], "mnar"),
        (["self"], "mnar"),
        (["age:P"], "mnar"),
    ],
)
def test_a_mechanism_is_named_by_what_it_depends_on(paths, expected):
    assert mechanism_of(paths, observed=["age"]) == expected


def test_each_item_meets_its_own_rate_and_the_rest_theirs_together():
    declared = Skips(
        rate=0.08, rates={"sleep": 0.3}, paths={"P": -0.5}, sensitivity={"harm": 2}, slope=0.7
    )
    found = skip_chances(declared, ITEMS, VALUES)
    assert found["sleep"].mean() == pytest.approx(0.3, abs=1e-12)
    assert (found["mood"].mean() + found["harm"].mean()) / 2 == pytest.approx(0.08, abs=1e-12)
    odds = {item: np.log(chances / (1 - chances)) for item, chances in found.items()}
    np.testing.assert_allclose(odds["harm"] - odds["mood"], 1.4)
    slope = np.polyfit(VALUES["P"], odds["mood"], 1)[0]
    assert slope == pytest.approx(-0.5)


def test_an_intercept_stands_for_itself():
    found = skip_chances(Skips(intercept=-2, sensitivity={"harm": 1}), ITEMS, VALUES)
    assert found["harm"][0] == pytest.approx(1 / (1 + np.e))
    assert found["mood"][0] == pytest.approx(1 / (1 + np.e**2))
    response = Response(intercept=0.642, paths={"P": 0.4})
    assert response_chances(response, {"P": np.zeros(1)})[0] == pytest.approx(0.6552, abs=5e-5)


def test_what_would_have_been_answered_may_decide_whether_it_is():
    answers = {item: STREAMS.normal(item, N) for item in ITEMS}
    declared = Skips(rate=0.2, paths={"self": 1.0})
    missing = skips(declared, ITEMS, VALUES, STREAMS, answers)
    for item in ITEMS:
        assert abs(missing[item].mean() - 0.2) < 0.01
        assert answers[item][missing[item]].mean() > 0.5
        other = answers["mood" if item == "harm" else "harm"]
        assert abs(other[missing[item]].mean()) < 4 / np.sqrt(0.2 * N) + 0.01
    with pytest.raises(StructureError, match=r"Variables not found in the population: \[self\]"):
        skip_chances(declared, ITEMS, VALUES)


def test_evenly_everybody_has_the_mean_chance():
    declared = Response(rate=0.3, paths={"P": 2.0})
    came = responds(declared, VALUES, STREAMS, evenly=True)
    assert np.array_equal(came, STREAMS.uniform("responds", N) < 0.3)
    missing = skips(
        Skips(rates={"mood": 0.2}, paths={"P": 2.0}), ["mood"], VALUES, STREAMS, evenly=True
    )
    assert abs(VALUES["P"][missing["mood"]].mean()) < 4 / np.sqrt(0.2 * N)


def test_what_a_client_skips_belongs_to_the_row():
    rows = np.flatnonzero(VALUES["age"] == 1)
    mine = {name: value[rows] for name, value in VALUES.items()}
    declared = Skips(intercept=-1, paths={"P": -0.5})
    whole = skips(declared, ITEMS, VALUES, STREAMS)
    part = skips(declared, ITEMS, mine, STREAMS, rows=rows)
    assert all(np.array_equal(whole[item][rows], part[item]) for item in ITEMS)
    none = {name: value[:0] for name, value in VALUES.items()}
    assert skips(declared, ITEMS, none, STREAMS, rows=rows[:0])["mood"].shape == (0,)


def test_another_item_or_wave_changes_no_other_column():
    declared = Skips(rate=0.1, paths={"P": -0.5})
    few, many = (skips(declared, ITEMS[:k], VALUES, Streams(1)) for k in (2, 3))
    assert all(few[item].tobytes() == many[item].tobytes() for item in ITEMS[:2])
    assert few["mood"].tobytes() != few["sleep"].tobytes()
    before = responds(Response(rate=0.5), VALUES, Streams(1)).tobytes()
    assert responds(Response(rate=0.5), VALUES, Streams(1)).tobytes() == before
    assert responds(Response(rate=0.5), VALUES, Streams(1), "wave 2").tobytes() != before


@pytest.mark.parametrize(
    ("model", "declared", "expected"),
    [
        (Response, {}, "either the 'rate' to be met or the 'intercept'"),
        (Response, {"rate": 0.5, "intercept": 0}, "either the 'rate'"),
        (Response, {"rate": 1}, "less than 1"),
        (Response, {"rate": 0.5, "mechanism": "mar"}, "Extra inputs"),
        (Skips, {}, "the 'rates' of items or the 'intercept'"),
        (Skips, {"rate": 0.5, "intercept": 0}, "either the 'rate'"),
        (Chance, {"rate": 0.5, "link": "cloglog"}, "'logit' or 'probit'"),
    ],
)
def test_a_bad_declaration_says_what_is_allowed(model, declared, expected):
    with pytest.raises(ValidationError, match=expected):
        model.model_validate(declared)


def test_paths_and_items_are_among_those_there_are():
    with pytest.raises(StructureError, match=r"Did you mean 'age'\? There are: \[P, age\]"):
        response_chances(Response(rate=0.5, paths={"agee": 1}), VALUES)
    with pytest.raises(StructureError, match="Did you mean 'mood'"):
        skip_chances(Skips(rates={"moood": 0.1}), ITEMS, VALUES)
    with pytest.raises(StructureError, match="Give either the 'rate'"):
        skip_chances(Skips(rates={"mood": 0.1}), ITEMS, VALUES)
    with pytest.raises(StructureError, match="each with one value a client"):
        response_chances(Response(rate=0.5), {"P": np.ones(3), "T": np.ones(4)})
