"""Attacks on publishing: what was not released as it stands is not published."""

import os
import re
import signal
import subprocess
import sys
from base64 import b64encode

import nbformat
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import DisclosureRefused, LedgerDamaged
from confstudy.release.ledger.ledger import Ledger, current
from confstudy.release.piece import MIME
from confstudy.report.clean import cleaned
from confstudy.report.gate import Gate
from confstudy.report.run import _released
from tests.report.conftest import write_notebook


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / ".confstudy", tmp_path / ".confstudy" / "stage.jsonl")


def notebook(*bundles, markdown="Words.", source="report"):
    outputs = [nbformat.v4.new_output("display_data", data=dict(one)) for one in bundles]
    code = nbformat.v4.new_code_cell(source, outputs=outputs)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(markdown), code])


def published(gate, made, survey):
    _released(made)
    kept = cleaned(made, {})
    gate.require(kept, survey)
    return kept


def row(survey):
    """Twelve answers of one respondent, as somebody would copy them."""
    answers = survey.frame.iloc[5].dropna()[["arm", "timing", "age_band", "gender", "region"]]
    items = survey.frame.iloc[5].dropna().filter(regex=r"^(alliance|stigma)_\d+$")
    return ", ".join(f"{name}: {value}" for name, value in {**answers, **items}.items())


def test_released_outputs_pass(gate, scores):
    pieces = [cs.Report(scores, ledger=gate.ledger).strip()]
    pieces.append(cs.release.table(scores, "arm", ledger=gate.ledger))
    kept = published(gate, notebook(*(piece.bundle for piece in pieces)), scores)
    assert len(kept.cells[1].outputs) == 2
    gate.commit()
    assert len(Ledger(gate.folder).outputs) == 2


FORGED = {
    "text/html": "<p>12 of them</p>",
    "text/plain": "(table)",
    MIME: {"kind": "table", "decision": {"status": "pass", "rule": "none", "reason": "none"}},
}
ALTERED = {
    "html was edited": lambda b: {**b, "text/html": b["text/html"].replace("849", "850")},
    "plain text was edited": lambda b: {**b, "text/plain": "age 97"},
    "the decision was edited": lambda b: {**b, MIME: {**b[MIME], "decision": {"status": "pass"}}},
    "made by hand": lambda _: FORGED,
    "the type alone": lambda _: {MIME: FORGED[MIME]},
    "no JSON inside": lambda _: {**FORGED, MIME: "pass"},
    "a type beside": lambda b: {**b, "image/png": "aGVsbG8="},
    "a script beside": lambda b: {**b, "application/javascript": "alert(1)"},
    "a widget": lambda _: {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}},
    "plain html": lambda _: {"text/html": "<b>x</b>", "text/plain": "x"},
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_output_other_than_released_is_refused(gate, scores, name):
    bundle = cs.Report(scores, ledger=gate.ledger).strip().bundle
    with pytest.raises(DisclosureRefused):
        published(gate, notebook(ALTERED[name](bundle)), scores)


def test_an_output_of_another_ledger_is_refused(gate, scores, tmp_path):
    other = Ledger(tmp_path / "elsewhere")
    bundle = cs.release.table(scores, "arm", ledger=other).bundle
    with pytest.raises(DisclosureRefused, match="the ledger does not know"):
        published(gate, notebook(bundle), scores)


