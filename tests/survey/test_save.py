import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import DataError, IdentifiedData, UnwritableFile
from confstudy.survey.load import load_table
from confstudy.survey.readers.raw import RawTable

BOOK = {
    "name": "wave",
    "missing": {"refused": ["-9"], "not_asked": ["-8"]},
    "protection": {"k": 3, "reason": "test", "suppress": ["place"]},
    "variables": {
        "age": {"type": "numeric", "range": [-95, 90], "label": "Age in years", "source": "Q1"},
        "place": {"levels": {1: "the north", 2: "the south"}, "role": "quasi_identifier"},
        "told": {"type": "binary", "levels": ["No", "NA"], "unlisted": "missing"},
        "grade": {"type": "ordinal", "recode": {"low": ["l"], "high": ["h"]}},
        "clinic": {"type": "code", "role": "cluster"},
        "i_1": {"type": "item", "levels": {1: "Never", 5: "Always"}, "asked_if": {"told": ["NA"]}},
    },
    "scales": {"trust": {"items": ["i_1"], "points": [1, 5]}},
    "design": {"cluster": "clinic"},
}
CELLS = {
    "Q1": ["30", "", "-9", "400", "0.1", "-95", "-8", "33"],
    "place": ["1", "1", "1", "1", "2", "2", "", "1"],
    "told": ["No", "NA", "-9", "other", "", "No", "NA", "No"],
    "grade": ["l", "h", "-8", "", "l", "h", "low", "high"],
    "clinic": ["b", "a", "-9", "", "b", "a, 1", "é", "b"],
    "i_1": ["1", "Always", "", "9", "-9", "3", "", "2"],
}
KINDS = ("csv", "parquet", "sav", "dta")


def survey(cells=CELLS, **changes):
    raw = RawTable(pd.DataFrame(cells, dtype="str"), "wave.csv", "0", "CSV")
    return load_table(raw, cs.read_codebook({**BOOK, **changes}))


def same(one, two):
    pd.testing.assert_frame_equal(one.frame, two.frame)
    names = sorted(two.reasons)
    pd.testing.assert_frame_equal(one.reasons[sorted(one.reasons)], two.reasons[names])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_loads_back_with_its_reasons(tmp_path, kind):
    if kind in ("sav", "dta"):
        pytest.importorskip("pyreadstat")
    made = survey()
    assert set(made.missing) - {"variable"} == {
        "refused", "not_asked", "blank", "out_of_range", "unlisted", "suppressed",
    }  # fmt: skip
    files = cs.save(made, tmp_path / f"copy.{kind}")
    assert [path.name for path in files] == [f"copy.{kind}", "copy.codebook.yaml"]
    back = cs.load(files[0])
    same(back, made)
    assert back.codebook.label("age") == "Age in years"
    assert back.codebook.design.cluster == "clinic"


