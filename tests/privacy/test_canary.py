"""A canary in every cell: no message, traceback, log, warning or repr ever sings it."""

import io
import logging
import subprocess
import sys
import traceback
import warnings
from contextlib import redirect_stderr, redirect_stdout

import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import ConfstudyError
from confstudy.survey.draft.draft import draft_codebook
from confstudy.survey.read import read_table

ROWS = 40
NAMES = [f"q{number}" for number in range(12)]
KINDS = [
    {"type": "numeric"},
    {"type": "numeric", "range": [1, 5], "unlisted": "missing"},
    {"type": "binary", "levels": ["No", "Yes"]},
    {"type": "ordinal", "levels": ["1-5", "6-25"], "missing": {"refused": ["x"]}},
    {"type": "categorical", "levels": ["a", "Other"], "unlisted": "Other"},
    {"type": "code", "role": "cluster"},
    {"type": "code", "role": "quasi_identifier"},
    {"type": "item"},
    {"type": "item"},
    {"bands": {"low": [0, 10]}, "type": "ordinal", "role": "quasi_identifier"},
    {"type": "categorical", "levels": ["u", "v"], "unlisted": "missing", "role": "sensitive"},
    {"type": "numeric", "role": "weight"},
]
BOOK = {
    "name": "hostile",
    "variables": dict(zip(NAMES, KINDS, strict=True)),
    "scales": {"s": {"items": ["q7", "q8"], "points": [1, 5]}},
}
LENIENT = {
    "name": "lenient",
    "variables": {name: {"type": "code"} for name in NAMES},
    "protection": {"k": 5, "suppress": []},
}
SHY = {
    "name": "shy",
    "variables": {
        name: {"type": "categorical", "levels": ["a", "b"], "unlisted": "missing"} for name in NAMES
    },
}
CELLS = {
    "words": lambda r, c: f"KANARI{r}x{c} sings in the tree",
    "the same word": lambda *_: "KANARI",
    "a few words": lambda r, c: f"KANARI{(r + c) % 3}",
    "e-mails": lambda r, c: f"kanari{r}.{c}@example.org",
    "dates": lambda r, c: f"19{r + 50:02d}-03-0{c % 9 + 1} 10:{r:02d}:33 KANARI",
    "quotes and markup": lambda r, c: f"<b>KANARI{r}</b> & {{KANARI}} %s '{c}' \\n",
    "long numbers": lambda r, c: f"7731773177317{r:02d}{c:02d}",
    "decimals": lambda r, c: f"{r}.773177317731{c}",
    "mojibake": lambda r, c: f"Ã©KANARI{r}{c}â€™",
}
SONG = ("kanari", "77317731", "7731773")


def frame(kind):
    cell = CELLS[kind]
    return pd.DataFrame(
        {name: [cell(r, c) for r in range(ROWS)] for c, name in enumerate(NAMES)}, dtype="str"
    )


def write(table, path):
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".sav":
        pytest.importorskip("pyreadstat").write_sav(table, path)
    return path


def sung(text):
    return [word for word in SONG if word in text.casefold()]


def told(work):
    """Everything that a call says: result, streams, warnings, logs, the whole traceback."""
    out, log = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    parts = []
    with redirect_stdout(out), redirect_stderr(out), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = work()
            parts += [repr(result), str(result)]
        except ConfstudyError as problem:
            parts += ["".join(traceback.format_exception(problem)), repr(problem), str(problem)]
    logging.getLogger().removeHandler(handler)
    parts += [out.getvalue(), log.getvalue(), *(str(entry.message) for entry in caught)]
    return "\n".join(parts)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".sav"])
@pytest.mark.parametrize("kind", CELLS)
def test_nothing_that_is_said_holds_a_cell(kind, suffix, tmp_path):
    path = write(frame(kind), tmp_path / f"hostile{suffix}")
    for book in (BOOK, LENIENT, SHY):
        survey_told = told(lambda book=book: cs.load(path, book))
        assert not sung(survey_told), book["name"]
    assert not sung(told(lambda: read_table(path)))
    assert not sung(told(lambda: draft_codebook(path)))


@pytest.mark.parametrize("kind", ["words", "the same word", "a few words"])
def test_nothing_said_of_a_survey_that_came_in_holds_a_cell(kind, tmp_path):
    path = write(frame(kind), tmp_path / "shy.csv")
    variable = {"type": "categorical", "levels": ["a", "b"], "unlisted": "a"}
    book = {"name": "open"}
    book["variables"] = {"q0": variable, **{name: {"drop": "free text"} for name in NAMES[1:]}}
    survey = cs.load(path, book)
    for said in (survey, survey.provenance, survey.table, survey.recodes, survey.missing):
        assert not sung(told(lambda said=said: said))
    assert not sung(told(lambda: cs.check(survey)))
    assert not sung(told(lambda: cs.check(survey).table))


DAMAGE = {
    "ragged": lambda text: text + "KANARI,1\n",
    "open quote": lambda text: text + '"KANARI' + ",1" * 11 + "\n",
    "a NUL": lambda text: text + "KANARI\0\n",
    "no header": lambda text: text.partition("\n")[2],
    "one line": lambda text: text.partition("\n")[2].partition("\n")[0],
    "headers twice": lambda text: text.replace("q1,", "q0,", 1),
    "headers of answers": lambda text: text.replace("q1,", "KANARI@example.org,", 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", ["words", "e-mails", "long numbers"])
def test_damaged_files_do_not_sing(kind, damage, tmp_path):
    path = tmp_path / "damaged.csv"
    path.write_text(DAMAGE[damage](frame(kind).to_csv(index=False)))
    for book in (BOOK, SHY):
        assert not sung(told(lambda book=book: cs.load(path, book)))
    assert not sung(told(lambda: draft_codebook(path)))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "gb18030"])
def test_files_in_other_encodings_do_not_sing(encoding, tmp_path):
    path = tmp_path / "encoded.csv"
    text = frame("words").to_csv(index=False).replace("tree", "arbre é ü")
    path.write_bytes(text.encode(encoding))
    assert not sung(told(lambda: cs.load(path, SHY)))


@pytest.mark.parametrize("command", [["check"], ["codebook", "draft"]])
def test_the_command_line_does_not_sing(command, tmp_path):
    path = write(frame("words"), tmp_path / "hostile.csv")
    done = subprocess.run(
        [sys.executable, "-m", "confstudy", *command, str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1, 2)
    assert not sung(done.stdout + done.stderr)
