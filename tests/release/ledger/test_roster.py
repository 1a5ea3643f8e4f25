import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import confstudy as cs
from confstudy.release.ledger.ledger import Ledger

shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
SEEDS = st.integers(0, 10_000)


def numbers(ledger, frame):
    with ledger.writing() as book:
        return book.number(frame)


def flagged(ledger, frame):
    with ledger.writing() as book:
        book.number(frame)
        return book.unmatched


def fresh(tmp_path_factory):
    return Ledger(tmp_path_factory.mktemp("ledger"))


@shared
@given(seed=SEEDS)
def test_order_index_categories_and_types_change_nothing(seed, people, tmp_path_factory):
    ledger, frame = fresh(tmp_path_factory), people()
    known = numbers(ledger, frame)
    assert known.tolist() == list(range(60))
    rng = np.random.default_rng(seed)
    order = rng.permutation(60)
    other = frame.iloc[order].set_index(rng.permutation(1000)[:60])
    other = other[rng.permutation(other.columns)]
    other["q1"] = other["q1"].cat.reorder_categories(rng.permutation(other["q1"].cat.categories))
    other["q3"] = other["q3"].astype(object)
    other["q2"] = other["q2"].astype(rng.choice(["int8", "float32", "Int64", "str", "category"]))
    assert numbers(ledger, other).tolist() == known[order].tolist()
    assert len(ledger.entries) == 1


@shared
@given(seed=SEEDS, place=st.integers(0, 60))
def test_one_more_respondent_has_the_one_new_number(seed, place, people, tmp_path_factory):
    ledger, frame = fresh(tmp_path_factory), people()
    numbers(ledger, frame)
    more = pd.concat([frame.iloc[:place], people(1, seed + 1), frame.iloc[place:]])
    found = numbers(ledger, more)
    assert found[place] == 60
    assert np.delete(found, place).tolist() == list(range(60))


@shared
@given(row=st.integers(0, 59), column=st.integers(0, 23), subset=st.booleans())
def test_a_corrected_answer_keeps_the_number(row, column, subset, people, tmp_path_factory):
    ledger, frame = fresh(tmp_path_factory), people()
    numbers(ledger, frame)
    frame.iloc[row, column] = (
        np.nan
        if frame.iloc[row, column] == frame.iloc[row, column]
        else ("often" if column % 2 else 3.0)
    )
    rows = (
        np.arange(60) if not subset else np.r_[row, np.arange(0, 60, 3)[np.arange(20) * 3 != row]]
    )
    assert numbers(ledger, frame.iloc[rows]).tolist() == rows.tolist()


def test_corrections_that_add_up_over_many_versions_keep_the_number(ledger, people):
    frame = people()
    numbers(ledger, frame)
    for column in range(0, 24, 2):
        frame.iloc[7, column] += 10
        assert numbers(ledger, frame)[7] == 7


def test_somebody_who_came_for_somebody_who_left_is_new(ledger, people):
    frame = people()
    numbers(ledger, frame)
    assert numbers(ledger, pd.concat([frame.iloc[1:], people(1, 5)])).max() == 60


def test_with_few_answers_a_swap_is_never_taken_for_a_correction(ledger):
    frame = pd.DataFrame({"arm": ["a", "b"] * 30, "told": [0, 0, 1] * 20, "trust": [1.0] * 60})
    numbers(ledger, frame)
    frame.loc[0, "trust"] = 2.0
    assert numbers(ledger, frame)[0] == 60


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(score=range(len(f))),
        lambda f: f.assign(q1=f["q1"].astype(object).where(f["q1"] == "often", "rest")),
        lambda f: f.assign(q2=f["q2"] * 10, q4=f["q4"] - 5),
        lambda f: f.drop(columns=["q5"]),
        lambda f: f.rename(columns={"q5": "question5"}),
    ],
    ids=["added", "reduced", "rescaled", "dropped", "renamed"],
)
@pytest.mark.parametrize("rows", [slice(None), slice(10, 40)], ids=["all", "some"])
def test_columns_added_reduced_or_dropped_keep_all_numbers(change, rows, ledger, people):
    known = numbers(ledger, people())
    assert numbers(ledger, change(people()).iloc[rows]).tolist() == known[rows].tolist()


