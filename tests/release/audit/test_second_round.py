"""What a second batch of foreign notebooks taught: rules alone, and with the survey's file."""

import numpy as np
import pandas as pd
import pytest

from confstudy.release.audit.audit import audit as look
from confstudy.release.audit.commands import audited
from confstudy.release.audit.sought import sought
from tests.release.audit.test_engine import audit, notebook, printed, rules


def page(content):
    return {"output_type": "display_data", "data": {"text/html": content}, "metadata": {}}


def markdown(words):
    return {"cells": [{"cell_type": "markdown", "metadata": {}, "source": words}]}


PAIRS = np.random.default_rng(4).integers(0, 60, (30, 2)).tolist()
INCOMES = ", ".join(f"{pair[0]}L" for pair in PAIRS)
PERSON = "age 41; gender woman; region east; income 32206"
FOUND = {
    "data attributes": ('<b data-age="41" data-gender="woman" data-region="east">●</b>', "records"),
    "a long description": (f'<img src="a.png" longdesc="{PERSON}">', "records"),
    "a variable of style": (f"<p style=\"--row: '{PERSON}'\">x</p>", "records"),
    "a comment of style": (f"<style>/* {PERSON} */</style>", "records"),
    "a title in a drawing": ("<svg><title>woman, 43, north: PHQ-9 12</title></svg>", "records"),
    "a list and its name": ("$age\n[1] 30\n\n$sex\n[1] \"f\"\n\n$income\n[1] 21380", "records"),
    "erased words": (f"{PERSON}{chr(8) * len(PERSON)}done", "records"),
    "wide digits": ("age ４１; gender woman; income ３２２０６", "records"),
    "sizes of clusters": ("K-means clustering with clusters of sizes 231, 166, 2, 1", "threshold"),
    "bars of signs": ("18 ▏3\n30 ███████ 88\n60 ██ 22\n74 ▏1", "threshold"),
    "a leaf of a tree": ("deviance\n 3) income>=10402 2 0.50 22.50 *", "threshold"),
    "n with a mean": ("judge mean 45521.5  N 1", "threshold"),
    "counts under names": ("  other unsure  woman\n      4     31    244", "threshold"),
    "stem and leaf": ("  1 | 88888\n  3 | 022356\n  4 | 012266", "single points"),
    "extremes of Stata": ("Percentiles      Smallest\n 1%  5483   4210", "extremes"),
    "a summary of R": (" Min.   :18.00  \n Max.   :91.00  ", "extremes"),
    "a vector of R": (f"c({INCOMES})", "residuals"),
    "pairs of a chart": (f"<script>s = [{PAIRS}]</script>", "single points"),
    "places of rows": ("Index([180, 325], dtype='int64')", "records"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_it_is_found(name):
    text, rule = FOUND[name]
    made = page(text) if text.startswith("<") else printed(text)
    assert rule in rules(audit(notebook("x", made)))


QUOTES = [
    "„Ich habe meiner Therapeutin nie gesagt, dass ich nachts trinke“ (Klientin, 44)",
    "»Seit dem Brand in der Bäckerei schlafe ich nicht mehr«, schrieb ein Klient.",
    "« Je n'ai jamais parlé de cela, ma sœur travaille au cabinet », écrit une cliente.",
    "“Nunca le dije a mi terapeuta que robé el dinero de la parroquia”, respondió un hombre.",
    "“Ik heb mijn therapeut nooit verteld dat mijn broer in de cel zit”",
    "一位来访者写道：“我从来没有告诉治疗师我弟弟三月的事，因为前台认识我妈妈。”",
    "「前台の人が母を知っているので、私はその話を一度もしませんでした。」",
]


@pytest.mark.parametrize("words", QUOTES)
def test_a_quotation_is_found_in_any_language(words):
    assert "free text" in rules(audit(markdown(words)))


CODE = {
    "a condition of one": "df[(df.age == 41) & (df.gender == 'woman') & (df.income == 32206)]",
    "a condition by key": "df.loc[df.id == 'P-4711', 'phq9'] = 21",
    "a table in a text": "read('''id,age,gender\nP1,41,woman\nP2,52,man\nP3,39,man\nP4,61,man''')",
    "Stata's input": "input id age str9 gender\n1 41 woman\n2 52 man\n3 39 woman\n4 60 man\nend",
}


@pytest.mark.parametrize("name", CODE)
def test_people_in_code_are_found(name):
    assert "records" in rules(audit(notebook(CODE[name])))


def test_two_outputs_that_differ_by_one_respondent_are_found():
    cells = [notebook("show(df)", printed(f"n = {n}, mean income {m}"))["cells"]
             for n, m in ((400, 31204.1), (399, 31190.7))]  # fmt: skip
    assert "differencing" in rules(audit({"cells": cells[0] + cells[1]}))
    assert "differencing" not in rules(audit({"cells": cells[0] + cells[0]}))


BENIGN = {
    "intervals": "            0    1\nIntercept 1.2  2.31\nage       0.1  0.22\nsex       0.1  0.3",
    "items": "         a  b1    b2   b3\ntrust_1 1.4 -2.3 -0.9 0.3\ntrust_2 1.5 -2.1 -0.8 0.4",
    "a hash alone": "'94d45cc8269a3e1b7c20f4fd9a61be5d7708c4a9b1d23e5f60718293a4b5c6d7'",
    "a design": "  arm  therapists  clients  power\n0  a   40   10   .8\n1  b   20   20   .7",
    "types": "age int64\ngender object\nregion object\nincome int64",
    "item wordings with shares": "I am afraid of who may learn of it: 30 %; I told my wife: 31 %",
    "a style sheet": "<style>p { max-width: 32em; width: 100%; height: 4px }</style><p>Text</p>",
    "a table of missing answers": "<table><tr><th>Scale</th><th>Blank</th><th>Suppressed</th></tr>"
    "<tr><td>Trust</td><td>240</td><td>0</td></tr><tr><td>Fear</td><td>76</td><td>0</td></tr></table>",
}  # fmt: skip


@pytest.mark.parametrize("name", BENIGN)
def test_it_is_no_alarm(name):
    text = BENIGN[name]
    assert not rules(audit(notebook("x", page(text) if text.startswith("<") else printed(text))))


def test_two_hashes_are_found_where_one_is_not():
    hashes = [f"{number:064x}".replace("0", "a") for number in (94512388, 81233921)]
    assert "hash" in rules(audit(notebook("x", printed("\n".join(hashes)))))


WORDS = "I never told her about the {} in {}, and the receptionist heard it all then".format
PLACES = "Ely Hull Leeds Whitby York Bath Derby Luton Poole Truro Wells Ripon Stoke Dover".split()


@pytest.fixture
def file(tmp_path):
    """A survey whose only man over seventy is suppressed and whose comments are dropped."""
    n = 60
    frame = pd.DataFrame(
        {
            "age": [30 + i % 9 for i in range(n - 1)] + [77],
            "gender": ["woman", "man", "man"] * (n // 3 - 1) + ["woman", "man", "other"],
            "income": [20011 + 997 * i * i % 60013 for i in range(n)],
            "score": [i * 7 % 28 for i in range(n)],
            "comment": [WORDS(i, PLACES[i % len(PLACES)]) for i in range(n)],
        }
    )
    frame.to_csv(tmp_path / "survey.csv", index=False)
    (tmp_path / "survey.codebook.yaml").write_text(
        "name: small\ntitle: A survey\nprotection: {k: 5, suppress: [gender]}\nvariables:\n"
        "  age: {type: numeric}\n"
        "  gender: {levels: [woman, man, other], role: quasi_identifier}\n"
        "  income: {type: numeric}\n  score: {type: numeric}\n"
        "  comment: {source: comment, drop: free_text}\n"
    )
    return tmp_path / "survey.csv", frame


def test_a_file_is_looked_for_before_suppression(file):
    path, frame = file
    last = frame.iloc[-1]
    assert "record fragment" in rules(look(markdown(f"other, 77, {last.income}"), survey=path))
    for words in frame.comment[::9]:
        assert "free text" in rules(look(markdown(f"One wrote: {words}"), survey=path))
    told = repr(sought(path))
    assert told == "Sought(2 indexes)"


def test_two_telling_values_are_one_respondents(file):
    path, frame = file
    people = sought(path)
    for one in frame.iloc[::11].itertuples():
        for told in (f"age={one.age}, income={one.income}", f"{one.income} ({one.gender})"):
            assert "record fragment" in rules(look(notebook("x", printed(told)), survey=people))
    assert not rules(
        look(markdown(f"In 1999 the prize was {frame.income[3] + 5} euros"), survey=people)
    )


def test_the_command_looks_for_the_rows_of_the_file(file, tmp_path):
    path, frame = file
    said: list[str] = []
    (tmp_path / "one.md").write_text(f"One wrote: {frame.comment[4]}")
    assert audited([tmp_path / "one.md"], path, "", said.append) == 1
    assert frame.comment[4][:20] not in " ".join(said)