STREAMS = {
    "print": nbformat.v4.new_output("stream", name="stdout", text="x"),
    "stderr": nbformat.v4.new_output("stream", name="stderr", text="x"),
    "error": nbformat.v4.new_output("error", ename="ValueError", evalue="x", traceback=[]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams_and_errors_are_refused(gate, scores, name):
    made = notebook()
    made.cells[1].outputs = [STREAMS[name]]
    with pytest.raises(DisclosureRefused, match="not released"):
        published(gate, made, scores)


PICTURE = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
WORDS = {
    "a record": lambda r: {"markdown": f"One said {r}."},
    "a record in a comment": lambda r: {"markdown": f"Fine.\n\n<!-- {r} -->"},
    "a record in the source": lambda r: {"source": f"# {r}\nreport"},
    "a literal row": lambda r: {"source": f"row = {[p.split(': ')[1] for p in r.split(', ')]!r}"},
    "an e-mail address": lambda _: {"markdown": "Ask ann.smith@example.org"},
    "an address in a comment": lambda _: {"markdown": "<!-- ann.smith@example.org -->"},
    "a picture": lambda _: {"markdown": f"![x](data:image/png;base64,{PICTURE})"},
}


@pytest.mark.parametrize("name", WORDS)
def test_words_and_sources_with_respondents_in_them_are_refused(gate, scores, name):
    bundle = cs.Report(scores, ledger=gate.ledger).strip().bundle
    record = row(scores)
    with pytest.raises(
        DisclosureRefused, match=r"audit of the notebook|a picture|cell 1 is not"
    ) as refused:
        published(gate, notebook(bundle, **WORDS[name](record)), scores)
    assert not any(part.split(": ")[1] in str(refused.value) for part in record.split(", ")[:5])


def test_an_attachment_is_refused_and_a_raw_cell_is_left_out(gate, scores):
    made = notebook()
    made.cells[0].attachments = {"a.png": {"image/png": PICTURE}}
    with pytest.raises(DisclosureRefused, match="cell 1 has an attachment"):
        published(gate, made, scores)
    raw = notebook()
    raw.cells.append(nbformat.v4.new_raw_cell("ann.smith@example.org"))
    assert len(published(gate, raw, scores).cells) == 2


def test_data_that_no_parameter_names_are_refused(gate, scores):
    survey = cs.load("data_synthetic/therapy.parquet")
    bundle = cs.Report(survey, ledger=gate.ledger).strip().bundle
    for known in (None, scores):
        with pytest.raises(DisclosureRefused, match="another file"):
            published(gate, notebook(bundle), known)
    assert published(gate, notebook(bundle), survey)


TAMPER = """\
from IPython.display import display
bundle = report.strip().bundle
bundle["text/html"] += "<p>CANARY</p>"
display(bundle, raw=True)"""


def test_a_refused_build_leaves_nothing_and_holds_nothing_back(study, build_one):
    latest = study / "reports" / "one" / "default" / "latest"
    before = {path.name: path.read_bytes() for path in latest.iterdir()}
    built = build_one(TAMPER, "report.text('One more.')")
    assert built.status == "failed"
    assert "the ledger does not know" in built.reason
    assert {path.name: path.read_bytes() for path in latest.iterdir()} == before
    assert not current().outputs
    assert not list(current().folder.glob("stage*"))
    kept = [path for path in study.rglob("*") if path.is_file() and "notebooks" not in path.parts]
    assert not [path.name for path in kept if b"CANARY" in path.read_bytes()]
    assert build_one("report.strip()").status == "built"
    assert len(current().outputs) == 1


def test_one_more_respondent_in_the_file_holds_the_report_back(study, build_one):
    path = study / "data_synthetic" / "therapy.parquet"
    whole = pd.read_parquet(path)
    whole.iloc[:-1].to_parquet(path)
    assert build_one("report.strip()").status == "built"
    whole.to_parquet(path)
    held = build_one("report.strip()")
    assert (held.status, "differencing" in held.reason) == ("failed", True)
    assert not {"848", "849"} & set(re.findall(r"\d+", held.reason))


KILLED = """\
import os, signal, sys
from pathlib import Path
from confstudy.report.build import build
from confstudy.report.plan import plans
from confstudy.report.config import read_config
from confstudy.report.publish import Shelf
Shelf.publish = lambda *given, **more: os.kill(os.getpid(), signal.SIGKILL)
study = Path(sys.argv[1])
config = read_config(study / "reports" / "reports.toml")
build(plans(config, "one", {}, study)[0], force=True)
"""


def test_a_builder_killed_before_publishing_is_healed_by_the_next_build(study, build_one):
    write_notebook(study, "report.strip()")
    done = subprocess.run([sys.executable, "-c", KILLED, str(study)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(current().outputs) == 1
    built = build_one(force=True)
    assert built.status == "built", built.reason
    assert not current().verify()
    assert len(current().outputs) == 1


def test_a_damaged_ledger_publishes_nothing(gate, scores):
    bundle = cs.Report(scores, ledger=gate.ledger).strip().bundle
    gate.commit()
    path = gate.folder / "ledger.jsonl"
    text = bytearray(path.read_bytes())
    text[50] ^= 1
    path.write_bytes(text)
    for attempt in (lambda: published(gate, notebook(bundle), scores), gate.commit):
        with pytest.raises(LedgerDamaged):
            attempt()
