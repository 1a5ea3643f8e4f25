"""The rules of the audit, by attacks of their own."""

import base64
import bz2
import gzip
import io
import json
import lzma
import pickle
import zlib

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from confstudy.errors import UnreadableFile
from confstudy.release.audit.audit import audit
from confstudy.release.audit.commands import audited
from confstudy.release.audit.prose import check_prose
from confstudy.release.ledger.digest import canonical_digest

MAIL = "zora.quill@clinic-nine.org"


def notebook(source="", *outputs, kind="code", metadata=None):
    cell = {"cell_type": kind, "source": source, "metadata": {}}
    if kind == "code":
        cell |= {"outputs": list(outputs), "execution_count": 1}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": [cell]}


def shown(**data):
    named = {"plain": "text/plain", "html": "text/html", "svg": "image/svg+xml"}
    named |= {"png": "image/png", "json": "application/json"}
    data = {named[name]: content for name, content in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def printed(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def rules(found):
    return {finding.rule for finding in found.findings}


RAW = MAIL.encode()
BASED = base64.b64encode


@pytest.mark.parametrize(
    "text",
    [
        MAIL,
        MAIL.replace("@", "&#64;").replace("clinic", "cl<wbr>inic"),
        "\x1b[31mzora\x1b[0m.qu\u200bill@clinic\u00ad-nine.org",
        MAIL.replace("a", "а").replace("@", "＠"),
        repr(MAIL.replace("@", "\\x40")),
        MAIL[::-1],
        MAIL.replace("q", "qq\b"),
        MAIL.replace("@", "%40"),
        BASED(RAW).decode(),
        BASED(zlib.compress(BASED(gzip.compress(RAW * 3, mtime=0)))).decode(),
        json.dumps({"a": json.dumps({"b": BASED(bz2.compress(RAW)).decode()})}),
        base64.b85encode(lzma.compress(RAW)).decode(),
        base64.b32encode(RAW).decode(),
        RAW.hex(),
        repr(pickle.dumps({"who": MAIL})),
        f"data:text/csv;base64,{BASED(RAW).decode()}",
        f"<!-- {MAIL} -->",
        f"<p title='{MAIL}'>.</p>",
    ],
)
def test_an_address_is_found_through_every_disguise(text):
    found = audit(notebook("x", printed(text)))
    assert "e-mail address" in rules(found)
    assert "quill" not in repr(found) + found.table.to_string()


def test_every_part_of_a_notebook_is_read():
    made = notebook("x", kind="markdown")
    made["cells"][0]["attachments"] = {"a": {"text/plain": MAIL}}
    made["metadata"] = {"widgets": {"state": {"m": {"state": {"value": MAIL}}}}}
    made["cells"][0]["metadata"] = {"tags": [MAIL]}
    found = {(finding.cell, finding.where) for finding in audit(made).findings}
    assert found == {(0, "metadata"), (1, "metadata"), (1, "attachment")}


def test_streams_are_joined():
    halves = printed(MAIL[:8]), printed(MAIL[8:])
    assert "e-mail address" in rules(audit(notebook("x", *halves)))


CROSS = pd.DataFrame({"a": list("xy") * 40, "b": ["p"] * 77 + ["q"] * 3})
LEAKS = {
    "threshold": CROSS["b"].value_counts().to_string() + "\nName: count, dtype: int64",
    "extremes": pd.Series(np.arange(90.0), name="age").describe().to_string(),
    "complement": "| arm | yes | no | All |\n|---|---|---|---|\n| a | masked | 40 | 46 |"
    "\n| b | 50 | 60 | 110 |\n| All | 56 | 100 | 156 |",
    "class disclosure": "Of the group (n = 43), 100 % complained.",
    "records": "age,gender,region\n34,woman,north\n51,man,south",
    "residual df": "Df Residuals:                       8",
    "residuals": "array([0.31, -1.2, 0.7, 0.02, -0.4, 1.9, -0.3, 0.8, 0.1, -2.0, 0.6, 0.9])",
    "traceback": "Traceback (most recent call last)\nValueError: could not convert: 'qwe'",
    "free text": "I never told my therapist because I was afraid that my husband would hear",
    "noise seed": "Laplace noise with epsilon 1.0, seed: 77",
    "user path": "/".join(["", "home", "ann", "x.csv"]),
    "phone number": "call +44 20 7946 0958",
}


@pytest.mark.parametrize("rule", LEAKS)
def test_a_rule_finds_what_it_is_for(rule):
    assert rule in rules(audit(notebook("x", printed(LEAKS[rule]))))


BENIGN = [
    "doi:10.1037/0022-006X.65.1.1 (Ford et al., 1997)",
    "numpy 2.2.1\npandas 3.1.0\nseed 2026",
    "            coef    std err\nprivacy    0.412      0.031\ntrust     -0.200      0.044",
    "  power    d   n\n   0.80  0.5   6\n   0.90  0.8   4",
    "100%|██████████| 500/500 [00:02<00:00, 210.11it/s]",
    "arm    n  mean\na    412  3.41\nb    388  3.50",
    "sha256 of the data file: " + "ab12" * 16,
    "95 % CI [0.1, 0.3], n = 120, t(98) = 2.1",
]


@pytest.mark.parametrize("text", BENIGN)
def test_nothing_is_found_in_harmless_words(text):
    assert audit(notebook("x", printed(text)))


def drawing(points, kind="png"):
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    rng = np.random.default_rng(3)
    if points:
        axes.scatter(rng.normal(size=60), rng.normal(size=60))
    else:
        axes.bar(["a", "b"], [30, 40])
    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "x"}):
        figure.savefig(file, format=kind)
    return file.getvalue()


