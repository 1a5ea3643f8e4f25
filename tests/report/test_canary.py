"""Unmistakable respondents in the data: nothing of them may stand in anything that is written."""

import base64
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORDS = ["zyzzyva", "quokka", "axolotl", "blobfish"]
NUMBERS = ["7310000", "7,310,000", "7.31e", "97531", "97,531", "86420", "86,420"]
ENCODED = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")


def planted(study: Path) -> None:
    """Three respondents with words and numbers that nobody else has."""
    shutil.copytree(ROOT / "data_synthetic", study / "data_synthetic")
    path = study / "data_synthetic" / "therapy.parquet"
    frame, n = pd.read_parquet(path), 849
    rng = np.random.default_rng(0)
    frame["income"] = np.r_[7_310_000.25, 86420.5, 86420.5, rng.normal(2000, 90, n - 3)]
    frame["pet"] = ["quokka", "quokka", "axolotl", *["cat", "dog"] * 423]
    frame["contact"] = [f"{word}{row}@example.org" for row in range(n) for word in WORDS[:1]]
    frame["remark"] = [f"My blobfish heard everything, number {row}" for row in range(n)]
    frame["privacy_1"] = np.r_[97531.0, frame["privacy_1"].to_numpy()[1:].astype(float)]
    frame.to_parquet(path)
    book = path.with_name("therapy.codebook.yaml")
    content = yaml.safe_load(book.read_text())
    content["variables"] |= {
        "income": {"label": "Income", "type": "numeric"},
        "pet": {"label": "Pet", "levels": ["cat", "dog", "quokka", "axolotl"]},
        "contact": {"drop": "identifier"},
        "remark": {"drop": "free text"},
    }
    book.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


def decoded(content: bytes, depth: int = 0) -> bytes:
    """Bytes with all that is encoded in them, three times deep."""
    parts = [content]
    for found in ENCODED.findall(content) if depth < 3 else []:
        try:
            inner = base64.b64decode(found + b"=" * (-len(found) % 4))
            parts.append(decoded(inner, depth + 1))
            parts.append(decoded(zlib.decompress(inner), depth + 1))
        except (ValueError, zlib.error):
            continue
    return b"\n".join(parts)


def canaries(content: bytes) -> set[str]:
    text = decoded(content).decode("latin-1").casefold()
    return {canary for canary in (*WORDS, *NUMBERS) if canary in text}


def written(study: Path) -> dict[str, bytes]:
    inputs = (study / "data_synthetic", study / "notebooks", study / ".confstudy" / "key")
    files = (path for path in study.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path.relative_to(study)): path.read_bytes()
        for path in files
        if not any(path.is_relative_to(place) for place in inputs)
    }


