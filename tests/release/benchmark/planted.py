"""Unmistakable respondents in a study's data, and the search for them in all that it wrote."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import yaml

from tests.release.benchmark.unpack import opened

ROOT = Path(__file__).parents[3]
WORDS = ("zyzzyva", "quokka", "axolotl", "blobfish", "wombat", "capybara")
NUMBERS = (7_310_000.25, 8_642_097.25, 9_753_186.0)
_DIGITS = "|".join(f"{int(number)}" for number in NUMBERS) + r"|7\.31e|8\.642\d*e|9\.753\d*e"
_WRITTEN = re.compile(rb"(?<![0-9A-Za-z+/])(?:" + _DIGITS.encode() + rb")")
_BYTES = {struct.pack(f"{end}d", number): f"{number}" for end in "<>" for number in NUMBERS}
DEEP = 3
PETS = ("cat", "dog", "quokka", "axolotl")
CALLED = ("a cat", "a dog", "a rare one", "a rarer one")


def plant(study: Path) -> None:
    """Write the synthetic survey with three respondents whom nobody can mistake.

    They have the only large incomes, the only rare pets, a therapist and a gender of their own
    and an answer out of range. Everybody has an address and a remark, which the codebook drops.
    The codebook calls the rare pets otherwise, since a declared level's name may be told.
    """
    shutil.copytree(ROOT / "data_synthetic", study / "data_synthetic")
    path = study / "data_synthetic" / "therapy.parquet"
    frame = pd.read_parquet(path)
    n = len(frame)
    big, middle, out = NUMBERS
    frame["income"] = np.r_[big, middle, middle, np.random.default_rng(0).normal(2000, 90, n - 3)]
    frame["pet"] = ["quokka", "quokka", "axolotl", *["cat", "dog"] * ((n - 3) // 2)]
    frame["visits"] = counts(n)
    frame["contact"] = [f"zyzzyva{row}@example.org" for row in range(n)]
    frame["remark"] = [f"My blobfish heard everything, number {row}" for row in range(n)]
    frame["privacy_1"] = np.r_[out, frame["privacy_1"].to_numpy()[1:].astype(float)]
    frame["therapist"] = ["wombat"] * 3 + frame["therapist"].astype(str).tolist()[3:]
    frame["gender"] = ["capybara", *frame["gender"].astype(object).tolist()[1:]]
    frame.to_parquet(path)
    book = path.with_name("therapy.codebook.yaml")
    content = yaml.safe_load(book.read_text())
    content["variables"]["gender"]["unlisted"] = "missing"
    content["variables"] |= {
        "income": {"label": "Income", "type": "numeric"},
        "pet": {"label": "Pet", "levels": dict(zip(PETS, CALLED, strict=True))},
        "visits": {"label": "Visits", "type": "numeric"},
        "contact": {"drop": "identifier"},
        "remark": {"drop": "free text"},
    }
    book.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


def counts(n: int) -> np.ndarray:
    """Counts with more zeros and more spread than a Poisson variable has."""
    rng = np.random.default_rng(1)
    return (
        np.where(rng.random(n) < 0.3, 0, rng.negative_binomial(2, 0.4, n)).clip(max=9).astype(float)
    )


def write_notebook(study: Path, name: str, source: str) -> None:
    """A notebook of cells that ``---`` parts, with the planted survey as its parameter."""
    declared = nbformat.v4.new_code_cell('data: str = "../data_synthetic/therapy.parquet"')
    declared.metadata["tags"] = ["parameters"]
    cells = [nbformat.v4.new_code_cell(part) for part in source.split("\n---\n")]
    (study / "notebooks").mkdir(exist_ok=True)
    made = nbformat.v4.new_notebook(cells=[declared, *cells])
    nbformat.write(made, study / "notebooks" / f"{name}.ipynb")


def build(study: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Build reports of the study as a user would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONFSTUDY")}
    command = [sys.executable, "-m", "confstudy", "report", "build", *arguments]
    return subprocess.run(command, cwd=study, env=kept, capture_output=True, check=False)


def written(study: Path) -> dict[str, bytes]:
    """All that stands in a study's folder but what was put there by hand, and the ledger's key."""
    inputs = (study / "data_synthetic", study / "notebooks", study / ".confstudy" / "key")
    files = (path for path in study.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path.relative_to(study)): path.read_bytes()
        for path in files
        if not any(path.is_relative_to(place) for place in inputs)
    }


@cache
def canaries(content: bytes, depth: int = 0) -> frozenset[str]:
    """The words and numbers of the planted respondents that some bytes hold, however packed."""
    low = content.lower()
    found = {word for word in WORDS if word.encode() in low}
    found |= {match.decode() for match in _WRITTEN.findall(low)}
    found |= {number for packed, number in _BYTES.items() if packed in content}
    deeper = opened(content) if depth < DEEP else []
    return frozenset(found.union(*(canaries(part, depth + 1) for part in deeper)))


def told(study: Path, *done: subprocess.CompletedProcess[bytes]) -> dict[str, frozenset[str]]:
    """Which files, and which words on the terminal, hold a canary: should be none."""
    said = {f"stdout {place}": run.stdout for place, run in enumerate(done)}
    said |= {f"stderr {place}": run.stderr for place, run in enumerate(done)}
    files = written(study)
    named = {name: name.encode() for name in files}
    return {
        name: found
        for held in (files, said, named)
        for name, text in held.items()
        if (found := canaries(text))
    }
