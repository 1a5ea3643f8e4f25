import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest

from confstudy.codebook.read import read_codebook
from confstudy.errors import IdentifiedData
from confstudy.privacy.gate import inspect_columns

RNG = np.random.default_rng(7)
N = 60
NAMES = ["Ann Lee", "Bo Ek", "Cy Roe", "Di Fox", "Ed Poe", "Flo Ray"]

IDENTIFYING = {
    "Qualtrics start": ("StartDate", [f"2026-01-{d % 28 + 1:02d} 10:{d:02d}:00" for d in range(N)]),
    "Qualtrics response": ("ResponseId", [f"R_{k:015x}" for k in range(N)]),
    "Qualtrics address": ("IPAddress", [f"10.0.0.{k}" for k in range(N)]),
    "REDCap record": ("record_id", list(range(1, N + 1))),
    "LimeSurvey token": ("token", [f"{k:010x}" for k in range(N)]),
    "Google Forms": ("Timestamp", [f"1/{d % 28 + 1}/2026 10:{d:02d}:11" for d in range(N)]),
    "panel": ("PROLIFIC_PID", [f"{k:024x}" for k in range(N)]),
    "telling header": ("first_name", [NAMES[k % 6] + str(k) for k in range(N)]),
    "camel-case header": ("HomeAddress", [f"Elm {k}" for k in range(N)]),
    "e-mail under any header": ("Q7", ["none"] * (N - 1) + ["ann@example.org"]),
    "e-mail inside text": ("Q8", ["fine"] * (N - 1) + ["write to ann@example.org please"]),
    "IPv4": ("Q9", [f"192.168.{k}.7" for k in range(N)]),
    "IPv6": ("Q10", [f"2001:db8::{k:x}" for k in range(N)]),
    "UUID": ("Q11", [f"{k:08x}-0000-4000-8000-000000000000" for k in range(N)]),
    "hash": ("Q12", [f"{k:064x}" for k in range(N)]),
    "MAC": ("Q13", [f"00:1b:44:11:3a:{k:02x}" for k in range(N)]),
    "SSN": ("Q14", [f"123-45-{k + 1000}" for k in range(N)]),
    "phone": ("Q15", [f"+1 212 555 {k + 1000}" for k in range(N)]),
    "web address": ("Q16", [f"https://example.org/{k}" for k in range(N)]),
    "date of birth as date": ("Q17", [f"19{k % 60 + 30}-03-{k % 28 + 1:02d}" for k in range(N)]),
    "coordinates": ("Q18", [f"52.37{k:02d}1, 4.89{k:02d}2" for k in range(N)]),
    "running number": ("case", RNG.permutation(np.arange(500, 500 + N)).tolist()),
    "free text": ("Q19", [f"It was a hard week number {k} for me" for k in range(N)]),
}

for one in ("+31 6 12345678", "(212) 555-0147", "1980-02-13", "13-Feb-1980", "a.b@example.org"):
    IDENTIFYING[f"one {one} is enough"] = ("Q20", ["yes"] * (N - 1) + [one])

INNOCENT = {
    "e-mail reminder": ("email_reminder", ["Yes", "No", ""] * 20),
    "name calling": ("name_calling_experienced", ["Never", "Often"] * 30),
    "address the problem": ("address_problem", [1, 2, 3, 4, 5] * 12),
    "phone session": ("phone_session", ["Yes", "No"] * 30),
    "age in years": ("age", RNG.integers(18, 80, N).tolist()),
    "Likert": ("privacy_1", RNG.integers(1, 6, N).tolist()),
    "weight": ("weight", RNG.uniform(0.3, 3, N).round(6).tolist()),
    "scale score": ("trust", RNG.normal(3, 1, N).round(4).tolist()),
    "income": ("income", (RNG.integers(20, 90, N) * 1000).tolist()),
    "minutes": ("duration_minutes", RNG.integers(3, 60, N).tolist()),
    "band": ("age_band", ["18-24", "25-34", "35-44"] * 20),
    "short words": ("mood", ["calm", "tense", "tired", "glad"] * 15),
    "long options": ("reason", ["I was not offered any telehealth at all", "Other"] * 30),
    "year": ("year", ["2014", "2016", "2017"] * 20),
    "time of day": ("bedtime", [f"0{k % 9}:30:00" for k in range(N)]),
    "duration": ("slept", [f"0:{k % 50 + 10}:30" for k in range(N)]),
    "time objects": ("dinner", [dt.time(k % 24, k) for k in range(N)]),
    "fraction": ("share", ["1/2", "1/3", "1/4"] * 20),
    "big numbers with decimals": ("finwt", RNG.uniform(1e4, 1e5, N).round(5).astype(str).tolist()),
}


def findings(header, cells):
    return inspect_columns(pd.DataFrame({header: cells})).findings


@pytest.mark.parametrize("name", IDENTIFYING)
def test_identifying_columns_are_found(name):
    header, cells = IDENTIFYING[name]
    assert [finding.column for finding in findings(header, cells)] == [header]


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_columns_pass(name):
    assert findings(*INNOCENT[name]) == ()


