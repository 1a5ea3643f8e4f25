import base64
import json

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.release.ledger.entry import canonical_digest

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
BUNDLE = {
    "text/plain": "one\ntwo\r\nthree\n",
    "text/html": "<table>\n<tr><td>1\x0b2</td></tr>\u2028</table>",
    "image/svg+xml": "<svg>\n</svg>",
    "image/png": base64.b64encode(PNG).decode(),
    "application/json": {"b": [1, 2.5], "a": None, "lines": ["x\n", "y"]},
    "application/vnd.confstudy.piece+json": {"decision": {"status": "pass"}, "n": [1]},
}


def test_saving_and_opening_a_notebook_keeps_the_digest(tmp_path):
    output = nbformat.v4.new_output("display_data", data=BUNDLE)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    stored = json.loads((tmp_path / "a.ipynb").read_text())["cells"][0]["outputs"][0]["data"]
    opened = nbformat.read(tmp_path / "a.ipynb", as_version=4).cells[0].outputs[0].data
    assert isinstance(stored["text/plain"], list)
    assert canonical_digest(stored) == canonical_digest(opened) == canonical_digest(BUNDLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"image/png": PNG}, {"image/png": base64.encodebytes(PNG).decode()}),
        ({"image/svg+xml": b"<svg/>"}, {"image/svg+xml": "<svg/>"}),
        ({"a/json": "", "text/plain": "x"}, {"text/plain": ["x"], "a/json": ""}),
        ({"x/y+json": {"n": np.int64(3), "x": (1, 2)}}, {"x/y+json": {"x": [1, 2], "n": 3}}),
        ({"x/y+json": {2: "a", "b": 1}}, {"x/y+json": {"b": 1, "2": "a"}}),
    ],
    ids=["picture", "drawing", "order", "types", "keys"],
)
def test_the_same_output_stored_otherwise_has_the_same_digest(one, other):
    assert canonical_digest(one) == canonical_digest(other)


@pytest.mark.parametrize(
    "change",
    [
        {"text/plain": "one\ntwo\nthree\n"},
        {"text/html": "<table></table>"},
        {"application/json": {"b": [1, 2.5], "a": None, "lines": ["x\ny"]}},
        {"image/png": base64.b64encode(PNG[:-1]).decode()},
        {"text/latex": ""},
    ],
)
def test_another_output_has_another_digest(change):
    assert canonical_digest({**BUNDLE, **change}) != canonical_digest(BUNDLE)


@given(st.text(), st.booleans())
def test_lines_joined_or_split_are_the_same_text(text, keep):
    lines = text.splitlines(keepends=True) if keep else [*text]
    assert canonical_digest({"text/plain": lines}) == canonical_digest({"text/plain": text})


def test_what_json_cannot_hold_is_named_by_type_only():
    with pytest.raises(TypeError, match="A set cannot be part of an output"):
        canonical_digest({"x/y+json": {"secret"}})
