import json

import pytest

from confstudy.errors import ReportError
from confstudy.release.piece import MIME
from confstudy.report.diff import compare, numbers_table


def bundle(kind, caption, text):
    tag = "figcaption" if kind == "figure" else "caption"
    html = f"<{tag}><b>{caption}</b></{tag}>{text}"
    return {"text/html": html, MIME: {"kind": kind, "decision": {"status": "pass"}}}


def run(folder, values, bundles):
    folder.mkdir()
    rows = {
        name: dict(zip(("value", "conf_low", "conf_high"), v, strict=True)) for name, v in values
    }
    cells = [{"outputs": [{"data": b} for b in bundles]}, {"source": "words"}]
    (folder / "values.json").write_text(json.dumps(rows))
    (folder / "report.ipynb").write_text(json.dumps({"cells": cells}))
    return folder


@pytest.fixture
def found(tmp_path):
    old = run(
        tmp_path / "1",
        [
            ("or", (1.5, 1.2, 1.9)),
            ("n", (100, None, None)),
            ("b", (1, 0.9, 1.1)),
            ("gone", (1, 0, 2)),
        ],
        [
            bundle("table", "Who &amp; what", "1"),
            bundle("figure", "Paths", "1"),
            bundle("text", "", "1"),
        ],
    )
    new = run(
        tmp_path / "2",
        [
            ("or", (1.2, 0.9, 1.6)),
            ("n", (100, None, None)),
            ("b", (2, 1.9, 2.1)),
            ("new", (1, 0, 2)),
        ],
        [
            bundle("table", "Who &amp; what", "2"),
            bundle("figure", "Paths", "1"),
            bundle("table", "Who &amp; what", "3"),
        ],
    )
    return compare(old, new)


def test_numbers_stand_side_by_side(found):
    rows = found.numbers.set_index("name")
    assert list(rows.index) == ["or", "n", "b", "gone", "new"]
    assert rows.loc["or", ["old", "new"]].tolist() == [1.5, 1.2]
    assert rows.loc["or", ["change", "relative"]].tolist() == pytest.approx([-0.3, -0.2])
    assert rows["intervals"].tolist() == ["overlap", "unknown", "apart", "unknown", "unknown"]
    assert rows.loc["n", ["change", "relative"]].tolist() == [0, 0]


def test_tables_and_figures_are_compared_by_what_they_are_called(found):
    assert found.pieces.to_numpy().tolist() == [
        ["table “Who & what”", "changed"],
        ["figure “Paths”", "same"],
        ["table “Who & what” (2)", "new"],
    ]


def test_the_words_name_what_differs_and_count_the_rest(found):
    assert found.words.splitlines() == [
        "or: 1.500 → 1.200 (−0.300, −20.0\u202f%; the intervals overlap)",
        "b: 1.000 → 2.000 (+1.000, +100.0\u202f%; the intervals are apart)",
        "gone: 1.00, gone",
        "new: 1.00, new",
        "table “Who & what”: changed",
        "table “Who & what” (2): new",
        "the same: 1 numbers, 1 tables and figures",
    ]


@pytest.mark.parametrize(
    ("old", "new", "relative"), [(0, 0, "0.0"), (0, 1, "nan"), (-2, -1, "0.5"), (None, 1, "nan")]
)
def test_a_change_is_relative_to_the_size_of_the_old_number(old, new, relative):
    table = numbers_table({"x": {"value": old}}, {"x": {"value": new}})
    assert str(table["relative"].item()) == relative


@pytest.mark.parametrize("name", ["values.json", "report.ipynb"])
@pytest.mark.parametrize("content", [None, "[", '["x"]'])
def test_a_run_that_cannot_be_read_is_told(tmp_path, name, content):
    runs = [run(tmp_path / place, [], []) for place in "ab"]
    (runs[1] / name).unlink() if content is None else (runs[1] / name).write_text(content)
    with pytest.raises(ReportError, match="run 'b'"):
        compare(*runs)
