"""Pictures in a notebook's words: not one of them was released."""

from base64 import b64encode

import nbformat
import pytest

from confstudy.errors import DisclosureRefused
from confstudy.report.build import build
from confstudy.report.engine.pictures import picture_in, require_no_picture
from tests.report.conftest import plan_of

PNG = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
DATA = f"data:image/png;base64,{PNG}"
PICTURES = {
    "inline": f"![x]({DATA})",
    "in capitals": f"![x]({DATA.replace('data:image', 'DATA:IMAGE')})",
    "with entities": f"![x]({DATA.replace('data:', 'd&#97;ta&colon;')})",
    "with a backslash": rf"![x]({DATA.replace(':', chr(92) + ':')})",
    "in angle brackets": f"![x](<{DATA}>)",
    "by reference": f"![x][r]\n\n[r]: {DATA}",
    "by a collapsed reference": f"![r][]\n\n[r]: {DATA}",
    "by a short reference": f"![r]\n\n[r]: <{DATA}>",
    "of a file": "![x](fig.png)",
    "of a file by reference": "![x][r]\n\n[r]: fig.png",
    "from outside": "![x](https://example.org/x.png)",
    "in a link": "[![x](fig.png)](https://example.org)",
    "in a footnote": f"Words[^1].\n\n[^1]: ![x]({DATA})",
    "in a table": f"| a |\n|---|\n| ![x]({DATA}) |",
    "an element": f"<img src='{DATA}'>",
    "an element over lines": f"<IMG\nalt=x\nsrc={DATA}>",
    "an element with a slash": f"<img/src={DATA}>",
    "an element's old name": f"<image src={DATA}>",
    "an element in a comment that ends early": f"<!--> <img src={DATA}>",
    "an element that one reader takes for code": f"\\`<img src={DATA}>\\`",
    "srcset": f"<picture><source srcset='{DATA}'></picture>",
    "a drawing": "<svg viewBox='0 0 1 1'><circle r='1'/></svg>",
    "an object": f"<object data='{DATA}'></object>",
    "embedded": f"<embed src='{DATA}'>",
    "a frame": f"<iframe srcdoc='<img src={DATA}>'></iframe>",
    "a button": f"<input type=image src='{DATA}'>",
    "a video's poster": f"<video poster='{DATA}'></video>",
    "a style": f"<p style='background:url({DATA})'>x</p>",
    "a style with escapes": "<p style='background:u\\72l(fig.png)'>x</p>",
    "a style sheet": "<style>p { background: url(fig.png) }</style>",
    "an old attribute": "<table background='fig.png'><tr><td>x</td></tr></table>",
    "cells in colours": "<table><tr><td bgcolor='#f00'></td></tr></table>",
    "an element nobody knows": f"<figure-of style='background:url({DATA})'>x</figure-of>",
    "a link": f"[x]({DATA})",
    "a link with entities": "[x](data&colon;image/svg&plus;xml;base64,AAAA)",
    "a link by reference": f"[x][r]\n\n[r]: {DATA}",
    "a link with another name for data": "[x](blob:https://example.org/1)",
    "a formula": "<math><mglyph src='fig.png'/></math>",
}


def notebook(words):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(words)])


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_in_words_is_refused_in_any_spelling(name):
    with pytest.raises(DisclosureRefused, match="cell 1 has") as refused:
        require_no_picture(notebook(PICTURES[name]))
    assert PNG[:12] not in str(refused.value)


WORDS = {
    "Markdown": "# A\n\n*b* **c** `d` ~~e~~ [f](https://example.org/?a=b) <https://example.org>",
    "links": "[a](#part) [b](other.html) [c](mailto:ann) [d][r]\n\n[r]: https://example.org 'T'",
    "a link to a part with a colon": "[a](#part:two) and [b](page.html?at=10:30)",
    "formulas": "$a<b$, $x!$ and $$i < s \\quad p>q$$",
    "a comparison": "The mean was <5 and a <b; n! was large.",
    "plain HTML": "| a |\n|---|\n| b<br>c<sup>2</sup> |\n\n<details>\n\nMore.\n\n</details>",
    "a comment": "Words <!-- not shown --> go on.",
    "code": '```python\ndata = cs.load("x.csv", style="plain")\n```',
    "a colon after data": "Our data: images, text and ages.",
    "an address": "Ask <ann@example.org>.",
}


@pytest.mark.parametrize("name", WORDS)
def test_plain_words_pass(name):
    assert picture_in(WORDS[name]) == ""


def test_a_picture_that_comes_with_new_words_alone_is_refused(study):
    path = study / "notebooks" / "one.ipynb"
    changed = nbformat.read(path, as_version=4)
    changed.cells[1].source = PICTURES["inline"]
    nbformat.write(changed, path)
    before = (study / "reports" / "one" / "default" / "latest").resolve()
    built = build(plan_of(study))
    assert (built.status, "has a picture" in built.reason) == ("failed", True)
    assert plan_of(study).shelf.latest.resolve() == before
