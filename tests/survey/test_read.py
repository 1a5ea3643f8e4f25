import gzip

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confstudy.errors import ConfstudyError, DeclarationError, UnreadableFile
from confstudy.survey.read import RawTable, read_table
from confstudy.survey.readers.sheets import SHEETS
from confstudy.survey.readers.statistical import STATISTICAL

SUFFIXES = [".csv", ".tsv", ".txt", ".csv.gz", ".parquet", *SHEETS, *STATISTICAL]


def write(tmp_path, content, name="wave.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_cell_of_a_csv_stays_text(tmp_path):
    raw = read_table(write(tmp_path, "zip,answer,big\n02134,NA,9" + "9" * 400 + "\n1_000,,1e9\n"))
    assert raw.frame["zip"].tolist() == ["02134", "1_000"]
    assert raw.frame["answer"].tolist() == ["NA", ""]
    assert raw.frame["big"].tolist() == ["9" * 401, "1e9"]


@pytest.mark.parametrize(
    ("content", "name", "header"),
    [
        ("a,b\n1,2\n", "comma", ["a", "b"]),
        ("a;b\n1;2\n", "semicolon", ["a", "b"]),
        ("a\tb\n1\t2\n", "tab", ["a", "b"]),
        ("a|b\n1|2\n", "bar", ["a", "b"]),
        ('"a,b";"c,d"\n"1,5";2\n', "semicolon", ["a,b", "c,d"]),
        ("a;b, or c, or d\n1;2\n3;4\n", "semicolon", ["a", "b, or c, or d"]),
        ("a;b\n1,5;2,5\n3,5;4,5\n", "semicolon", ["a", "b"]),
        ("a\n1\n2\n", "comma", ["a"]),
        ("sep=;\na;b\n1;2\n", "semicolon", ["a", "b"]),
        ("a,b\r1,2\r", "comma", ["a", "b"]),
    ],
)
def test_the_delimiter_is_found_and_told(tmp_path, content, name, header):
    raw = read_table(write(tmp_path, content))
    assert list(raw.frame.columns) == header
    assert raw.format == f"CSV, UTF-8, delimiter {name}"


WORDS = {
    "cp1252": "très bien déjà ça élevé où être|größer müde Österreich für|não às opção três também",
    "cp1250": "příliš žluťoučký večer částečně|często źle mężczyzna żona|nő időnként különböző tűz",
    "cp1251": "Да Нет Не знаю Иногда женский",
    "koi8_r": "Да Нет Не знаю Иногда женский",
    "cp1253": "ναι όχι ποτέ Γυναίκα μερικές φορές",
    "cp1254": "hayır kadın değil öğrenci çok sık",
    "cp1255": "כן לא אולי אישה גבר לעולם",
    "cp1256": "نعم لا أحيانا امرأة رجل",
    "cp1257": "dažnai šalis įmonė ėjimas ąžuolas",
    "mac_roman": "très bien déjà ça élevé où être",
    "gb18030": "是 否 不知道 有时 男 女 从不 非常同意",
    "big5": "是 否 不知道 有時 男 女 從不 非常同意",
    "cp932": "はい いいえ わからない 男性 女性 時々",
    "euc_jp": "はい いいえ わからない 男性 女性 時々",
    "cp949": "예 아니오 모르겠다 남성 여성 가끔",
}


@pytest.mark.parametrize(
    ("encoding", "words"), [(name, w) for name, listed in WORDS.items() for w in listed.split("|")]
)
def test_the_encoding_is_the_one_that_makes_words(tmp_path, encoding, words):
    path = write(tmp_path, ("q\n" + "\n".join(words.split()) + "\n").encode(encoding))
    assert read_table(path).frame["q"].tolist() == words.split()


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("q\né\n".encode("utf-8-sig"), "UTF-8"),
        ("q\né\n".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + "q\né\n".encode("utf-16-be"), "UTF-16"),
        ("q\né\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_a_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_header(
    tmp_path, content, shown
):
    raw = read_table(write(tmp_path, content))
    assert raw.frame.to_dict("list") == {"q": ["é"]}
    assert raw.format == f"CSV, {shown}, delimiter comma"


def test_a_named_encoding_is_used(tmp_path):
    raw = read_table(write(tmp_path, "q\nÈ\n".encode("cp1252")), encoding="latin-1")
    assert raw.frame["q"].tolist() == ["È"]
    with pytest.raises(UnreadableFile, match="line 2: not UTF-8"):
        read_table(write(tmp_path, b"q\n\xe9\n"), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"No encoding 'utf9'\. Did you mean 'utf-8'"):
        read_table(write(tmp_path, b"q\n\xe9\n"), encoding="utf9")


def test_a_spreadsheet_saved_in_a_chinese_encoding_is_decoded(real):
    raw = read_table(real("osmi2014_wrong_encoding.csv"))
    assert raw.format == "CSV, GB 18030 (Chinese), delimiter comma"
    assert "6月25日" in set(raw.frame["no_employees"])


def test_line_breaks_inside_quotation_marks_are_kept(tmp_path):
    raw = read_table(write(tmp_path, 'a,b\n"x\ny",2\n'))
    assert raw.frame["a"].tolist() == ["x\ny"]


@pytest.mark.parametrize(
    ("content", "header", "note"),
    [
        ("a,b,a,a.1,a\n1,2,3,4,5\n", ["a", "b", "a.2", "a.1", "a.3"], "2 repeated headers"),
        ("a,,c\n1,2,3\n", ["a", "column 2", "c"], "1 column without a header named by position"),
        ("a,,\n1,,\n", ["a"], "2 empty columns without a header left out"),
        ("a,b\n1,2\n\n\n3,4\n", ["a", "b"], "2 blank lines left out"),
    ],
)
def test_what_the_reader_repairs_is_noted(tmp_path, content, header, note):
    raw = read_table(write(tmp_path, content))
    assert list(raw.frame.columns) == header
    assert any(found.startswith(note) for found in raw.notes)


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
        (",\n,\n", "w.csv", "a header and no respondents"),
        ("a,b\n1,2\n1,2,3\n", "w.csv", "line 3: 3 cells where the header has 2"),
        ('a,b\n"1,2\n', "w.csv", "an open quotation mark"),
        (b"a,b\n1,\xff\n", "w.csv", r"is not UTF-8 \(line 2\), and it could be \[.*encoding="),
        (
            b"a,b\n1,\x81\xff\x90\x8d\xfe\x81\x9d\xff\n",
            "w.csv",
            r"is not UTF-8 \(line 2\), and no other encoding",
        ),
        (b"a,b\n1,\x00\n", "w.csv", r"holds a NUL byte \(line 2\)"),
        (b"a,b\n1,\x00\xe9\n", "w.csv", r"holds a NUL byte \(line 2\)"),
        ("a,b\n1,é\n".encode("utf-16-le"), "w.csv", r"NUL byte \(line 1\).*utf-16-le"),
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


def table_or_error(path):
    try:
        raw = read_table(path)
    except ConfstudyError:
        return
    assert isinstance(raw, RawTable)
    assert len(raw.frame) > 0
    assert raw.frame.columns.is_unique
    assert set(raw.described) <= set(raw.frame.columns)


@given(st.binary(max_size=300), st.sampled_from(SUFFIXES))
def test_any_bytes_with_any_suffix_are_a_table_or_a_clear_error(tmp_path_factory, content, suffix):
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(content)
    table_or_error(path)


CELLS = st.sampled_from(
    ["", "a", "a", "1", "9" * 400, '"', "'", "é", "\u00a0", "\ufeff", "StartDate", "EndDate",
     "Status",
     '"{""ImportId"":""Q1""}"', "record_id", "q___1", "Respondent ID", "Collector ID",
     "Timestamp",
     "\x00", "是"]
)  # fmt: skip
MALFORMED = st.lists(st.lists(CELLS, max_size=6), max_size=6)


@settings(max_examples=300)
@given(
    MALFORMED, st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])
)
def test_malformed_rows_are_a_table_or_a_clear_error(tmp_path_factory, rows, mark, encoding):
    path = tmp_path_factory.getbasetemp() / "malformed.csv"
    path.write_bytes("\r\n".join(mark.join(row) for row in rows).encode(encoding))
    table_or_error(path)


