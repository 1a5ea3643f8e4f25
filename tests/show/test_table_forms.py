import html.parser
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import UnwritableFile
from confstudy.show.tables.regression import table
from confstudy.show.tables.widths import WIDTH, column_widths

RNG = np.random.default_rng(77)
PEOPLE = pd.DataFrame(
    {
        "y": RNG.normal(size=400),
        "x": RNG.normal(size=400),
        "level": pd.Categorical(
            RNG.choice(["low", "mid", "high"], 400), ["low", "mid", "high"], True
        ),
    }
)
# Two groups of twenty: means 2 and 4, every answer 1 from its mean.
TRIAL = pd.DataFrame(
    {
        "trust": [1.0, 3.0] * 10 + [3.0, 5.0] * 10,
        "arm": pd.Categorical(["none"] * 20 + ["absolute"] * 20, ["none", "absolute"]),
    }
)
NASTY = "<script>50% & cost_of {a}\\b $5 ~x^2 | [link](u) *bold* #1"


def test_labels_are_escaped_in_every_form():
    made = table(cs.fit("y ~ x", PEOPLE), labels={"x": NASTY}, title="A & B_1")
    assert "<script>" not in made.html
    assert "&lt;script&gt;50% &amp; cost_of" in made.html
    line = next(line for line in made.latex.splitlines() if "script" in line)
    assert line.startswith(
        r"\textless{}script\textgreater{}50\% \& cost\_of \{a\}\textbackslash{}b \$5 "
        r"\textasciitilde{}x\textasciicircum{}2 \textbar{} [link](u) *bold* \#1 & "
    )
    assert r"\caption{A \& B\_1}" in made.latex
    line = next(line for line in made.markdown.splitlines() if "script" in line)
    assert line.count(" | ") == 6  # the label's own bar is written out
    assert r"\| &#91;link&#93;(u) \*bold\*" in line


def test_latex_reads_no_bracket_as_an_option_and_has_no_sign_it_does_not_know():
    made = table([cs.fit("y ~ x", PEOPLE)] * 2, labels={"x": "[x] − ² θ × ∞ “q” …"}).latex
    assert "\n{}[x]" in made
    assert made.isascii()
    assert made.count(r"\begin{tabular}") == made.count(r"\bottomrule") == 1
    body = [line for line in made.splitlines() if line.endswith(r"\\")]
    assert {line.replace(r"\&", "").count(" & ") + line.startswith("& ") for line in body} == {2}


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("form", ["html", "fragment"])
def test_html_is_well_formed_headed_and_needs_nothing_from_outside(form):
    ordered = cs.fit("level ~ x", PEOPLE, "ordered")
    for fits in (ordered, [ordered, ordered]):
        text = getattr(table(fits), form)
        found = Tags()
        found.feed(text)
        assert found.open == []
        kinds = [tag for tag, _ in found.seen]
        assert kinds.count("caption") == kinds.count("table") == 1
        scopes = {attributes.get("scope") for tag, attributes in found.seen if tag == "th"}
        assert scopes == {"col", "row", "rowgroup"}
        assert not re.search(r"https?:|src=|url\(|@import|<link|<script", text)
    assert ('name="viewport"' in text) == (form == "html")


@pytest.mark.parametrize("words", [3, 30])
@pytest.mark.parametrize("models", [1, 3, 8])
def test_columns_fit_a_page_however_long_the_labels(words, models):
    fits = [cs.fit("y ~ x", PEOPLE)] * models
    made = table(fits if models > 1 else fits[0], labels={"x": "confidentiality " * words})
    widths = column_widths(made.grid)
    assert sum(widths) <= WIDTH + 1e-9
    assert min(widths) > 0.3


@pytest.mark.validate
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs the browser chromium")
@pytest.mark.parametrize("models", [1, 4])
def test_nothing_overflows_a_phone(models, tmp_path):
    fit = cs.fit("y ~ x", PEOPLE)
    made = table([fit] * models, labels={"x": "Confidentiality" * 9}, stars=True)
    page = made.html.replace("&", "&amp;").replace('"', "&quot;")
    measure = "e=f.contentDocument.documentElement;document.title=e.scrollWidth-e.clientWidth"
    path = tmp_path / "phone.html"
    path.write_text(
        f'<iframe id="f" width="360" srcdoc="{page}"></iframe><script>onload=()=>{{{measure}}}'
        "</script>"
    )
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "<title>0</title>" in shown


def test_a_word_document_opens_and_holds_the_numbers(tmp_path):
    docx = pytest.importorskip("docx", reason="needs the extra 'tables'")
    made = table([cs.fit("trust ~ arm", TRIAL), cs.fit("level ~ x", PEOPLE, "ordered")], stars=True)
    made.docx(tmp_path / "table.docx")
    opened = docx.Document(str(tmp_path / "table.docx"))
    (found,) = opened.tables
    cells = [[cell.text for cell in row.cells] for row in found.rows]
    assert cells[2] == ["arm: absolute (vs none)", "2.00***\n[1.34, 2.66]", ""]
    assert cells[4] == ["Thresholds"] * 3
    assert opened.paragraphs[0].text == made.grid.title
    assert opened.paragraphs[1].text == made.grid.notes[0]
    section = opened.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert room / docx.shared.Inches(1) == WIDTH


def test_without_its_package_word_is_refused_with_the_extra_s_name(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(UnwritableFile, match=r"pip install 'confstudy\[tables\]'"):
        table(cs.fit("y ~ x", PEOPLE)).docx(tmp_path / "table.docx")
    assert not list(tmp_path.iterdir())
