import csv

import pytest

from confstudy.errors import UnreadableFile
from confstudy.survey.read import Described, read_table

TICKS = {"0": "Unchecked", "1": "Checked"}


def export(tmp_path, rows, name="wave.csv"):
    path = tmp_path / name
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


MODERN = [
    ["StartDate", "Status", "ResponseId", "DistributionChannel", "Q1"],
    ["Start Date", "Response Type", "Response ID", "Channel", "<p>How\u00a0often<br>?</p>"],
    ['{"ImportId":"startDate","timeZone":"UTC"}', *(f'{{"ImportId":"{n}"}}' for n in "abcd")],
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "notes"),
    [
        (
            [
                *MODERN,
                ["2024-01-01", "IP Address", "R_1", "anonymous", "2"],
                ["2024-01-02", "Survey Preview", "R_2", "preview", "1"],
                ["2024-01-03", "IP Address", "R_3", "preview", "1"],
                ["2024-01-04", "Survey Test", "R_4", "test", "1"],
            ],
            ("2 further header rows left out", "3 preview rows left out"),
        ),
        (
            [
                *MODERN,
                ["2024-01-01", "0", "R_1", "anonymous", "2"],
                ["2024-01-02", "1", "R_2", "anonymous", "1"],
            ],
            ("2 further header rows left out", "1 preview row left out"),
        ),
        (
            [*MODERN[:2], ["2024-01-01", "0", "R_1", "anonymous", "2"]],
            ("1 further header row left out",),
        ),
    ],
)
def test_qualtrics_header_rows_and_previews_are_taken_off(tmp_path, rows, notes):
    raw = read_table(export(tmp_path, rows))
    assert (raw.platform, raw.notes) == ("Qualtrics", notes)
    assert raw.frame["Q1"].tolist() == ["2"]
    assert raw.described["Q1"].label == "How often?"


def test_legacy_qualtrics_names_its_columns_in_the_second_row(tmp_path):
    rows = [
        ["V1", "V2", "V7", "Q1"],
        ["ResponseID", "ResponseSet", "Status", "How often?"],
        ["R_1", "Default", "0", "2"],
        ["R_2", "Default", "1", "1"],
    ]
    raw = read_table(export(tmp_path, rows))
    assert raw.frame["Q1"].tolist() == ["2"]
    assert raw.described["V7"].label == "Status"
    assert raw.notes == ("1 further header row left out", "1 preview row left out")


def test_qualtrics_without_further_rows_loses_none(tmp_path):
    rows = [*MODERN[:1], ["2024-01-01", "IP Address", "R_1", "anonymous", "2"]]
    raw = read_table(export(tmp_path, rows))
    assert (raw.platform, raw.notes, len(raw.frame)) == ("Qualtrics", (), 1)


