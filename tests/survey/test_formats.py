import datetime as dt
import zipfile
from xml.sax.saxutils import escape

import pandas as pd
import pyreadstat
import pytest

from confstudy.errors import UnreadableFile
from confstudy.survey.read import Described, read_table
from confstudy.survey.readers import extras, trial

FRAME = pd.DataFrame(
    {
        "often": [1.0, 2.0, -9.0, 98.0, float("nan")],
        "word": ["x", "007", "NA", "", "99"],
        "day": [dt.date(2020, 6, 25)] * 5,
    }
)
LABELS = {"often": "How often?", "word": "A word"}
LEVELS = {1: "Yes", 2: "No", -9: "Refused"}


def workbook(path, sheets):
    """A workbook of inline text and numbers, as small as readers accept it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in numbers
    )
    styles = (
        f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>"
    )
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        )
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}<Relationship Id="st" '
            f'Type="{office}/styles" Target="styles.xml"/></Relationships>',
        )
        parts.writestr("xl/styles.xml", styles)
        for n, rows in zip(numbers, sheets.values(), strict=True):
            body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            parts.writestr(
                f"xl/worksheets/s{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return path


def cell(value):
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    if isinstance(value, dt.date):
        return f'<c s="1"><v>{(value - dt.date(1899, 12, 30)).days}</v></c>'
    return f"<c><v>{value}</v></c>"


def test_cells_of_a_workbook_become_text_as_a_person_reads_them(tmp_path):
    rows = [["a", "b", "c"], [1.0, "6-25", dt.date(2024, 6, 25)], [0.5, "x"], ["n", "y", 3]]
    raw = read_table(workbook(tmp_path / "w.xlsx", {"Answers": rows}))
    assert raw.frame.to_dict("list") == {
        "a": ["1", "0.5", "n"],
        "b": ["6-25", "x", "y"],
        "c": ["2024-06-25", "", "3"],
    }
    assert (raw.format, raw.notes) == ("Excel", ())


def test_the_first_sheet_with_data_is_read_and_named(tmp_path):
    sheets = {"Cover": [], "Wave 1": [["a"], ["x"]], "Wave 2": [["a"], ["y"]]}
    raw = read_table(workbook(tmp_path / "w.xlsx", sheets))
    assert raw.frame["a"].tolist() == ["x"]
    assert raw.notes == ("sheet 2 of 3 read, the first of 2 with data",)


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="is empty"):
        read_table(workbook(tmp_path / "w.xlsx", {"Cover": []}))


@pytest.mark.parametrize(("suffix", "compress"), [(".sav", False), (".zsav", True)])
def test_spss_keeps_labels_and_declared_missing_values(tmp_path, suffix, compress):
    path = tmp_path / f"w{suffix}"
    pyreadstat.write_sav(
        FRAME,
        path,
        compress=compress,
        column_labels=LABELS,
        variable_value_labels={"often": LEVELS, "word": {"x": "X"}},
        missing_ranges={"often": [-9, {"lo": 97, "hi": 99}], "word": ["NA", "99"]},
    )
    raw = read_table(path)
    assert raw.described["often"] == Described(
        "How often?", {"1": "Yes", "2": "No"}, {"-9": "Refused", "98": ""}
    )
    assert raw.described["word"] == Described("A word", {"x": "X"}, {"99": "", "NA": ""})
    pd.testing.assert_series_equal(raw.frame["often"], FRAME["often"])
    assert raw.frame["word"].tolist() == FRAME["word"].tolist()
    assert raw.frame["day"].tolist() == ["2020-06-25"] * 5
    assert raw.format.startswith("SPSS")


def test_stata_keeps_labels_and_tagged_missing_values(tmp_path):
    frame = FRAME.astype({"often": object})
    frame["often"] = pd.Series([1, 2, "a", "b", None], dtype=object)
    pyreadstat.write_dta(
        frame,
        tmp_path / "w.dta",
        column_labels=LABELS,
        variable_value_labels={"often": {1: "Yes", 2: "No", "a": "Refused"}},
        missing_user_values={"often": ["a", "b"]},
    )
    raw = read_table(tmp_path / "w.dta")
    assert raw.described["often"] == Described(
        "How often?", {"1": "Yes", "2": "No"}, {".a": "Refused", ".b": ""}
    )
    assert raw.frame["often"].tolist()[:4] == [1, 2, ".a", ".b"]
    assert raw.frame["often"].isna().tolist() == [False] * 4 + [True]
    assert raw.frame["word"].tolist() == FRAME["word"].tolist()


def test_a_column_of_tags_only_keeps_their_point(tmp_path):
    frame = pd.DataFrame({"q": pd.Series(["a", "b"], dtype=object), "n": [1.0, 2.0]})
    pyreadstat.write_dta(frame, tmp_path / "w.dta", missing_user_values={"q": ["a", "b"]})
    assert read_table(tmp_path / "w.dta").frame["q"].tolist() == [".a", ".b"]


@pytest.mark.parametrize(
    ("suffix", "write", "rename", "label"),
    [
        (".xpt", pyreadstat.write_xport, str, "How often?"),
        (".por", pyreadstat.write_por, str.upper, ""),  # pyreadstat writes no labels there
    ],
)
def test_transport_files_keep_cells_and_say_what_they_cannot(
    tmp_path, suffix, write, rename, label
):
    write(FRAME, tmp_path / f"w{suffix}", column_labels=LABELS)
    raw = read_table(tmp_path / f"w{suffix}")
    assert raw.described.get(rename("often"), Described()).label == label
    assert raw.frame[rename("often")].tolist()[:4] == [1, 2, -9, 98]
    assert raw.frame[rename("day")].tolist() == ["2020-06-25"] * 5
    assert raw.notes == (
        f"values that a {suffix} file declares missing come as blanks or plain codes",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("w.sav", "'w.sav' is not a file of the kind SPSS, or it is damaged"),
        ("w.sas7bdat", "is not a file of the kind SAS"),
        ("w.xlsx", "is not a spreadsheet, or it is damaged"),
    ],
)
def test_a_damaged_file_says_what_it_is_not(tmp_path, name, expected):
    (tmp_path / name).write_bytes(b"CANARY " * 100)
    with pytest.raises(UnreadableFile, match=expected) as caught:
        read_table(tmp_path / name)
    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_crashes_its_library_is_refused_and_the_process_lives(tmp_path, monkeypatch):
    pyreadstat.write_sav(FRAME, tmp_path / "w.sav")
    monkeypatch.setattr(trial, "_TRIAL", "import os; os.abort()")
    with pytest.raises(UnreadableFile, match="not a file of the kind SPSS, or it is damaged"):
        read_table(tmp_path / "w.sav")


@pytest.mark.parametrize(
    ("name", "package"), [("w.sav", "pyreadstat"), ("w.ods", "python-calamine")]
)
def test_a_missing_package_is_named_with_its_command(tmp_path, monkeypatch, name, package):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", absent)
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnreadableFile, match=rf"{package}: pip install 'confstudy\[formats\]'"):
        read_table(tmp_path / name)