def test_points_are_seen_in_pictures_and_bars_in_svg_pass():
    png = {points: BASED(drawing(points)).decode() for points in (True, False)}
    assert rules(audit(notebook("f", shown(png=png[True])))) == {"single points"}
    assert rules(audit(notebook("f", shown(png=png[False])))) == {"picture"}
    svg = {points: drawing(points, "svg").decode() for points in (True, False)}
    assert rules(audit(notebook("f", shown(svg=svg[True])))) == {"single points"}
    assert audit(notebook("f", shown(svg=svg[False])))


def test_released_outputs_are_judged_by_identifiers_only():
    output = shown(plain=LEAKS["extremes"], png=BASED(drawing(True)).decode())
    digest = canonical_digest(output["data"])
    assert not audit(notebook("x", output))
    assert audit(notebook("x", output), released={digest})
    output = shown(plain=MAIL)
    digest = canonical_digest(output["data"])
    assert not audit(notebook("x", output), released={digest})


def test_a_bomb_is_cut_short():
    data = b"0" * 12_000_000
    for _ in range(2):
        data = gzip.compress(data)
    deep = "x"
    for _ in range(12):
        deep = BASED(deep.encode() + b"    ").decode()
    found = audit(notebook("x", printed(BASED(data).decode()), printed(deep)))
    assert all(finding.status == "review" for finding in found.findings)


LONG = "the fit took one more step and ended " * 300
FEW = "Three of the five women kept it back. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LONG + FEW.lower() + LONG, {"threshold"}),
        (LONG[:3985] + " " + FEW.lower() + LONG, {"threshold"}),
        (LONG * 40, {"unreadable"}),
        (LONG * 40 + MAIL, {"unreadable"}),
        (FEW + LONG * 40, {"threshold", "unreadable"}),
        (" " * 300_000, set()),
    ],
)
def test_a_long_text_is_read_in_parts_or_said_to_be_partly_read(text, expected):
    assert rules(audit(notebook("x", printed(text)))) == expected


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": 1}', '{"cells": 3}'])
def test_what_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    with pytest.raises(UnreadableFile, match="is not a notebook"):
        audit(path)


def test_the_command_counts_and_goes_on(tmp_path):
    good, bad, broken = (tmp_path / f"{name}.ipynb" for name in ("good", "bad", "broken"))
    good.write_text(json.dumps(notebook("x")))
    bad.write_text(json.dumps(notebook("x", printed(MAIL))))
    broken.write_text("{")
    said = []
    assert audited([good], None, "", said.append) == 0
    assert audited([good, bad], None, "", said.append) == 1
    assert audited([broken, bad], None, "", said.append) == 2
    assert "cell 1 (output 1, stdout)" in said[1]
    assert MAIL not in "".join(said)


def test_pieces_of_records_are_found_and_chance_is_not(scores, simulation):
    survey = simulation.survey
    row = survey.frame.iloc[17].dropna()
    words = ", ".join(f"{name}: {row[name]}" for name in ["arm", "region", "sessions", "gender"])
    assert "record fragment" in rules(audit(notebook("x", printed(words)), survey=survey))
    assert check_prose(f"One had {words}", survey).status == "fail"
    means = survey.frame.select_dtypes("number").mean().round(2).to_string()
    assert "record fragment" not in rules(audit(notebook("x", printed(means)), survey=survey))
    assert check_prose("Trust was higher where privacy was.", survey).rule == "prose"