@pytest.mark.parametrize("kind", KINDS)
def test_the_simulated_survey_loads_back(tmp_path, simulation, kind):
    if kind in ("sav", "dta"):
        pytest.importorskip("pyreadstat")
    (path, _) = cs.save(simulation.survey, tmp_path / f"copy.{kind}")
    same(cs.load(path), simulation.survey)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_same_survey_gives_the_same_bytes(tmp_path, kind):
    files = [cs.save(survey(), tmp_path / part / f"copy.{kind}") for part in "ab"]
    for one, two in zip(*files, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_a_part_of_the_respondents_is_as_safe_as_all_before_it_is_written(tmp_path):
    part = survey().where(survey().frame["age"].notna(), "age known")
    with pytest.raises(IdentifiedData, match="k-anonymity"):
        cs.save(part, tmp_path / "part.parquet")
    safe = cs.anonymize(part, {}).survey
    (path, _) = cs.save(safe, tmp_path / "part.parquet")
    expected = safe.frame.reset_index(drop=True)
    used = expected["clinic"].cat.remove_unused_categories()
    pd.testing.assert_frame_equal(cs.load(path).frame, expected.assign(clinic=used))


def test_spss_has_labels_and_missing_codes_that_are_no_answer(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    (path, _) = cs.save(survey(), tmp_path / "copy.sav")
    frame, meta = pyreadstat.read_sav(path, user_missing=True)
    assert meta.column_names_to_labels["age"] == "Age in years"
    assert meta.variable_value_labels["place"] == {
        1: "the north", 2: "the south", -97: "suppressed",
    }  # fmt: skip
    # −95 is an age here, so that its codes lie lower.
    assert meta.variable_value_labels["age"][-991] == "refused"
    assert meta.missing_ranges["age"] == [{"lo": -995.0, "hi": -991.0}]
    assert frame["age"].tolist()[2:6] == [-991, -995, 0.1, -95]
    assert meta.variable_measure["grade"] == "ordinal"
    assert pyreadstat.read_sav(path)[0]["told"].isna().sum() == 3


def test_stata_has_tagged_missing_values(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    (path, _) = cs.save(survey(), tmp_path / "copy.dta")
    frame, meta = pyreadstat.read_dta(path, user_missing=True)
    assert frame["told"].tolist()[2:4] == ["a", "f"]
    assert meta.variable_value_labels["told"] == {1: "No", 2: "NA", "a": "refused", "f": "unlisted"}


def test_stata_takes_columns_that_begin_with_missing_values(tmp_path):
    pytest.importorskip("pyreadstat")
    cells = {name: [*["-9"] * 200, *listed] for name, listed in CELLS.items()}
    made = survey({**cells, "grade": ["-9"] * 208})
    (path, _) = cs.save(made, tmp_path / "copy.dta")
    same(cs.load(path), made)


@pytest.mark.parametrize(("kind", "name"), [(".dta", "int"), (".sav", "by")])
def test_words_a_format_keeps_for_itself_are_named(tmp_path, kind, name):
    pytest.importorskip("pyreadstat")
    path = tmp_path / "w.csv"
    path.write_text(f"{name}\n" + "1\n2\n" * 5)
    survey = cs.load(path, {"name": "w", "variables": {name: {"type": "numeric"}}})
    with pytest.raises(UnwritableFile, match=rf"for itself: \[{name}\]"):
        cs.save(survey, tmp_path / f"out{kind}")


def test_files_are_replaced_only_by_force(tmp_path):
    path = tmp_path / "copy.csv"
    cs.save(survey(), path)
    before = path.read_bytes()
    with pytest.raises(UnwritableFile, match=r"\[copy\.csv, copy\.codebook\.yaml\] exist already"):
        cs.save(survey(), path)
    assert path.read_bytes() == before
    cs.save(survey({**CELLS, "Q1": ["40"] * 8}), path, force=True)
    assert cs.load(path).frame["age"].tolist() == [40.0] * 8


def test_a_failure_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "copy.csv"
    cs.save(survey(), path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("confstudy.survey.save._write_csv", full)
    with pytest.raises(UnwritableFile, match="no space left"):
        cs.save(survey({**CELLS, "Q1": ["40"] * 8}), path, force=True)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "changes", "error", "expected"),
    [
        ("copy.docx", {}, UnwritableFile, r"written as \[\.parquet, \.csv, \.sav, \.dta\]"),
        ("copy.dta", {"a" * 40: {"type": "numeric"}}, UnwritableFile, "Names too long for Stata"),
        ("copy.csv", {"b": {"levels": ["(Refused)", "x"]}}, DataError, "called like a reason"),
        ("copy.csv", {"user_name": {"type": "code", "source": "b"}}, IdentifiedData, "user_name"),
    ],
)
def test_what_would_not_load_back_is_not_written(tmp_path, name, changes, error, expected):
    book = {**BOOK, "variables": {**BOOK["variables"], **changes}}
    people = ["Ann Lee", "Bob May", "Cy Ono", "Di Poe", "Ed Rex", "Flo Sax", "Gus Tam", "Hal Uhl"]
    cells = {**CELLS, "b": ["x"] * 8, "a" * 40: ["1"] * 8}
    if error is IdentifiedData:
        cells["b"] = people
        raw = pd.DataFrame({**cells, "b": [""] * 8}, dtype="str")
        made = load_table(RawTable(raw, "w.csv", "0", "CSV"), cs.read_codebook(book))
        filled = made.frame.assign(user_name=pd.Categorical(people))
        made = type(made)(filled, made.reasons, made.codebook, made.provenance)
    else:
        table = RawTable(pd.DataFrame(cells, dtype="str"), "w.csv", "0", "CSV")
        made = load_table(table, cs.read_codebook(book))
    with pytest.raises(error, match=expected):
        cs.save(made, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
