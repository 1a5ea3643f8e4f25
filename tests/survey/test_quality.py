"""Planted trouble is found exactly, and clean simulated answers raise next to no alarm."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.errors import AnalysisError
from confstudy.survey.load import load_table
from confstudy.survey.readers.raw import RawTable

N, ITEMS = 600, 24
IDENTICAL = "same answers as an earlier row"
NEAR = "95 % or more of the answers as somebody else"
STRAIGHT = "same point on every item, reversed ones too"


def loaded(frame, **parts):
    variables = parts.pop("variables")
    book = read_codebook({"name": "t", "variables": variables, **parts})
    return load_table(RawTable(frame.astype(str), "t.csv", "0", "test"), book)


def clean(n=N, seed=1):
    """Three scales of eight items, two of them with reversed ones, and the minutes it took."""
    rng = np.random.default_rng(seed)
    traits = rng.normal(size=(n, 3)).repeat(8, axis=1) + rng.normal(size=(n, ITEMS))
    items = np.clip(np.round(3 + 0.9 * traits), 1, 5).astype(int)
    reversed_items = [0, 3, 8, 11]
    items[:, reversed_items] = 6 - items[:, reversed_items]
    frame = pd.DataFrame(items, columns=[f"i_{place + 1}" for place in range(ITEMS)])
    return frame.assign(minutes=np.round(rng.lognormal(3, 0.25, n), 1)).astype(object)


def survey_of(frame):
    items = {f"i_{place + 1}": {"type": "item"} for place in range(ITEMS)}
    scales = {
        "one": {"items": "i_1..8", "points": [1, 5], "reverse": ["i_1", "i_4"]},
        "two": {"items": "i_9..16", "points": [1, 5], "reverse": ["i_9", "i_12"]},
        "three": {"items": "i_17..24", "points": [1, 5]},
    }
    minutes = {"type": "numeric", "role": "duration"}
    return loaded(frame, variables={**items, "minutes": minutes}, scales=scales)


def counts(quality, *, without=()):
    rows = quality.table[~quality.table["check"].isin(without)].to_dict("records")
    return {(row["check"], row["variable"]): row["count"] for row in rows}


def test_missing_answers_and_columns_that_say_nothing_are_counted():
    frame = pd.DataFrame(
        {"a": ["1", "1", "99", "2"], "b": ["", "", "", ""], "c": ["x", "x", "x", "x"]}
    )
    variables = {
        "a": {"type": "numeric", "range": [0, 9]},
        "b": {"type": "numeric"},
        "c": {"levels": ["x", "y"]},
    }
    quality = cs.check(loaded(frame, variables=variables))
    assert counts(quality) == {
        ("out of the codebook's range", "a"): 1,
        ("left blank", "b"): 4,
        ("nobody answered", "b"): 4,
        ("everybody answered the same", "c"): 4,
    }
    severity = quality.table.set_index("variable")["severity"]
    assert severity.to_dict() == {"b": "problem", "a": "look", "c": "look"}
    assert "nobody has 10 answers" in quality.notes[0]


def test_shares_are_of_those_who_were_asked():
    frame = pd.DataFrame({"asked": ["yes"] * 20 + ["no"] * 30, "why": ["1"] * 15 + [""] * 35})
    variables = {
        "asked": {"type": "binary", "levels": ["no", "yes"]},
        "why": {"type": "numeric", "asked_if": {"asked": "yes"}},
    }
    table = cs.check(loaded(frame, variables=variables)).table
    blank = table[table["check"] == "left blank"].iloc[0]
    assert (blank["count"], blank["of"], blank["share"]) == (5, 20, 0.25)


def test_clean_answers_raise_no_alarm():
    quality = cs.check(survey_of(clean()))
    assert set(quality.table["severity"]) <= {"note"}
    assert (quality.attrition["reached"] == N).all()


def test_simulated_respondents_raise_next_to_no_alarm():
    false, n = 0, 0
    for seed in (1, 2, 5):
        survey = cs.simulate("therapy", clients=1000, seed=seed).survey
        table = cs.check(survey).table
        # A practice's variable may well be the same for all of them.
        table = table[table["check"] != "everybody answered the same"]
        false += table.loc[table["severity"] != "note", "count"].sum()
        n += survey.n
    assert false / n < 0.002


def plant_identical(frame):
    return pd.concat([frame, frame.iloc[:12]])


def plant_near(frame):
    copies = frame.iloc[20:35].copy()
    copies["i_2"] = [5 if value != 5 else 1 for value in copies["i_2"]]
    return pd.concat([frame, copies])


def plant_straight(frame):
    items = [f"i_{place + 1}" for place in range(ITEMS)]
    frame.loc[frame.index[40:60], items] = np.tile([[4], [5]], (10, ITEMS))
    return frame


def plant_speed(frame):
    frame.loc[frame.index[60:77], "minutes"] = 1.5
    return frame


def plant_break_off(frame):
    frame.loc[frame.index[100:130], [f"i_{place}" for place in range(10, 25)]] = ""
    frame.loc[frame.index[130:141], [f"i_{place}" for place in range(21, 25)]] = ""
    return frame


def plant_silence(frame):
    frame.loc[frame.index[150:154], [f"i_{place}" for place in range(1, 25)]] = ""
    return frame


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (plant_identical, {(IDENTICAL, "all variables"): 12}),
        (plant_near, {(NEAR, "all variables"): 30}),
        (
            plant_straight,
            {
                (STRAIGHT, "one"): 20,
                (STRAIGHT, "two"): 20,
                ("one point a scale", "all scales"): 20,
                ("one point over scales in a row", "all scales"): 20,
                (IDENTICAL, "all variables"): 18,
            },
        ),
        (plant_speed, {("faster than a third of the median", "minutes"): 17}),
        (plant_break_off, {("broke off", "all variables"): 41}),
        (plant_silence, {("answered nothing", "all variables"): 4}),
    ],
)
def test_planted_trouble_is_counted_exactly(plant, expected):
    quality = cs.check(survey_of(plant(clean())))
    notes = ["left blank", "middle point on every item", "same point on every item"]
    assert counts(quality, without=notes) == expected


def test_break_off_is_told_by_the_last_question_answered():
    table = cs.check(survey_of(plant_break_off(clean()))).attrition.set_index("variable")
    assert table.loc[table["stopped"] > 0, "stopped"].to_dict() == {"i_9": 30, "i_20": 11}
    assert table["reached"].tolist() == [600] * 9 + [570] * 11 + [559] * 4
    assert table["share"].eq(1).all()


def test_skipped_and_unasked_questions_are_no_break_off():
    frame = pd.DataFrame(
        {
            "a": ["yes", "no", "yes", "yes"] * 5,
            "b": ["1", "", "", ""] * 5,
            "c": ["2", "", "-9", ""] * 5,
        }
    )
    variables = {
        "a": {"type": "binary", "levels": ["no", "yes"]},
        "b": {"type": "numeric", "asked_if": {"a": "yes"}},
        "c": {"type": "numeric", "asked_if": {"a": "yes"}, "missing": {"refused": ["-9"]}},
    }
    quality = cs.check(loaded(frame, variables=variables))
    assert counts(quality)["broke off", "all variables"] == 5


def test_few_questions_make_the_same_answers_by_chance():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 2, (500, 10)), columns=list("abcdefghij"))
    variables = {name: {"type": "numeric"} for name in frame}
    quality = cs.check(loaded(frame, variables=variables))
    assert quality.table.empty
    assert quality.notes[0] == f"{IDENTICAL}: not counted, chance would make about as many."


def test_each_greatest_match_is_found_as_pair_by_pair():
    frame = clean(60)
    found = cs.check(survey_of(frame)).matches
    answers = frame.drop(columns="minutes").to_numpy()
    same = (answers[:, None] == answers[None, :]).mean(axis=2)
    np.fill_diagonal(same, 0)
    expected = np.histogram(same.max(axis=1), np.linspace(0, 1, 21))[0]
    assert found["respondents"].tolist() == expected[expected > 0].tolist()


def test_contradictions_and_strays_are_counted():
    frame = pd.DataFrame(
        {"a": ["yes"] * 30 + ["no"] * 30, "b": ["1"] * 34 + [""] * 26, "c": ["7"] * 60}
    )
    variables = {
        "a": {"type": "binary", "levels": ["no", "yes"]},
        "b": {"type": "numeric", "asked_if": {"a": "yes"}},
        "c": {"type": "numeric"},
    }
    impossible = {"yes with 5 or more": {"a": "yes", "c": [5, 9]}}
    quality = cs.check(loaded(frame, variables=variables, impossible=impossible))
    found = counts(quality, without=["not asked", "everybody answered the same"])
    assert found == {
        ("impossible combination", "yes with 5 or more"): 30,
        ("answered, though routed past it", "b"): 4,
    }


def test_a_missing_weight_is_a_problem():
    frame = pd.DataFrame({"a": ["1", "2"] * 30, "w": ["1.5"] * 59 + [""]})
    variables = {"a": {"type": "numeric"}, "w": {"type": "numeric", "role": "weight"}}
    table = cs.check(loaded(frame, variables=variables)).table
    assert table[["variable", "severity"]].to_numpy().tolist() == [["w", "problem"]]


def test_waves_are_counted_apart(real):
    files = [real(f"osmi{year}.csv") for year in (2014, 2016)]
    quality = cs.check(cs.load(files, "osmi"))
    flow = quality.flow.set_index(["step", "wave"])["n"]
    assert flow["In the file"].to_dict() == {"": 2692, "2014": 1259, "2016": 1433}
    assert (quality.by_wave["missing"] <= quality.by_wave["asked"]).all()
    assert quality.by_wave.groupby("wave", observed=True)["asked"].max().tolist() == [1259, 1433]


def test_real_answers_repeated_beyond_chance_are_found(real):
    quality = cs.check(cs.load(real("osmi2014.csv"), "osmi-2014"))
    assert counts(quality)[IDENTICAL, "all variables"] == 5
    assert any(note.startswith(f"{NEAR}: not counted") for note in quality.notes)


def test_what_is_printed_names_the_gravest_and_what_was_not_looked_for():
    text = repr(cs.check(survey_of(plant_silence(plant_speed(clean())))))
    assert text.splitlines()[1].startswith("problem  answered nothing: all variables 4 of 600")
    assert "look     faster than a third of the median: minutes 17 of 59" in text
    assert "24 questions" in text
    assert "Contradictions: not looked for" in text
    assert max(map(len, text.splitlines())) <= 110


def test_checks_of_what_is_no_survey_say_what_they_need():
    with pytest.raises(AnalysisError, match="need a survey"):
        cs.check(pd.DataFrame())
