"""One codebook for several waves whose headers and codings drift."""

import pytest

from confstudy.codebook.read import parse_codebook, read_codebook
from confstudy.codebook.waves import in_wave, resolved, wave_of
from confstudy.codebook.words import heading
from confstudy.errors import CodebookError, CodebookMismatch

BOOK = {
    "name": "drift",
    "waves": ["2016", "2019"],
    "variables": {
        "employed": {"levels": ["No", "Yes"], "source": ["job", "Do you work?"]},
        "told": {
            "levels": ["No", "Yes"],
            "source": {"2019": "Have you told them?"},
            "asked_if": {"employed": "Yes"},
            "by_wave": {"2019": {"recode": {"Yes": ["1"], "No": ["0"]}}},
        },
    },
}


@pytest.mark.parametrize(
    "written",
    [
        "<strong>Do you work?</strong>",
        "*Do you work?*",
        "Do\u00a0you  work?",
        "Do you <em>work</em>?",
        "_DO YOU WORK?_",
        "**Do you** `work`?",
    ],
)
def test_headers_are_matched_without_markup_case_and_odd_spaces(written):
    book = resolved(read_codebook(BOOK), "2016", ["x", written])
    assert book.header("employed") == written


def test_underscores_inside_names_are_kept():
    assert heading("age_band_2") == "age_band_2"
    assert heading("Why?.1") != heading("Why?")


def test_the_written_header_wins_over_one_that_is_only_alike():
    assert resolved(read_codebook(BOOK), "2016", ["JOB", "job"]).header("employed") == "job"


def test_a_wave_that_did_not_ask_has_no_source():
    book = read_codebook(BOOK)
    assert book.headers("told", "2016") == ()
    assert resolved(book, "2016", ["job"]).variables["told"].source == {"": ()}


def test_a_coding_of_one_wave_stays_in_it():
    book = read_codebook(BOOK)
    assert resolved(book, "2019", ["job", "Have you told them?"]).variables["told"].recode
    assert not resolved(book, "2016", ["job"]).variables["told"].recode


@pytest.mark.parametrize(
    ("file", "headers", "expected"),
    [
        ("osmi2016.csv", [], "2016"),
        ("survey_2019_final.csv", [], "2019"),
        ("export.csv", ["*job*"], "2016"),
        ("export.csv", ["job", "Have you told them?"], "2019"),
        ("12016.csv", [], ""),
        ("export.csv", ["x"], ""),
        ("from 2016 to 2019.csv", [], ""),
    ],
)
def test_the_wave_is_told_by_name_or_headers(file, headers, expected):
    book = read_codebook(BOOK)
    if expected:
        assert wave_of(book, file, headers) == expected
    else:
        with pytest.raises(CodebookMismatch, match=r"Which wave is .* \[2016, 2019\]"):
            wave_of(book, file, headers)


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        (
            "a: {type: numeric, source: {'2017': x}}",
            "line 4: 'a' names waves that 'waves' does not",
        ),
        ("a: {levels: [x], asked_if: {b: [x]}}", "line 4: 'a' names 'b', not a variable"),
        ("a: {levels: [x], asked_if: {a: [x]}}", "its routing is a circle"),
        ("a: {levels: [x]}\n  b: {levels: [y], asked_if: {a: [z]}}", "'z' is not among the levels"),
        (
            "a: {type: numeric}\n  b: {levels: [y], asked_if: {a: [3]}}",
            "name the lowest and the highest",
        ),
        (
            "a: {levels: [x], by_wave: {'2016': {levels: [q]}}}",
            "'a' has other levels in wave '2016'",
        ),
        ("a: {levels: [x], by_wave: {'2016': {rol: x}}}", "'rol' is not known"),
        ("wave: {levels: [x]}", "'wave' is the name of the column"),
    ],
)
def test_mistakes_in_waves_and_routing_name_their_line(yaml, expected):
    with pytest.raises(CodebookError) as caught:
        parse_codebook(f"name: b\nwaves: ['2016']\nvariables:\n  {yaml}\n", "b.yaml")
    assert expected in str(caught.value)


def test_words_of_one_wave_can_be_recoded_to_numbers():
    book = parse_codebook(
        "name: w\nwaves: ['2019', '2021']\nvariables:\n  back:\n    type: numeric\n"
        "    by_wave: {'2019': {recode: {0: Not likely, 10: Very likely}}}\n"
    )
    assert in_wave(book, "2019").variables["back"].recode["10"] == ("Very likely",)
    assert in_wave(book, "2021").variables["back"].recode == {}


def test_impossible_combinations_are_checked():
    text = "name: b\nvariables:\n  a: {levels: [x]}\nimpossible:\n  odd: {a: [y], c: [x]}\n"
    with pytest.raises(CodebookError) as caught:
        parse_codebook(text, "b.yaml")
    assert "b.yaml, line 5: impossible 'odd': 'y' is not among" in str(caught.value)
    assert "names 'c', not a variable" in str(caught.value)