def built(study: Path, *arguments: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONFSTUDY")}
    command = [sys.executable, "-m", "confstudy", "report", "build", *arguments]
    return subprocess.run(command, cwd=study, env=kept, capture_output=True, check=False)


def require_silence(study: Path, done: subprocess.CompletedProcess) -> None:
    said = {**written(study), "stdout": done.stdout, "stderr": done.stderr}
    assert {name: found for name, text in said.items() if (found := canaries(text))} == {}


EVERYTHING = """\
import confstudy as cs
from confstudy.errors import ConfstudyError
scores = cs.score(cs.load(data))
report = cs.Report(scores)
---
fit = cs.fit("alliance ~ privacy", scores)
attempts = [
    lambda: report.title("Privacy went with alliance"),
    lambda: report.strip(fit),
    lambda: report.figure(cs.plot.flow(scores, fit)),
    lambda: report.figure(cs.plot.quality(cs.check(scores))),
    lambda: report.figure(cs.plot.likert(scores, "privacy")),
    lambda: report.figure(cs.plot.items(scores, "privacy")),
    lambda: report.figure(cs.plot.predicted(fit, "privacy", codebook=scores.codebook)),
    lambda: report.figure(cs.plot.coefficients(fit, codebook=scores.codebook)),
    lambda: report.figure(cs.plot.binned(scores, "privacy", "alliance")),
    lambda: report.figure(cs.plot.binned(scores, "income", "alliance")),
    lambda: report.figure(cs.plot.density(scores, "privacy")),
    lambda: report.figure(cs.plot.density(scores, "income")),
]
---
attempts += [
    lambda: cs.release.table(scores, "arm", "telehealth"),
    lambda: cs.release.table(scores, "arm", values="privacy"),
    lambda: cs.release.table(scores, "arm", values="income", statistics=["mean", "total", "sd"]),
    lambda: cs.release.table(scores, "income"),
    lambda: cs.release.table(scores, "timing", protect="round"),
    lambda: cs.release.model(cs.fit("income ~ arm", scores), scores),
    lambda: cs.release.model(cs.fit("alliance ~ pet", scores), scores),
    lambda: cs.release.declared(scores.frame[["income", "pet"]].head(12), scores, n=800),
    lambda: cs.release.text(f"The highest was {scores.frame['income'].max():,}.", scores),
    lambda: cs.release(cs.fit("trust_now ~ arm", scores), scores),
    lambda: report.points(["Nothing stands out."]),
    lambda: report.provenance(),
]
---
left = 0
for attempt in attempts:
    try:
        display(attempt())
        left += 1
    except ConfstudyError:
        pass
assert left >= 15"""


def with_notebook(study: Path, source: str) -> None:
    (study / "reports").mkdir()
    (study / "notebooks").mkdir()
    (study / "reports" / "reports.toml").write_text(
        'schema = 1\n[report.one]\nnotebook = "notebooks/one.ipynb"\ntitle = "One"\n'
    )
    declared = nbformat.v4.new_code_cell('data: str = "../data_synthetic/therapy.parquet"')
    declared.metadata["tags"] = ["parameters"]
    code = [nbformat.v4.new_code_cell(part) for part in source.split("\n---\n")]
    made = nbformat.v4.new_notebook(cells=[declared, *code])
    nbformat.write(made, study / "notebooks" / "one.ipynb")


def test_the_search_finds_canaries_however_they_are_packed():
    packed = base64.b64encode(zlib.compress(b"a quokka " * 20))
    assert canaries(b'{"x": "' + packed + b'"}') == {"quokka"}
    assert canaries(b"income 7,310,000") == {"7,310,000"}


def test_nothing_of_a_planted_respondent_is_written_by_any_verb(tmp_path):
    planted(tmp_path)
    with_notebook(tmp_path, EVERYTHING)
    done = built(tmp_path)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert {"report.html", "report.ipynb"} <= {Path(name).name for name in written(tmp_path)}
    require_silence(tmp_path, done)


LEAKS = [
    "report.text(f'{scores.frame.income.max()}')\nscores.frame.head(3)",
    "raise ValueError(scores.frame.iloc[0].to_dict())",
    "print(scores.frame.pet[0])",
    "cs.release.table(scores, 'income')",
    "cs.release.declared(scores.frame.head(20), scores, n=500)",
    "cs.release.table(scores, 'arm', caption=str(scores.frame.iloc[0].to_dict()))",
]


@pytest.mark.validate
@pytest.mark.parametrize("leak", LEAKS)
def test_a_failing_build_keeps_them_to_itself(tmp_path, leak):
    planted(tmp_path)
    with_notebook(tmp_path, EVERYTHING.split("\n---\n")[0] + "\n---\n" + leak)
    done = built(tmp_path)
    assert done.returncode == 3
    require_silence(tmp_path, done)


GIVEN = [
    ("data_quality",),
    ("outcomes",),
    ("outcomes", "-p", "outcome=alliance", "-p", "family=ols"),
    ("outcomes", "-p", "outcome=alliance", "-p", "exposure=arm"),
    ("outcomes", "-p", "outcome=income", "-p", "exposure=privacy"),
    ("outcomes", "-p", "outcome=alliance", "-p", "exposure=income"),
    ("outcomes", "-p", "exposure=pet"),
]


@pytest.mark.validate
@pytest.mark.parametrize("arguments", GIVEN, ids=" ".join)
def test_the_bundled_reports_tell_nothing_of_them(tmp_path, arguments):
    planted(tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    (tmp_path / "reports").mkdir()
    shutil.copy(ROOT / "reports" / "reports.toml", tmp_path / "reports")
    done = built(tmp_path, *arguments)
    assert done.returncode in (0, 3), done.stderr.decode()
    assert done.returncode == 0 or "income" in str(arguments) or "pet" in str(arguments)
    require_silence(tmp_path, done)
