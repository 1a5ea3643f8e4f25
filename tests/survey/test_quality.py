import pandas as pd

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.survey.load import load_table
from confstudy.survey.read import RawTable


def test_each_kind_of_trouble_is_counted():
    frame = pd.DataFrame(
        {"a": ["1", "1", "99", "2"], "b": ["", "", "", ""], "c": ["x", "x", "x", "x"]}
    )
    variables = {
        "a": {"type": "numeric", "range": [0, 9]},
        "b": {"type": "numeric"},
        "c": {"levels": ["x", "y"]},
    }
    book = read_codebook({"name": "t", "variables": variables})
    table = cs.check(load_table(RawTable(frame, "t.csv", "0", "test"), book)).table
    found = {(row["check"], row["variable"]): row["count"] for row in table.to_dict("records")}
    expected = {
        ("out of the codebook's range", "a"): 1,
        ("left blank", "b"): 4,
        ("same answers as an earlier row", "all variables"): 1,
        ("nobody answered", "b"): 4,
        ("everybody answered the same", "c"): 4,
    }
    assert found == expected


def test_a_clean_survey_has_an_empty_table(simulation):
    assert cs.check(simulation.complete).table["check"].unique().tolist() in (
        [],
        ["same answers as an earlier row"],
    )
