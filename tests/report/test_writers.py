"""One report in three formats: nothing in it becomes code, everything in it can be reached."""

import io
import json
import re
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import docx
import pandas as pd
import pytest
import typst

import confstudy as cs
from confstudy.errors import AnalysisError, ReportError
from confstudy.release.html import Table
from confstudy.report import render
from confstudy.report.writers.docx import render_docx
from confstudy.report.writers.html import render_html
from confstudy.report.writers.nodes import find, text_of
from confstudy.report.writers.pdf import render_pdf
from confstudy.report.writers.typst import Source
from tests.report.pages import DRAWING, cell, many_things, piece, report

TEMPLATE = Path(render.__file__).parent / "templates" / "report.typ"
#: Points between the margins of A4.
PAPER = 595.3 - 2 * 24 * 72 / 25.4 + 1
HOSTILE = [
    '#import "x"', "*x*", "<script>alert(1)</script>", "]", "[", "$x$", "`raw`", "\\", '"', "'",
    "{{ 7 }}", "{% if %}", "@label", "<b>", "&amp;", "//", "/* */", "= Head", "~", "a\x00b",
    "_y_", "</w:t>", "#{panic()}", "#sys.version", "javascript:1", "&#60;", "–", "漢字", "😀",
]  # fmt: skip


def table(*words):
    frame = pd.DataFrame({"Level": words, "n": range(10, 10 + len(words))})
    return piece("table", Table(frame, words[0], words[0]).html)


def written(made):
    """The words of the Word file: paragraphs, then cells."""
    found = docx.Document(io.BytesIO(render_docx(made)))
    cells = [c.text for t in found.tables for row in t.rows for c in row.cells]
    return [p.text for p in found.paragraphs] + cells


def typeset(made):
    """The words that Typst takes the report's tables for."""
    source = f"{TEMPLATE.read_text()}\n{Source(made).text()}"
    left, words = json.loads(typst.query(source.encode(), "figure")), []
    while left:
        part = left.pop()
        words += [part["text"]] if isinstance(part, dict) and "text" in part else []
        left += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return words


def box_of_formula(data):
    """The width in points of the widest formula of a PDF."""
    boxes = re.findall(rb"/BBox ?\[([\d. ]+)\]", unpacked(data))
    return max(float(b.split()[2]) - float(b.split()[0]) for b in boxes)


