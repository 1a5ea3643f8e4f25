"""The newcomer's path of README.md, its lines run as they stand on a raw export."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs

README = Path(__file__).parent.parent / "README.md"
PAGE = README.read_text("utf-8")
SECTION = PAGE.partition("## Your own survey\n")[2].partition("\n## ")[0]
SHELL, YAML, PYTHON = (
    re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL) for kind in ("sh", "yaml", "python")
)


def export(path, items, n=400):
    """Times, ages, routing and three items, the second of which says the opposite."""
    rng = np.random.default_rng(7)
    trait = rng.normal(size=n)
    therapy = rng.random(n) < 0.7
    conceals = np.where(trait + rng.normal(size=n) < 0, "Yes", "No")
    times = [f"2025-03-{1 + i % 28:02d} 10:{i % 60:02d}:{i % 59:02d}" for i in range(n)]
    frame = pd.DataFrame(
        {
            "Submitted": times,
            "age": rng.integers(18, 80, n),
            "region": rng.choice(["north", "south"], n),
            "in_therapy": np.where(therapy, "Yes", "No"),
            "concealment": np.where(therapy, conceals, ""),
        }
    )
    for name, sign in zip(items, (1, -1, 1), strict=True):
        points = np.round(3 + sign * trait + rng.normal(0, 0.7, n))
        frame[name] = np.clip(points, 1, 5).astype(int)
    frame.to_csv(path, index=False)


def run(line):
    confstudy, *arguments = shlex.split(line, comments=True)
    command = [str(Path(sys.executable).with_name(confstudy)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scored(folder):
    script = folder / "readme.py"
    script.write_text(PYTHON[0], "utf-8")
    return runpy.run_path(str(script))


def test_the_steps_as_written_lead_from_an_export_to_a_model(folder):
    export(folder / "wave1.csv", ["privacy_1", "privacy_2", "privacy_3"])
    draft, check = SHELL[0].splitlines()
    drafted = run(draft)
    assert (drafted.returncode, drafted.stderr) == (0, "")
    assert "privacy: reverse-keyed: privacy_2?" in drafted.stdout
    assert run(check).stdout.startswith("accepted: Survey 'wave1'")
    names = scored(folder)
    assert names["scores"].codebook.scales["privacy"].reverse == ("privacy_2",)
    assert names["fit"].table.set_index("term").loc["privacy", "conf_high"] < 0
    assert names["survey"].missing.set_index("variable").loc["concealment", "not_asked"] > 100


def test_the_codebook_shown_reads_an_export_with_its_headers(folder):
    export(folder / "wave1.csv", ["Q1", "Q2", "Q3"])
    (folder / "wave1.codebook.yaml").write_text(YAML[0], "utf-8")
    checked = run(SHELL[0].splitlines()[1])
    assert (checked.returncode, checked.stderr) == (0, "")
    names = scored(folder)
    assert names["scores"].table.set_index("scale").loc["privacy", "alpha"] > 0.7
    assert names["fit"].n < names["survey"].n


def test_identified_data_are_refused_with_a_recipe_that_works(folder):
    export(folder / "wave1.csv", ["privacy_1", "privacy_2", "privacy_3"])
    draft, check = SHELL[0].splitlines()
    refused = run(check)
    assert (refused.returncode, "Submitted: timestamp" in refused.stderr) == (1, True)
    run(draft)
    (folder / "recipe.yaml").write_text(refused.stdout, "utf-8")
    told = re.search(r"`(confstudy anonymize [^`]*)`", SECTION)
    done = run(told[1])
    assert (done.returncode, done.stderr) == (0, "")
    assert cs.load(folder / "public.parquet").n == 400
