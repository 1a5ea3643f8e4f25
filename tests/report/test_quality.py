"""What the data-quality report says of the findings of a check."""

from dataclasses import replace

import pandas as pd
import pytest

import confstudy as cs
from confstudy.release.counts import masked_counts
from confstudy.report import quality


@pytest.fixture(scope="module")
def found(scores):
    return cs.check(scores)


def with_findings(found, *rows):
    names = ["check", "variable", "count", "of", "share", "severity", "advice"]
    rows = [(*row, 100, row[2] / 100, "look", "Look.") for row in rows]
    return replace(found, table=pd.DataFrame(rows, columns=names))


def test_findings_are_named_by_labels_and_small_counts_masked(found, scores):
    planted = with_findings(
        found,
        ("broke off", "all variables", 40),
        ("same point on every item", "stigma", 12),
        ("impossible combination", "young and retired", 3),
        ("left blank", "privacy_1", 50),
    )
    tally = quality.findings(planted, scores)
    shown = masked_counts(tally.frame, tally.counts).set_index("Finding")
    assert shown["Respondents"].to_dict() == {
        "Broke off": "40",
        "Same point on every item: Stigma": "masked",
        "Impossible combination: young and retired": "masked",
    }
    assert shown.loc["Impossible combination: young and retired", "Share"] == "masked"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (40, "40 of {n} respondents seem to have stopped"),
        (4, "Fewer than 10 respondents seem to have stopped"),
    ],
)
def test_signs_are_hedged_and_count_no_small_group(found, count, said):
    text = " ".join(quality.signs(with_findings(found, ("broke off", "all variables", count))))
    assert said.format(n=found.n) in text
    assert "not proof" in text


def test_nothing_found_is_said(found):
    text = " ".join(quality.signs(with_findings(found)))
    assert "nothing stands out" in text
    assert "Nobody seems to have stopped" in text
    assert "not looked for" in text


def test_the_rows_of_break_off_hold_ten_or_more(found):
    reached = [100, 95, 85, 84, 70]
    curve = pd.DataFrame({"reached": reached, "label": list("abcde")})
    tally = quality.break_off(replace(found, attrition=curve))
    assert tally.frame.to_numpy().tolist() == [["c", 15], ["e", 15]]


def test_waves_stand_side_by_side(found):
    by_wave = pd.DataFrame(
        {
            "wave": pd.Categorical(["2014", "2016", "2016"]),
            "variable": ["a", "a", "b"],
            "label": ["A", "A", "B"],
            "missing": [12, 15, 0],
        }
    )
    tally = quality.by_wave(replace(found, by_wave=by_wave))
    assert tally.frame.to_dict("records") == [{"Question": "A", "2014": 12, "2016": 15}]
    assert tally.counts == ("2014", "2016")