@pytest.mark.parametrize("part", ["1", "ab ", "1.2.", "a-", "12h ", "a@", "+1 ", "Aa, ", "王李"])
def test_a_long_cell_does_not_hold_the_gate_up(part):
    began = time.process_time()
    findings("Q21", [part * 3000 + f"!{k}" for k in range(3)])
    assert time.process_time() - began < 5


def test_header_rows_of_qualtrics_are_no_answers():
    labels = ["How old are you?", '{"ImportId":"QID7_TEXT"}']
    assert findings("age", [*labels, *map(str, RNG.integers(18, 90, N))]) == ()
    assert findings("lfdn", [*labels, *map(str, range(1, N + 1))])
    assert findings("RecipientEmail", ["Recipient Email", '{"ImportId":"recipientEmail"}']) == ()


@pytest.mark.parametrize("cells", [["1e999", "-1e999"], ["1e300"] * 3, [""], [None, None]])
def test_odd_numbers_and_empty_columns_are_looked_at(cells):
    assert findings("Q22", [*cells, *map(str, RNG.normal(0, 1, N))]) == ()
    assert findings("Q22", cells) == ()


def test_a_finding_names_column_rule_and_count_but_no_value():
    frame = pd.DataFrame({"Q7": ["CANARY@example.org", "no"]})
    with pytest.raises(IdentifiedData) as caught:
        inspect_columns(frame).require("wave.csv")
    assert "Q7: e-mail address (1 distinct cells)" in str(caught.value)
    assert "CANARY" not in str(caught.value)
    assert "CANARY" not in repr(inspect_columns(frame))
    assert "CANARY" not in inspect_columns(frame).table.to_string()


@pytest.mark.parametrize("header", ["ann@example.org", "10.0.0.1", "3.25", "2026-01-01 10:00:00"])
def test_a_header_that_is_somebody_s_answer_is_not_repeated(header):
    frame = pd.DataFrame({header: ["bob@example.org", "cy@example.org"]})
    (found,) = inspect_columns(frame).findings
    assert found.column == "column 1 (its header looks like an answer)"


def test_columns_the_codebook_drops_are_not_looked_at():
    book = read_codebook({"name": "t", "variables": {"Q7": {"drop": "identifier"}}})
    assert inspect_columns(pd.DataFrame({"Q7": ["ann@example.org"]}), book)


def test_a_value_rule_holds_for_declared_columns_too():
    book = read_codebook({"name": "t", "variables": {"Q7": {"type": "code"}}})
    assert not inspect_columns(pd.DataFrame({"Q7": ["ann@example.org"] * 9}), book)


def test_a_telling_question_text_counts_where_the_header_tells_nothing():
    frame = pd.DataFrame({"v12": RNG.integers(10_115, 98_999, N)})
    assert inspect_columns(frame)
    (found,) = inspect_columns(frame, labels={"v12": "What is your zip code?"}).findings
    assert (found.column, found.rule) == ("v12", "telling header")


def test_a_question_text_may_say_what_decimals_measure():
    frame = pd.DataFrame({"v3": RNG.normal(25, 2, N).round(6)})
    assert not inspect_columns(frame)
    assert inspect_columns(frame, labels={"v3": "BMI"})


def test_a_column_that_the_file_marks_is_refused_unless_it_is_decoded_or_dropped():
    frame = pd.DataFrame({"village": ["A", "B"] * 30})
    (found,) = inspect_columns(frame, marked=["village"]).findings
    assert found.rule == "marked identifier"
    for entry in ({"drop": "place"}, {"levels": ["A", "B"]}):
        book = read_codebook({"name": "t", "variables": {"village": entry}})
        assert inspect_columns(frame, book, marked=["village"])


LONG = RNG.choice(np.arange(600_000_000, 699_999_999), N, replace=False)


@pytest.mark.parametrize(
    ("entry", "cells"),
    [
        ({"type": "numeric", "levels": {"0": "none"}}, LONG),
        ({"type": "numeric", "role": "weight"}, LONG),
        ({"type": "code", "role": "cluster"}, LONG),
        ({"type": "code", "role": "cluster"}, [f"P{k:04}" for k in range(N)]),
        ({"type": "code", "role": "strata"}, [f"P{k:04}" for k in range(N)]),
    ],
)
def test_a_role_or_a_label_does_not_let_in_numbers_of_people(entry, cells):
    book = read_codebook({"name": "t", "variables": {"q3": entry}})
    assert not inspect_columns(pd.DataFrame({"q3": cells}), book)


def test_numbers_that_run_within_sites_are_refused():
    (found,) = findings("redcap", [f"{k % 4 + 1}-{k // 4 + 1}" for k in range(N)])
    assert found.rule == "running number"
    assert not findings(
        "bp", [f"{RNG.integers(95, 160)}-{RNG.integers(55, 100)}" for _ in range(N)]
    )


def test_clusters_that_respondents_share_come_in():
    entry = {"type": "code", "role": "cluster"}
    book = read_codebook({"name": "t", "variables": {"q3": entry}})
    assert inspect_columns(pd.DataFrame({"q3": np.repeat(LONG[:20], 3)}), book)


def test_many_dates_that_a_few_share_are_refused():
    days = [f"2025-09-{d:02d}" for d in range(1, 29)]
    assert findings("last_session", days * 8)
    assert not findings("wave_date", days[:3] * 60)