def unpacked(data):
    """A PDF with what is compressed in it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    return data + b"".join(zlib.decompress(s) for s in streams if s[:1] == b"\x78")


@pytest.mark.parametrize("word", HOSTILE)
def test_words_that_look_like_code_come_out_as_words(word):
    made = report(table(word), piece("title", "<h1></h1>", title=word), "A `#x` b")
    shown = word.replace("\x00", "\ufffd")
    page = render_html(made).decode()
    assert not re.search(r"<(?:script|b|w:t)\b", page[page.index("<body>") :])
    heads = (n for block in made.blocks for n in find(block.nodes, "th"))
    assert [text_of(n) for n in heads if n.attrs["scope"] == "row"] == [shown]
    assert written(made).count(shown) >= 2
    assert typeset(made).count(shown) >= 2
    assert render_pdf(made).startswith(b"%PDF")
    assert made.title == shown


@pytest.mark.parametrize("write", [render_html, render_pdf, render_docx])
def test_the_same_report_gives_the_same_bytes(write):
    parts = ("## A\n\nWords[^1].\n\n[^1]: Note.", cell(DRAWING), table("a", "b"))
    assert write(report(*parts)) == write(report(*parts))


def test_figures_and_tables_are_numbered_and_words_lead_to_them():
    made = report("See Figure 1, Table 2 and Table 9.", cell(DRAWING), table("a"), table("b"))
    page = render_html(made).decode()
    assert '<a href="#figure-1">Figure 1</a>, <a href="#table-2">Table 2</a> and Table 9.' in page
    for anchor in ("figure-1", "table-1", "table-2"):
        assert page.count(f'id="{anchor}"') == 1
        assert f"<{anchor}>" in Source(made).text()
    assert [p for p in written(made) if p.startswith(("Figure 1", "Table"))]


def test_headings_have_no_gap_and_are_listed():
    made = report("# One\n\n#### Two\n\n## Three\n\n###### Four")
    assert [h.level for h in made.headings] == [2, 3, 2, 3]
    page = render_html(made).decode()
    assert page.count("<h1>") == 1
    for heading in made.headings:
        assert page.count(f'id="{heading.anchor}"') == page.count(f'href="#{heading.anchor}"') == 1


def test_footnotes_are_counted_through_and_lead_back():
    made = report("A[^1] b[^1].\n\n[^1]: First.", "C[^1].\n\n[^1]: Second *one*.")
    page = render_html(made).decode()
    assert [text_of(*note) for note in made.notes] == ["First.", "Second one."]
    for number in (1, 2):
        assert page.count(f'id="note-{number}"') == page.count(f'id="note-from-{number}"') == 1
    assert "↩" not in "".join(written(made))
    assert render_pdf(made)


@pytest.mark.parametrize(
    ("latex", "inside"),
    [
        (r"\frac{a}{b}", "<mfrac>"),
        (r"\hat{\beta}_1 + \sum_{i=1}^n x_i^2", "<msubsup>"),
        (r"\sqrt[3]{x}\sqrt{y}", "<mroot>"),
        (r"\begin{matrix}1&2\\3&4\end{matrix}", "<mtable>"),
        (r"\binom{n}{k} \text{if } \bar{X} \le \log x", "<mfrac"),
        (r"f(x, y; z) = \{a\}", "<mo"),
        (r"\frac{a", None),
        (r"\nosuch{x}", None),
        (r"<script>\nosuch", None),
    ],
)
@pytest.mark.parametrize("marks", ["$", "\n\n$$"])
def test_formulas_are_mathml_and_mistakes_in_them_are_code(latex, inside, marks):
    made = report(f"Words {marks}{latex}{marks[::-1]} words")
    page = render_html(made).decode()
    assert "<script" not in page
    assert ("<math " in page and inside in page) if inside else "<code>" in page
    assert render_pdf(made)
    assert any("Words" in line for line in written(made))


@pytest.mark.parametrize(
    ("latex", "width"), [(r"a \quad b", "1em"), (r"a \, b", "0.167em"), (r"a \qquad b", "2em")]
)
def test_spaces_in_formulas_are_as_wide_as_they_were_written(latex, width):
    made = report(f"${latex}$")
    assert f'<mspace width="{width}"' in render_html(made).decode()
    assert f"#h({width})" in Source(made).text()


def test_a_formula_that_is_too_long_for_a_page_is_broken():
    short, long = (report(f"$${' + '.join('y' * count)}$$") for count in (20, 60))
    assert box_of_formula(render_pdf(short)) < box_of_formula(render_pdf(long)) < PAPER


def test_words_that_go_to_the_left_stand_on_the_right():
    made = report("(שלום) one", "one שלום")
    assert Source(made).text().count("dir: rtl") == 1
    xml = ZipFile(io.BytesIO(render_docx(made))).read("word/document.xml").decode()
    assert xml.count("<w:bidi/>") == 1
    assert "unicode-bidi: plaintext" in render_html(made).decode()


@pytest.mark.parametrize("caption", ["", "  ", "What acts on what."])
def test_a_figure_has_a_caption_and_words_for_those_who_do_not_see_it(scores, caption):
    arrow = cs.plot.Arrow("Privacy", "Trust", "0.50", main=True)
    drawn = cs.plot.paths([arrow], n=200, caption=caption)
    shown = cs.Report(scores).figure(drawn)
    said = caption.strip() or "Path diagram."
    assert shown.caption == said
    assert f"<figcaption>{said}</figcaption>" in shown.html
    with pytest.raises(AnalysisError, match="words for those who do not see it"):
        cs.Report(scores).figure(replace(drawn, alt=" "))


def test_a_report_with_one_of_everything_is_written_in_every_format():
    made = many_things()
    page = render_html(made).decode()
    assert page.count("<table>") == 3
    assert render_pdf(made).startswith(b"%PDF")
    assert "Level 59" in written(made)


def test_money_is_no_formula():
    assert "<math" not in render_html(report("From $5 to $6, or $ 7 to $x")).decode()


def test_a_page_reaches_nothing_outside_and_hostile_links_are_words():
    made = report(
        "[a](javascript:alert(1)) [b](file:///etc) ![c](https://example.org/c.png) <img src=x>"
    )
    page = render_html(made).decode()
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page)
    assert "[picture: c]" in page
    assert 'href="https://example.org"' in render_html(report("<https://example.org>")).decode()


def test_an_element_the_report_does_not_know_keeps_its_words_only():
    made = report(
        piece("text", '<p onclick="x">a<iframe>b</iframe><style>c</style></p><svg>d</svg>')
    )
    page = render_html(made).decode()
    assert "<p>ab</p>" in page
    assert "onclick" not in page


@pytest.mark.parametrize("letters", ["漢字", "😀", "\U0001f9ff عربي"])
def test_letters_without_a_font_do_not_stop_a_pdf(letters):
    assert render_pdf(report(letters, table(letters)))


def test_the_pdf_says_that_it_is_accessible_and_in_which_language():
    made = report("## A\n\nB", cell(DRAWING), table("a"), language="nl")
    found = unpacked(render_pdf(made))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in found
    for mark in (b"/Lang (nl)", b"/StructTreeRoot", b"/DisplayDocTitle true", b"/Alt(A square.)"):
        assert mark in found.replace(b"/Lang(", b"/Lang (")


def test_word_gets_headings_captions_alternative_text_and_repeated_heads():
    made = report("## A\n\n- b\n\n1. c\n   - d\n\n> d\n\n---", cell(DRAWING), table("a"))
    data = render_docx(made)
    xml = ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    styles = {p.style.name for p in docx.Document(io.BytesIO(data)).paragraphs}
    assert {
        "Title",
        "Heading 1",
        "Caption",
        "List Bullet",
        "List Bullet 2",
        "List Number",
        "Quote",
    } <= styles
    for part in ('descr="A square."', "<w:tblHeader/>", "SEQ Figure", 'w:name="table-1"'):
        assert part in xml


@pytest.mark.parametrize(("write", "needs"), [(render_pdf, "typst"), (render_docx, "docx")])
def test_a_format_whose_package_is_missing_says_what_to_install(monkeypatch, write, needs):
    monkeypatch.setitem(sys.modules, needs, None)
    with pytest.raises(ReportError, match=r"could not be written: it needs .*pip install"):
        write(report("a"))


@pytest.mark.parametrize(
    ("write", "name"), [(render_pdf, "The PDF"), (render_docx, "a figure")], ids=["pdf", "docx"]
)
def test_a_writer_that_fails_names_the_format_and_nothing_of_the_report(write, name):
    broken = report(cell(DRAWING.replace("PHN2", "AAAA")), "Confidential words")
    with pytest.raises(ReportError) as raised:
        write(broken)
    assert name.lower() in str(raised.value).lower()
    assert "Confidential" not in str(raised.value)
    assert raised.value.__suppress_context__
