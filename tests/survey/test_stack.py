"""Several files of one codebook: stacking, routing, repairs, recodes."""

import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import CodebookMismatch
from confstudy.survey.load import load_table, load_tables
from confstudy.survey.readers.raw import Described, RawTable
from confstudy.survey.repair import from_date, from_wrong_encoding

BOOK = {
    "name": "drift",
    "waves": ["w1", "w2"],
    "variables": {
        "job": {"levels": ["No", "Yes"], "recode": {"Yes": ["1", "True"], "No": ["0", "False"]}},
        "size": {
            "type": "ordinal",
            "levels": ["1-5", "6-25", "26-100"],
            "asked_if": {"job": ["Yes"]},
        },
        "told": {
            "levels": ["No", "Yes"],
            "source": {"w2": "told?"},
            "asked_if": {"size": ["6-25"]},
        },
        "clinic": {"type": "code"},
    },
}


def raw(name, **columns):
    return RawTable(pd.DataFrame(columns, dtype="str"), name, name, "test")


def stacked(*tables, **changes):
    return load_tables([("", table) for table in tables], cs.read_codebook({**BOOK, **changes}))


ONE = raw("w1.csv", job=["1", "0", "1"], size=["1-5", "", ""], clinic=["a", "b", "a"])
TWO = raw(
    "w2.csv",
    job=["True", "False", "True", "True"],
    size=["6-25", "1-5", "26-100", ""],
    **{"told?": ["", "Yes", "", ""]},
    clinic=["c", "c", "a", "b"],
)


def test_waves_are_stacked_with_wave_and_reasons():
    survey = stacked(ONE, TWO, protection={"k": 1, "reason": "test"})
    assert survey.frame["wave"].tolist() == ["w1"] * 3 + ["w2"] * 4
    assert survey.frame["clinic"].tolist() == ["a", "b", "a", "c", "c", "a", "b"]
    missing = survey.missing.set_index("variable")
    assert missing.loc["size"].to_dict() == {"not_asked": 1, "blank": 2}
    # Not in wave 1 (3); unemployed (1, answered all the same); another size (1); size unknown (1).
    assert missing.loc["told"].to_dict() == {"not_asked": 4, "blank": 2}
    assert survey.provenance.strays == (("size", 1), ("told", 1))
    assert survey.n == survey.provenance.rows == 7


def test_recodes_are_counted_by_what_was_read_and_made():
    survey = stacked(ONE, TWO, protection={"k": 1, "reason": "test"})
    found = survey.recodes[survey.recodes["variable"] == "job"].to_dict("records")
    assert [(row["read"], row["made"], row["respondents"]) for row in found] == [
        ("True", "Yes", 3), ("1", "Yes", 2), ("0", "No", 1), ("False", "No", 1),
    ]  # fmt: skip


def test_two_files_of_a_wave_or_of_no_wave_are_refused():
    with pytest.raises(CodebookMismatch, match=r"Two files are of the same wave: \[w1\]"):
        stacked(ONE, ONE)
    with pytest.raises(CodebookMismatch, match=r"Which wave is 'x\.csv'"):
        stacked(raw("x.csv", job=["1"]))
    single = {"name": "s", "variables": {"job": {"levels": ["0", "1"]}}}
    with pytest.raises(CodebookMismatch, match="declares no 'waves'"):
        load_tables([("", ONE), ("", TWO)], cs.read_codebook(single))


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("25-Jun", "6-25"), ("Jun-25", "6-25"), ("6月25日", "6-25"), ("5-Jan", "1-5"),
        ("1-May", "1-5"), ("2014-06-25", "6-25"), ("2014-06-25 00:00:00", "6-25"),
        ("06/25/2014", "6-25"), ("25-Jun-14", "6-25"), ("June 25, 2014", "6-25"),
        ("25. Jun", "6-25"), ("6월 25일", "6-25"), ("2014年6月25日", "6-25"),
        ("25. Juni", "6-25"), ("25-juin", "6-25"), ("25-giu", "6-25"), ("5-ene", "1-5"),
        ("1-mag", "1-5"), ("1. Mai 2014", "1-5"), ("25-mrt", ""),
        ("26-Jun", ""), ("25-Foo", ""), ("yes", ""), ("6-25", ""),
    ],
)  # fmt: skip
def test_a_spreadsheet_s_date_is_read_back(cell, level):
    assert from_date(cell, ["1-5", "6-25", "26-100"]) == level


def test_a_date_that_two_levels_fit_is_none():
    assert from_date("5-Jan", ["1-5", "5-1"]) == ""


@pytest.mark.parametrize("text", ["Don’t know", "Zürich", "日本", "naïve – really", "“no”"])
def test_text_in_the_wrong_encoding_is_read_again(text):
    assert from_wrong_encoding(text.encode().decode("cp1252", errors="replace")) in (text, "")
    once = text.encode().decode("latin-1")
    assert from_wrong_encoding(once) == text
    assert from_wrong_encoding(once.encode().decode("latin-1")) == text
    assert from_wrong_encoding(text.encode().decode("cp850")) == text
    assert from_wrong_encoding(text) == ""


def test_damage_is_refused_unless_a_repair_is_declared():
    book = {
        "name": "d",
        "variables": {
            "size": {"levels": ["1-5", "6-25"]},
            "know": {"levels": ["Don’t know", "Yes"]},
        },
    }
    table = raw("d.csv", size=["25-Jun", "1-5"], know=["Donâ€™t know", "Yes"])
    with pytest.raises(CodebookMismatch) as caught:
        load_table(table, cs.read_codebook(book))
    assert "size: 1 cells are levels that a spreadsheet took for dates" in str(caught.value)
    assert "know: 1 cells are levels read in the wrong encoding" in str(caught.value)
    both = {**book, "repairs": ["spreadsheet_dates", "wrong_encoding"]}
    survey = load_table(table, cs.read_codebook(both))
    assert survey.frame["size"].tolist() == ["6-25", "1-5"]
    assert survey.frame["know"].tolist() == ["Don’t know", "Yes"]
    assert survey.recodes["read"].tolist() == ["spreadsheet date", "wrong encoding"]


def test_codes_that_the_file_declares_missing_are_missing():
    described = {
        "age": Described(missing={"-9": "Refused", "-8": "", "99": "Don't know"}),
    }
    table = RawTable(pd.DataFrame({"age": [30.0, -9, -8, 99]}), "a.sav", "0", "SPSS", "", described)
    survey = load_table(
        table, cs.read_codebook({"name": "a", "variables": {"age": {"type": "numeric"}}})
    )
    assert survey.missing.to_dict("records") == [
        {"variable": "age", "refused": 1, "dont_know": 1, "lost": 1}
    ]
    kept = {
        "name": "a",
        "variables": {"age": {"type": "numeric", "missing": {"not_asked": [-9, -8, 99]}}},
    }
    assert load_table(table, cs.read_codebook(kept)).missing["not_asked"].tolist() == [3]


def test_labels_of_codes_are_read_as_their_codes():
    book = {
        "name": "labels",
        "variables": {
            "a": {"type": "item", "levels": {1: "Never", 2: "Often"}},
            "b": {"levels": {1: "No", 2: "Yes"}},
        },
        "scales": {"s": {"items": ["a"], "points": [1, 2]}},
    }
    survey = load_table(raw("l.csv", a=["Never", "2"], b=["Yes", "1"]), cs.read_codebook(book))
    assert survey.frame["a"].tolist() == [1, 2]
    assert survey.frame["b"].tolist() == ["Yes", "No"]