@given(st.lists(st.sampled_from(["é", "да", "是", "x"]), min_size=1, max_size=8), st.data())
def test_lines_in_several_encodings_are_a_table_or_a_clear_error(tmp_path_factory, words, data):
    encodings = st.sampled_from(["utf-8", "gb18030", "utf-16-le"])
    path = tmp_path_factory.getbasetemp() / "mixed.csv"
    path.write_bytes(b"q\n" + b"\n".join(word.encode(data.draw(encodings)) for word in words))
    table_or_error(path)


def test_ten_thousand_columns_are_read(tmp_path):
    names = [f"q{number}" for number in range(10_000)]
    content = ",".join(names) + "\n" + ",".join(["1"] * 10_000) + "\n"
    assert read_table(write(tmp_path, content)).frame.shape == (1, 10_000)


def test_the_repr_tells_sizes_and_no_cell(tmp_path):
    raw = read_table(write(tmp_path, "a,b\nCANARY,2\n"))
    assert repr(raw) == "RawTable wave.csv: 1 rows × 2 columns (CSV, UTF-8, delimiter comma)"


def test_a_few_western_letters_are_most_likely_windows_1252(tmp_path):
    path = tmp_path / "few.csv"
    path.write_bytes("town,a\nè,1\n".encode("cp1252"))
    raw = read_table(path)
    assert raw.frame["town"].tolist() == ["è"]
    assert raw.format.startswith("CSV, Windows-1252 (most likely)")