DICTIONARY = [
    ["Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
     "Choices, Calculations, OR Slider Labels", "Field Note", "Identifier?",
     "Branching Logic (Show field only if...)"],
    ["record_id", "base", "", "text", "Record ID", "", "", "", ""],
    ["mail", "base", "", "text", "E-mail", "", "", "y", ""],
    ["told", "base", "", "radio", "Did you <b>tell</b>?", "1, Yes | 2, No, never | -9, Refused",
     "", "", ""],
    ["why", "base", "", "checkbox", "Why?", "1, Fear | -2, Shame", "", "", "[told] = '2'"],
    ["kept", "base", "", "yesno", "Kept?", "", "", "", ""],
    ["note", "base", "", "descriptive", "Thank you", "", "", "", ""],
    ["sum", "base", "", "calc", "Sum", "[a]+[b], 2 | 3, x", "", "", ""],
]  # fmt: skip
CODED = [
    ["record_id", "mail", "told", "why___1", "why____2", "kept", "sum", "base_complete"],
    ["1", "a", "2", "0", "1", "1", "3", "2"],
]
EXPECTED = {
    "record_id": Described("Record ID"),
    "mail": Described("E-mail", identifier=True),
    "told": Described("Did you tell?", {"1": "Yes", "2": "No, never", "-9": "Refused"}),
    "why___1": Described("Why? [Fear]", TICKS, asked_if="[told] = '2'"),
    "why____2": Described("Why? [Shame]", TICKS, asked_if="[told] = '2'"),
    "kept": Described("Kept?", {"1": "Yes", "0": "No"}),
    "sum": Described("Sum"),
    "base_complete": Described(
        "base: complete?", {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
    ),
}


def test_a_redcap_dictionary_beside_the_file_describes_it(tmp_path):
    export(tmp_path, DICTIONARY, "Study_DataDictionary_2024-01-01.csv")
    raw = read_table(export(tmp_path, CODED, "Study_DATA_2024-01-01.csv"))
    assert raw.platform == "REDCap"
    assert raw.described == EXPECTED
    assert raw.notes == ("8 columns described by 'Study_DataDictionary_2024-01-01.csv'",)


def test_a_redcap_export_of_labels_has_labels_as_codes(tmp_path):
    dictionary = export(tmp_path, DICTIONARY, "fields.csv")
    header = ["Record ID", "Did you tell?", "Why? (choice=Fear)", "Complete?"]
    path = export(tmp_path, [header, ["1", "No, never", "Checked", "Complete"]])
    raw = read_table(path, dictionary=dictionary)
    assert list(raw.described["Did you tell?"].levels) == ["Yes", "No, never", "Refused"]
    assert raw.described["Why? (choice=Fear)"] == Described(
        "Why? [Fear]", {"Unchecked": "Unchecked", "Checked": "Checked"}, asked_if="[told] = '2'"
    )


def test_rows_that_are_events_are_told(tmp_path):
    rows = [["record_id", "redcap_event_name", "q"], ["1", "a", "2"], ["1", "b", "3"]]
    assert read_table(export(tmp_path, rows)).notes == (
        "2 rows of 1 records: a row is an event, not a person",
    )


def test_redcap_without_a_dictionary_knows_its_checkboxes(tmp_path):
    raw = read_table(export(tmp_path, CODED))
    assert raw.platform == "REDCap"
    assert raw.described == {
        "why___1": Described(levels=TICKS),
        "why____2": Described(levels=TICKS),
    }


def test_a_dictionary_of_another_study_is_refused_when_named_and_ignored_beside(tmp_path):
    other = export(tmp_path, DICTIONARY, "My_DataDictionary.csv")
    path = export(tmp_path, [["a", "told_x"], ["1", "2"]])
    assert read_table(path).platform == ""
    with pytest.raises(UnreadableFile, match=r"describes no column of 'wave\.csv'"):
        read_table(path, dictionary=other)
    with pytest.raises(UnreadableFile, match="is not a REDCap data dictionary"):
        read_table(path, dictionary=path)


@pytest.mark.parametrize(
    ("header", "headers", "label"),
    [
        (
            ["id", "submitdate", "lastpage", "startlanguage", "G1Q1[SQ001]"],
            ["id", "submitdate", "lastpage", "startlanguage", "G1Q1[SQ001]"],
            None,
        ),
        (
            ["id. Response ID", "submitdate. Date submitted", "lastpage. Last page",
             "startlanguage. Start language", "G1Q1[SQ001]. How often? [At home]"],
            ["id", "submitdate", "lastpage", "startlanguage", "G1Q1[SQ001]"],
            "How often? [At home]",
        ),
        (
            ["Response ID", "Date submitted", "Last page", "Start language",
             "How <i>often</i>? [At home]"],
            ["Response ID", "Date submitted", "Last page", "Start language",
             "How <i>often</i>? [At home]"],
            "How often? [At home]",
        ),
    ],
)  # fmt: skip
def test_limesurvey_header_styles_are_told_apart(tmp_path, header, headers, label):
    raw = read_table(export(tmp_path, [header, ["1", "", "2", "en", "A1"]]))
    assert raw.platform == "LimeSurvey"
    assert list(raw.frame.columns) == headers
    assert raw.described.get(headers[-1], Described()).label == (label or "")


def test_surveymonkey_choices_join_their_question(tmp_path):
    rows = [
        ["Respondent ID", "Collector ID", "IP Address", "How old?", "Why?", "", "Else?"],
        ["", "", "", "Response", "Fear", "Shame", "Open-Ended Response"],
        ["1", "2", "3", "20", "Fear", "", "x"],
    ]
    raw = read_table(export(tmp_path, rows))
    assert raw.platform == "SurveyMonkey"
    assert list(raw.frame.columns)[3:] == ["How old?", "Why? [Fear]", "Why? [Shame]", "Else?"]
    assert raw.described["Why? [Shame]"].label == "Why? [Shame]"
    assert raw.notes == ("1 further header row joined to the headers",)


@pytest.mark.parametrize(
    ("header", "platform"),
    [
        (["Timestamp", "How old are you?", "Do you\u00a0tell?"], "Google Forms"),
        (["Horodateur", "Quel âge avez-vous ?", "Le dites-vous ?"], "Google Forms"),
        (["ID", "Start time", "Completion time", "Do you tell?"], "Microsoft Forms"),
        (["Timestamp", "Age", "Gender"], ""),
        (["id", "age", "status"], ""),
    ],
)
def test_forms_are_recognised_by_their_first_columns(tmp_path, header, platform):
    raw = read_table(export(tmp_path, [header, ["1"] * len(header)]))
    assert raw.platform == platform
    assert bool(raw.described) == bool(platform)
    assert list(raw.frame.columns) == header


def test_headers_with_markup_have_clean_labels_on_every_platform(tmp_path):
    raw = read_table(export(tmp_path, [["<b>Do you</b> *tell*?", "age"], ["1", "2"]]))
    assert list(raw.frame.columns) == ["<b>Do you</b> *tell*?", "age"]
    assert raw.described == {"<b>Do you</b> *tell*?": Described("Do you *tell*?")}


def test_a_file_of_previews_only_has_no_respondents(tmp_path):
    rows = [*MODERN, ["2024-01-02", "Survey Preview", "R_2", "preview", "1"]]
    with pytest.raises(UnreadableFile, match=r"no respondents.*1 preview row left out"):
        read_table(export(tmp_path, rows))
