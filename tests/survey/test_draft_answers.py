"""What a draft makes of answers as platforms write them: choices, codes, commas, dates, damage."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from confstudy.survey.draft.answers import sorted_out, tallied
from confstudy.survey.draft.draft import draft_of
from confstudy.survey.draft.names import named, role_of
from confstudy.survey.load import load_table
from confstudy.survey.readers.raw import Described, RawTable
from confstudy.survey.recode import MISSING_REASONS


def drafted(columns, described=None):
    raw = RawTable(pd.DataFrame(columns), "w.csv", "0", "CSV", "", described or {})
    draft = draft_of(raw, Path("w.csv"))
    return draft, load_table(raw, draft.codebook)


def reasons(survey, name):
    found = survey.reasons[name] if name in survey.reasons else np.zeros(survey.n, dtype=int)
    return [MISSING_REASONS[code - 1] if code else "" for code in found]


@pytest.mark.parametrize(
    ("headers", "answers"),
    [
        (["Q8_1", "Q8_2"], ["Shame", "Fear"]),
        (["G2Q4[SQ001]", "G2Q4[SQ002]"], ["Y", "Y"]),
        (["Why? [Shame]", "Why? [Fear]"], ["Shame", "Fear"]),
        (["Q8_1", "Q8_2"], ["1", "1"]),
    ],
)
def test_select_all_that_apply_is_kept_one_column_a_choice(headers, answers):
    chosen = [[bool(i % 3), bool(i % 2)] for i in range(60)]
    columns = {
        h: [a if row[k] else "" for row in chosen]
        for k, (h, a) in enumerate(zip(headers, answers, strict=True))
    }
    draft, survey = drafted(columns)
    for place, name in enumerate(named(headers).values()):
        assert survey[name].tolist() == ["Yes" if row[place] else "No" for row in chosen]
        assert "broke off" in dict(draft.unsure)[name]


def test_a_choice_that_was_seen_and_left_has_a_code_of_its_own():
    cells = ["1", "-99", "-99", ""] * 15
    draft, survey = drafted({"Q2_1": cells, "Q2_2": cells[::-1], "told": ["Yes", "No"] * 30})
    assert survey["q2_1"].astype(object).tolist()[:3] == ["Yes", "No", "No"]
    assert reasons(survey, "q2_1")[3] == "blank"
    assert dict(draft.unsure)["q2_1"] == "is -99 “not chosen” (taken so)?"


def test_one_answer_that_is_no_choice_stays_out():
    draft, _ = drafted({"Finished": ["True"] * 50 + [""] * 10, "told": ["Yes", "No"] * 30})
    assert draft.codebook.variables["finished"].drop == "everybody answered the same"


def test_branching_logic_is_routing_and_an_empty_box_no_answer():
    told = ["1", "0"] * 30
    boxes = {"0": "Unchecked", "1": "Checked"}
    columns = {
        "why___1": ["1", "0", "0", "0"] * 15,
        "told": told,
        "sum": ["1", "2", "3"] * 20,
    }
    described = {
        "told": Described("Told?", {"1": "Yes", "0": "No"}),
        "why___1": Described("Why? [Fear]", boxes, asked_if="[told] = '1' and [x] <> ''"),
        "sum": Described("Sum", asked_if="([told]='1')"),
    }
    draft, survey = drafted(columns, described)
    assert "branching logic" in dict(draft.unsure)["why_1"]
    assert draft.codebook.variables["sum"].asked_if == {"told": ("Yes",)}
    described["why___1"] = Described("Why? [Fear]", boxes, asked_if="[told] = '1'")
    _, survey = drafted(columns, described)
    assert survey["why_1"].tolist()[:4:2] == ["Checked", "Unchecked"]
    assert reasons(survey, "why_1")[:4] == ["", "not_asked", "", "not_asked"]
    assert dict(survey.provenance.strays) == {"sum": 30}


def test_a_code_for_no_answer_that_nobody_gave_is_no_level():
    labels = {
        "1": "Disagree",
        "2": "Neutral",
        "3": "Agree",
        "-8": "Not applicable",
        "-9": "Refused",
    }
    draft, _ = drafted({"q": ["1", "2", "3", "-9"] * 10}, {"q": Described("Q?", labels)})
    assert draft.codebook.variables["q"].categories == ("Disagree", "Neutral", "Agree")
    assert draft.codebook.variables["q"].missing == {"refused": ("-9",), "not_asked": ("-8",)}


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        (["1", "2", "3", "4", "5"] * 10 + ["9"] * 5, ("9",)),
        (["1", "2"] * 20 + ["7", "9"] * 5, ("7", "9")),
        ([str(n) for n in range(11)] * 5, ()),
        (["1", "2", "3", "4", "5"] * 10 + ["7"] * 20, ()),
    ],
)
def test_nine_above_a_gap_is_taken_for_a_missing_code_and_asked(answers, codes):
    found = sorted_out(*tallied(pd.Series(answers)), Described())
    assert found.missing.get("lost", ()) == codes
    assert len(found.questions) == len(codes)


def test_decimal_commas_are_numbers_and_thousands_are_not_guessed():
    hours = [f"{n},{n % 10}" for n in range(1, 61)]
    draft, survey = drafted({"hours": hours, "told": ["Yes", "No"] * 30})
    assert draft.codebook.repairs == ("decimal_commas",)
    assert survey["hours"].tolist() == [float(text.replace(",", ".")) for text in hours]
    assert sorted_out({"1,200": 9, "900": 9, "2,500": 9}, {}, Described()).repairs == frozenset()


def test_columns_of_dates_are_left_out():
    days = [f"2025-03-{1 + n % 3:02d}" for n in range(60)]
    draft, _ = drafted({"day": days, "told": ["Yes", "No"] * 30})
    assert draft.codebook.variables["day"].drop
    assert "2025" not in draft.text


@pytest.mark.parametrize("times", [1, 2])
def test_a_draft_reads_text_again_that_was_read_in_the_wrong_encoding(times):
    def damaged(text):
        for _ in range(times):
            text = text.encode().decode("cp1252")
        return text

    answers = ["größtenteils", "weiß ich", "nie – gar nicht"] * 20
    draft, survey = drafted({damaged("Fühlen Sie sich sicher?"): map(damaged, answers)})
    assert draft.codebook.repairs == ("wrong_encoding",)
    assert survey.frame.iloc[:, 0].tolist() == answers


@pytest.mark.parametrize(
    ("header", "label", "role"),
    [
        ("Age in years", "", "quasi_identifier"), ("Alter (Jahre)", "", "quasi_identifier"),
        ("age_group", "", "quasi_identifier"), ("Q3", "Gender", "quasi_identifier"),
        ("AGE", "What was your age on your last birthday", "quasi_identifier"),
        ("RIDAGEYR", "Age in years at screening", "quasi_identifier"),
        ("Wie alt sind Sie?", "", "quasi_identifier"),
        ("Q2", "How old are you?", "quasi_identifier"),
        ("I trust my therapist", "", None), ("Size of practice", "", None),
        ("therapist", "", "cluster"), ("Clinic ID", "", "cluster"),
    ],
)  # fmt: skip
def test_headers_and_labels_tell_roles(header, label, role):
    assert role_of(next(iter(named([header]).values())), header, label) == role


def test_ages_have_bands_of_age_where_only_the_text_says_so():
    ages = [str(18 + n % 50) for n in range(200)]
    draft, _ = drafted({"Q2": ages}, {"Q2": Described("How old are you?")})
    assert draft.codebook.variables["q2"].bands["65+"] == (65, 120)


def test_several_answers_in_one_cell_are_asked_about():
    cells = ["Shame;", "Fear;", "Shame;Fear;", "Fear;No time;"] * 10
    draft, _ = drafted({"why": cells, "told": ["Yes", "No"] * 20})
    assert "several answers in one cell" in dict(draft.unsure)["why"]


def test_no_name_is_a_word_of_python():
    assert list(named(["In", "class", "If not"]).values()) == ["in_", "class_", "if_not"]
