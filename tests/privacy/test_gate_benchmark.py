"""How many identifying columns the gate refuses, and how many innocent ones: all and none."""

import datetime as dt
import re
import string
from pathlib import Path
from runpy import run_path

import numpy as np
import pandas as pd
import pytest

from confstudy.privacy.gate import inspect_columns

COLUMNS = run_path(str(Path(__file__).with_name("gate_columns.py")))
IDENTIFYING, INNOCENT = COLUMNS["IDENTIFYING"], COLUMNS["INNOCENT"]

GIVEN = """Anna Jan Maria José Aisha Wei Priya Olga Kofi Siobhán Luca Emma Mehmet Yuki Piotr Ingrid
Fatima Daniel Chloé Nguyen Thabo Sofia Lars Zeynep Ahmed Laura Mateo Hannah Oliver Elif""".split()
FAMILY = """Smith Müller Garcia Jansen Dubois Rossi Novak Yılmaz Okafor Sharma Tanaka Kowalski
O'Brien Hansen Silva Popescu Nagy Chen Ivanova Andersson Cohen Mensah Lopez Weber""".split()
WORDS = """I my therapist told said felt when after because never often she he mother work sleep
afraid secret record insurance session again could not trust somebody else heard about it left
hospital weeks crying husband boss moved village found again help waiting""".split()
CHINESE, SYLLABLES = "王李张刘陈杨赵黄周吴", "伟芳娜敏静强磊洋艳勇军杰涛明超秀霞平刚桂英"
FIELDWORK = ("2025-03-01", "2025-06-30")
SENTENCES = "我觉得治疗师没有告诉母亲他因为害怕所以后来医院很久不能睡工作信任每天晚上一直哭"


def day(rng, low="1945-01-01", high="2005-12-31"):
    first = dt.datetime.fromisoformat(low)
    span = (dt.datetime.fromisoformat(high) - first).total_seconds()
    return first + dt.timedelta(seconds=int(rng.integers(span)))


def number(rng, low, high, digits):
    return f"{rng.uniform(float(low), float(high)):.{digits}f}"


def letters(rng, count):
    return "".join(rng.choice(list(string.ascii_letters + string.digits), int(count)))


# How a field of a pattern is filled: by (generator, row, what follows the colon).
FIELDS = {
    "i": lambda _, row, form: format(row + 1, form),
    "gap": lambda _, row, form: format(row + 1 + (row > 40) + (row > 55), form),
    "wave": lambda _, row, form: format(row // 4, form),
    "first": lambda rng, *_: str(rng.choice(GIVEN)),
    "last": lambda rng, *_: str(rng.choice(FAMILY)),
    "han": lambda rng, _, count: "".join(rng.choice(list(SYLLABLES), int(count))),
    "family_han": lambda rng, *_: str(rng.choice(list(CHINESE))),
    "born": lambda rng, _, form: day(rng).strftime(form),
    "now": lambda rng, _, form: day(rng, *FIELDWORK).strftime(form),
    "epoch": lambda rng, *_: str(int(day(rng, *FIELDWORK).timestamp())),
    "words": lambda rng, _, count: " ".join(rng.choice(WORDS, int(count) + int(rng.integers(6)))),
    "chinese": lambda rng, *_: "".join(rng.choice(list(SENTENCES), 14 + int(rng.integers(9)))),
    "x": lambda rng, _, form: number(rng, *form.split(",")),
    "n": lambda rng, _, form: str(rng.integers(*map(int, form.split(",")))),
    "base64": lambda rng, _, count: letters(rng, count),
}
ALPHABETS = {"#": string.digits, "?": string.ascii_uppercase, "~": "0123456789abcdef"}


def fill(pattern, rng, i):
    def one(match):
        if match[1]:
            return FIELDS[match[1]](rng, i, match[2] or "")
        return str(rng.choice(list(ALPHABETS[match[0]])))

    return re.sub(r"\{(\w+)(?::([^}]*))?\}|[#?~]", one, pattern)


def draw(pattern, rng, n):
    if callable(pattern):
        return pattern(rng, n)
    if isinstance(pattern, dict):
        others = rng.choice(["yes", "no", "maybe"], n - 1).tolist()
        return [fill(pattern["lone"], rng, 0), *others]
    if isinstance(pattern, str):
        return [fill(pattern, rng, i) for i in range(n)]
    return [pattern[k] for k in rng.integers(len(pattern), size=n)]


VARIANTS = ("as drawn", "shuffled", "30 % blank", "1 % missing codes")


def column(name, pattern, variant):
    """60 to 400 rows; the first row, where a lone cell stands, is never spoiled."""
    rng = np.random.default_rng([*name.encode()])
    rows = int(rng.integers(60, 401))
    cells = pd.Series(draw(pattern, rng, rows), dtype=object)
    spoiled = rng.random(rows) < (0.3 if variant.startswith("30") else 0.01)
    spoiled[0], spoiled[-1] = False, True
    if variant == "30 % blank":
        cells[spoiled] = ""
    if variant == "1 % missing codes":
        cells[spoiled] = str(rng.choice(["-99", "NA", "999", "Refused"]))
    if variant != "as drawn":
        cells = cells.sample(frac=1, random_state=7, ignore_index=True)
    return cells


def refused(columns, variant):
    """The columns that the gate refuses, with the rule that did."""
    found = {}
    for name, (header, pattern) in columns.items():
        result = inspect_columns(pd.DataFrame({header: column(name, pattern, variant)}))
        if not result:
            found[name] = result.findings[0].rule
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_identifying_column_is_refused(variant):
    missed = sorted(IDENTIFYING.keys() - refused(IDENTIFYING, variant))
    rate = 1 - len(missed) / len(IDENTIFYING)
    assert not missed, f"{rate:.1%} of {len(IDENTIFYING)} refused ({variant}); missed: {missed}"


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_innocent_column_is_refused(variant):
    wrong = refused(INNOCENT, variant)
    rate = len(wrong) / len(INNOCENT)
    assert not wrong, f"{rate:.1%} of {len(INNOCENT)} refused ({variant}): {wrong}"


def test_there_are_columns_enough():
    assert min(len(IDENTIFYING), len(INNOCENT)) >= 80
