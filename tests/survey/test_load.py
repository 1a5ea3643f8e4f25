import logging
import traceback

import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import CodebookError, CodebookMismatch, ConfstudyError, IdentifiedData
from confstudy.survey.survey import Survey

BOOK = {
    "name": "wave",
    "variables": {
        "treatment": {"type": "binary", "levels": ["No", "Yes"]},
        "age": {"type": "numeric", "range": [18, 90]},
    },
}


def write(tmp_path, text, name="wave.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_survey_is_loaded_through_its_codebook(tmp_path):
    path = write(tmp_path, "treatment,age,extra\nYes,30,a\nNo,500,b\n,40,c\n")
    survey = cs.load(path, BOOK)
    assert survey.n == 3
    assert survey.frame.columns.tolist() == ["treatment", "age"]
    assert survey.provenance.left_out == 1
    assert survey.missing.to_dict("list") == {
        "variable": ["treatment", "age"],
        "blank": [1, 0],
        "out_of_range": [0, 1],
    }


def test_the_codebook_beside_the_file_is_used(tmp_path):
    write(tmp_path, "name: beside\nvariables: {a: {type: numeric}}\n", "wave.codebook.yaml")
    survey = cs.load(write(tmp_path, "a\n1\n2\n"))
    assert survey.codebook.name == "beside"


def test_without_a_codebook_the_error_says_where_it_is_looked_for(tmp_path):
    with pytest.raises(CodebookError, match=r"no 'wave\.codebook\.yaml' beside it"):
        cs.load(write(tmp_path, "a\n1\n"))


def test_a_missing_column_suggests_the_nearest_header(tmp_path):
    with pytest.raises(CodebookMismatch, match=r"names: \[treatment\]\. Did you mean 'treatmnt'"):
        cs.load(write(tmp_path, "treatmnt,age\nYes,30\n"), BOOK)


def test_cells_that_no_rule_covers_are_counted_and_refused(tmp_path):
    path = write(tmp_path, "treatment,age\nPerhaps,30\nYes,old\nperhaps,31\n")
    with pytest.raises(CodebookMismatch) as caught:
        cs.load(path, BOOK)
    assert "treatment: 2 cells are not among the levels [No, Yes]." in str(caught.value)
    assert "age: 1 cells are not numbers." in str(caught.value)


def test_an_export_with_an_email_column_is_refused_by_column_and_rule(tmp_path):
    text = "treatment,age,Contact\nYes,30,ann@example.org\nNo,31,bob@example.org\n"
    with pytest.raises(IdentifiedData) as caught:
        cs.load(write(tmp_path, text), BOOK)
    assert "Contact: e-mail address (2 distinct cells)" in str(caught.value)
    assert "drop: identifier" in str(caught.value)
    assert "example" not in str(caught.value)
    assert caught.value.exit_code == 1


def test_a_drop_of_a_misspelt_header_is_told(tmp_path):
    book = {"name": "d", "variables": {"mail": {"source": "E-Mial", "drop": "identifier"}}}
    path = tmp_path / "w.csv"
    path.write_text("E-Mail,told\na@example.org,Yes\nb@example.org,No\n")
    with pytest.raises(IdentifiedData, match=r"lacks: \[E-Mial\]\. Did you mean 'E-Mail'"):
        cs.load(path, book)


def test_headers_in_the_wrong_encoding_are_told_with_the_repair(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("gef\u00c3\u00bchlt\nYes\nNo\n", "utf-8")
    book = {"name": "d", "variables": {"felt": {"source": "gefühlt", "levels": ["Yes", "No"]}}}
    with pytest.raises(CodebookMismatch, match="declare `repairs: \\[wrong_encoding\\]`"):
        cs.load(path, book)
    assert cs.load(path, book | {"repairs": "wrong_encoding"})["felt"].tolist() == ["Yes", "No"]


def test_a_dropped_column_never_comes_in(tmp_path):
    book = {**BOOK, "variables": {**BOOK["variables"], "Contact": {"drop": "identifier"}}}
    text = "treatment,age,Contact\nYes,30,ann@example.org\nNo,31,bob@example.org\n"
    assert "Contact" not in cs.load(write(tmp_path, text), book).frame


QUASI = {
    "name": "wave",
    "variables": {
        "sex": {"levels": ["w", "m"], "role": "quasi_identifier"},
        "place": {"levels": ["n", "s"], "role": "quasi_identifier"},
    },
}
RARE = "sex,place\n" + "w,n\n" * 8 + "m,n\n" * 7 + "m,s\n" * 2


def test_small_groups_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(IdentifiedData, match=r"sex × place: k-anonymity \(2 respondents\)"):
        cs.load(write(tmp_path, RARE), QUASI)


def test_declared_suppression_blanks_small_groups_and_counts_them(tmp_path):
    book = {**QUASI, "protection": {"k": 5, "suppress": ["place", "sex"]}}
    survey = cs.load(write(tmp_path, RARE), book)
    assert survey.missing["suppressed"].sum() > 0
    assert "cells suppressed" in survey.provenance.gate


def test_a_lower_k_is_recorded_with_its_reason(tmp_path):
    book = {**QUASI, "protection": {"k": 1, "reason": "public-use file"}}
    survey = cs.load(write(tmp_path, RARE), book)
    assert survey.provenance.gate == "gate: k = 2 (public-use file)"


def test_parquet_with_typed_columns_loads_alike(tmp_path):
    frame = pd.DataFrame({"treatment": pd.Categorical(["Yes", "No"]), "age": [30, 31]})
    frame.to_parquet(tmp_path / "wave.parquet")
    assert cs.load(tmp_path / "wave.parquet", BOOK).frame["age"].tolist() == [30.0, 31.0]


def test_the_same_bytes_have_the_same_hash(tmp_path):
    one = cs.load(write(tmp_path, "treatment,age\nYes,30\n", "a.csv"), BOOK)
    two = cs.load(write(tmp_path, "treatment,age\nYes,30\n", "b.csv"), BOOK)
    assert one.provenance.sha256 == two.provenance.sha256


def test_one_level_can_be_set_against_the_rest(tmp_path):
    book = {"name": "w", "variables": {"x": {"levels": ["No", "Don't know", "Yes"]}}}
    survey = cs.load(write(tmp_path, "x\nYes\nNo\nDon't know\n\n".replace("\n\n", "\n")), book)
    column = survey.one_against_rest("x", "Yes").frame["x"]
    assert column.cat.categories.tolist() == ["No or Don't know", "Yes"]
    assert column.tolist() == ["Yes", "No or Don't know", "No or Don't know"]


CANARY = "CANARY-7f3a"
HOSTILE = [
    f"a,b\n{CANARY},1\n",
    f"{CANARY},{CANARY}\n{CANARY},1\n",
    f"treatment,age\n{CANARY},{CANARY}\n",
    f"treatment,age\nYes,30,{CANARY}\n",
    f'treatment,age\n"{CANARY},30\n',
    f"treatment,age,email\nYes,30,{CANARY}@example.org\n",
    f"{CANARY}@example.org,age\nYes,30\n",
    f"treatment,age\nYes,{CANARY}\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_hostile_file_is_ever_said(tmp_path, caplog, text):
    caplog.set_level(logging.DEBUG)
    said = ""
    try:
        said = repr(cs.load(write(tmp_path, text), BOOK))
    except ConfstudyError as refused:
        said = "".join(traceback.format_exception(refused))
    cells = text.split("\n", 1)[1]
    if CANARY in cells and f"{CANARY},{CANARY}\n" not in text[:40]:
        assert CANARY not in said
    assert f"{CANARY}@" not in said
    assert CANARY not in caplog.text


def test_the_repr_of_a_survey_tells_what_it_is_and_no_answer(tmp_path):
    survey = cs.load(write(tmp_path, "treatment,age\nYes,30\n"), BOOK)
    assert repr(survey).startswith("Survey 'wave' · REAL · 1 respondents · 2 variables")
    assert isinstance(survey, Survey)


def test_an_unknown_variable_of_a_survey_is_an_error_with_a_hint(tmp_path):
    survey = cs.load(write(tmp_path, "treatment,age\nYes,30\n"), BOOK)
    with pytest.raises(ConfstudyError, match="Did you mean 'treatment'"):
        survey["treatmnt"]
