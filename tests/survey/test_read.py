import gzip

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import UnreadableFile
from confstudy.survey.read import read_table


def write(tmp_path, content, name="wave.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_cell_of_a_csv_stays_text(tmp_path):
    raw = read_table(write(tmp_path, "zip,answer\n02134,NA\n1_000,\n"))
    assert raw.frame.to_dict("list") == {"zip": ["02134", "1_000"], "answer": ["NA", ""]}


@pytest.mark.parametrize(("mark", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_delimiter_is_found_and_told(tmp_path, mark, name):
    raw = read_table(write(tmp_path, f"a{mark}b\n1{mark}2\n"))
    assert list(raw.frame.columns) == ["a", "b"]
    assert raw.format == f"CSV, UTF-8, delimiter {name}"


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path):
    raw = read_table(write(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n"))
    assert list(raw.frame.columns) == ["a", "b"]


def test_line_breaks_inside_quotation_marks_are_kept(tmp_path):
    raw = read_table(write(tmp_path, 'a,b\n"x\ny",2\n'))
    assert raw.frame["a"].tolist() == ["x\ny"]


def test_a_gzipped_csv_is_read(tmp_path):
    raw = read_table(write(tmp_path, gzip.compress(b"a,b\n1,2\n"), "wave.csv.gz"))
    assert raw.frame.shape == (1, 2)


def test_a_parquet_file_is_read(tmp_path):
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "wave.parquet")
    assert read_table(tmp_path / "wave.parquet").frame["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("", "w.csv", "is empty"),
        ("  \n ", "w.csv", "is empty"),
        ("a,b\n", "w.csv", "a header and no respondents"),
        ("a,b\n1,2\n1,2,3\n", "w.csv", "line 3: 3 cells where the header has 2"),
        ("a,a\n1,2\n", "w.csv", r"1 columns repeat the header of an earlier one \(columns \[2\]\)"),
        ("a,\n1,2\n", "w.csv", r"columns \[2\] have no header"),
        ('a,b\n"1,2\n', "w.csv", "an open quotation mark"),
        (b"a,b\n1,\xe9\n", "w.csv", r"is not UTF-8 \(line 2\)"),
        (b"a,b\n1,\x00\n", "w.csv", r"holds a NUL byte \(line 2\)"),
        (b"not parquet", "w.parquet", "is not a Parquet file"),
        (b"\x1f\x8bbroken", "w.csv.gz", "damaged"),
        ("a", "w.docx", "is not of a kind read here"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, content, name, expected):
    with pytest.raises(UnreadableFile, match=expected):
        read_table(write(tmp_path, content, name))


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    write(tmp_path, "a\n1\n", "wave1.csv")
    with pytest.raises(UnreadableFile, match=r"Did you mean 'wave1\.csv'"):
        read_table(tmp_path / "wve1.csv")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_clear_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "wave.csv"
    path.write_bytes(content)
    try:
        raw = read_table(path)
    except UnreadableFile:
        return
    assert len(raw.frame) > 0


def test_ten_thousand_columns_are_read(tmp_path):
    names = [f"q{number}" for number in range(10_000)]
    content = ",".join(names) + "\n" + ",".join(["1"] * 10_000) + "\n"
    assert read_table(write(tmp_path, content)).frame.shape == (1, 10_000)


def test_the_repr_tells_sizes_and_no_cell(tmp_path):
    raw = read_table(write(tmp_path, "a,b\nCANARY,2\n"))
    assert repr(raw) == "RawTable wave.csv: 1 rows × 2 columns (CSV, UTF-8, delimiter comma)"