def test_an_added_column_and_a_correction_at_once_keep_the_number(ledger, people):
    frame = people().assign(late=range(60))
    numbers(ledger, people())
    frame.iloc[4, 6] += 10
    assert numbers(ledger, frame).tolist() == list(range(60))


def test_equal_rows_are_different_respondents(ledger):
    frame = pd.DataFrame({"arm": ["a"] * 5})
    assert numbers(ledger, frame.iloc[:3]).tolist() == [0, 1, 2]
    assert numbers(ledger, frame).tolist() == [0, 1, 2, 3, 4]


def test_views_of_a_survey_have_the_numbers_of_the_survey(ledger, simulation, scores):
    survey = simulation.survey
    known = numbers(ledger, survey)
    assert len(np.unique(known)) == survey.n
    arm = survey["arm"]
    part = survey.where(arm == arm.cat.categories[0], "one arm")
    levels = arm.cat.categories
    reduced = survey.one_against_rest("arm", str(levels[-1]))
    both = part.with_columns(extra=pd.Series(1.0, index=part.frame.index))
    places = survey.frame.index.get_indexer(part.frame.index)
    assert numbers(ledger, scores).tolist() == known.tolist()
    assert numbers(ledger, reduced).tolist() == known.tolist()
    assert (
        numbers(ledger, part).tolist() == numbers(ledger, both).tolist() == known[places].tolist()
    )
    assert len(ledger.entries) == 1, "a view of known data is not written down again"


@pytest.mark.parametrize("name", ["osmi2016.csv", "osmi2019.csv"])
def test_respondents_of_a_real_survey_keep_their_numbers(name, ledger, real):
    frame = pd.read_csv(real(name), low_memory=False)
    known = numbers(ledger, frame)
    assert sorted(known) == list(range(len(frame)))
    again = pd.read_csv(real(name), low_memory=False, dtype="object").iloc[::-1]
    assert numbers(ledger, again).tolist() == known[::-1].tolist()
    assert not flagged(ledger, frame.iloc[3:].drop(columns=frame.columns[0]))


def test_that_nobody_is_known_is_said_where_somebody_was(ledger, people):
    assert not flagged(ledger, people())
    assert not flagged(ledger, people().iloc[:12])
    assert not flagged(ledger, pd.concat([people(), people(900, 3)]))
    assert flagged(ledger, people().iloc[:, :8])
    assert flagged(ledger, people(40, seed=9))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(index=range(3)),
        pd.DataFrame({"a": []}),
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        pd.DataFrame({"a": [[1], [2], None], 3: [{}, {"b": 1}, {}]}),
        pd.DataFrame(
            {"a": [True, None, 2], "b": pd.to_datetime(["2026-01-01", None, "2026-01-02"])}
        ),
        pd.DataFrame({"a": [1e300, -1e-300, np.inf], "b": ["\ue000", "", "1"], "c": [1j, 2j, 0]}),
        pd.DataFrame({("a", 1): pd.arrays.IntervalArray.from_breaks([0, 1, 2])}),
    ],
    ids=range(8),
)
def test_any_frame_can_be_numbered(frame, ledger):
    assert numbers(ledger, frame).tolist() == list(range(len(frame)))
    assert numbers(ledger, frame.copy()).tolist() == list(range(len(frame)))


def test_no_answer_stands_in_any_file(ledger):
    canaries = [f"canary{i}" for i in range(30)]
    frame = pd.DataFrame({"canarycolumn": canaries, "canarylevel": pd.Categorical(canaries)})
    frame["canarynumber"] = 123456.5 + np.arange(30)
    with ledger.writing() as book:
        book.number(frame)
    everything = b"".join(p.read_bytes() for p in ledger.folder.iterdir())
    assert b"canary" not in everything
    for number in frame["canarynumber"]:
        assert str(number).encode() not in everything
    chunks = ledger.entries[0].chunks
    elsewhere = Ledger(ledger.folder.parent / "other")
    numbers(elsewhere, frame)
    assert not np.isin(chunks[chunks != 0], elsewhere.entries[0].chunks).any()


def test_a_bundled_study_is_numbered_whatever_it_is_loaded_from(ledger):
    survey = cs.load("data_synthetic/therapy.parquet")
    assert sorted(numbers(ledger, survey)) == list(range(survey.n))
