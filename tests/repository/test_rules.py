"""Rules of the repository that no single file can keep."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "confstudy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))


def tracked():
    """The files of the repository, or every file where this is not a checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in found.stdout.splitlines()]
    return [path for path in paths if path.is_file()]


def texts():
    for path in tracked():
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def code_cells(path):
    cells = json.loads(path.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_no_registry_address_or_machine_path_stands_anywhere():
    slash = "/"
    own = re.compile(
        rf"{slash}(?:work|root){slash}|{slash}home{slash}(?!ann)\w+|{slash}tmp{slash}[a-z]"
        rf"|https?:{slash}{slash}\S*(?:pypi|pythonhosted|npmjs|registry|mirror|proxy)"
        rf"|--(?:extra-)?index-url|--find-links"
    )
    found = {str(path.relative_to(ROOT)) for path, text in texts() if own.search(text)}
    assert found <= {"tests/repository/test_rules.py"}


def test_every_locked_package_has_hashes():
    for name in ("lock.txt", "uv.txt"):
        text = (ROOT / "requirements" / name).read_text()
        pins = re.findall(r"^([\w.-]+(?:\[[\w,]+\])?)==\S+.*?(?=^\S|\Z)", text, re.M | re.S)
        blocks = re.split(r"^(?=[\w.-]+(?:\[[\w,]+\])?==)", text, flags=re.M)[1:]
        assert pins
        assert all("--hash=sha256:" in block for block in blocks)


def requirements(listed):
    return {re.split(r"[<>=!~]", entry)[0].lower(): entry.lower() for entry in listed}


def declared():
    extras = PROJECT["project"]["optional-dependencies"].values()
    return requirements([*PROJECT["project"]["dependencies"], *(e for x in extras for e in x)])


def test_environment_yml_and_pyproject_agree():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = requirements([entry for entry in listed if isinstance(entry, str)])
    python = conda.pop("python")
    assert python.removeprefix("python") == PROJECT["project"]["requires-python"]
    assert conda.pop("pip") == "pip"
    assert {"pip": ["--no-deps -e ."]} in listed
    assert conda == declared()


def test_every_declared_package_is_locked():
    lock = (ROOT / "requirements" / "lock.txt").read_text().lower()
    for name in declared():
        assert re.search(rf"^{re.escape(name)}==", lock, re.M), name


def test_the_version_is_the_same_everywhere():
    version = PROJECT["project"]["version"]
    assert f'__version__ = "{version}"' in (PACKAGE / "__init__.py").read_text()
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_floors_hold_and_every_module_has_one():
    linter = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_architecture_names_every_room_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    block = text[text.index("```text") : text.index("```", text.index("```text") + 3)]
    rooms = {
        path.name + ("/" if path.is_dir() else "")
        for path in PACKAGE.iterdir()
        if path.name not in ("__init__.py", "__main__.py", "py.typed", "__pycache__")
    }
    assert set(re.findall(r"^  (\S+)", block, re.M)) == rooms


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_a_file_holds_one_idea(path):
    lines = path.read_text().splitlines()
    assert len(lines) <= 400
    module = ast.parse(path.read_text())
    assert ast.get_docstring(module)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = (node.end_lineno or 0) - node.body[0].lineno
            docstring = ast.get_docstring(node, clean=False) or ""
            assert body - docstring.count("\n") <= 45, f"{node.name} is too long"


def test_public_estimators_say_what_they_estimate_assume_and_do_not_show():
    for path, name in (
        ("models/fit.py", "fit"),
        ("models/predict.py", "predictions"),
        ("models/corrected.py", "corrected_regression"),
        ("models/mixed/fit.py", "mixed"),
        ("models/mixed/profile.py", "variance_intervals"),
        ("models/mixed/profile.py", "variance_tests"),
        ("models/gee.py", "gee"),
        ("models/survey/estimates.py", "survey_mean"),
        ("models/survey/estimates.py", "survey_total"),
        ("models/survey/estimates.py", "survey_ratio"),
        ("models/survey/proportions.py", "survey_proportion"),
        ("models/survey/quantiles.py", "survey_quantile"),
        ("models/survey/crosstab.py", "survey_table"),
        ("models/survey/margins.py", "rake"),
        ("models/survey/margins.py", "poststratify"),
        ("models/survey/calibrate.py", "calibrate"),
        ("models/survey/wald.py", "wald_test"),
        ("models/effects/effects.py", "effects"),
        ("models/mediation/mediate.py", "mediate"),
        ("models/sensitivity/rho.py", "rho_sensitivity"),
        ("models/sensitivity/robustness.py", "robustness"),
        ("models/sensitivity/evalue.py", "evalue"),
        ("models/survival/curves.py", "survival_curve"),
        ("models/survival/logrank.py", "logrank"),
        ("models/survival/cox.py", "cox"),
        ("models/survival/rmst.py", "rmst"),
        ("models/survival/discrete.py", "discrete_hazard"),
        ("models/multiplicity.py", "adjust"),
        ("models/equivalence.py", "equivalence"),
        ("models/effect_sizes/means.py", "cohen_d"),
        ("models/effect_sizes/shares.py", "odds_ratio"),
        ("models/missing/impute.py", "impute"),
        ("models/missing/fits.py", "fit_imputed"),
        ("models/missing/pooling.py", "pooled"),
        ("models/missing/joint.py", "joint_test"),
        ("models/missing/delta.py", "delta"),
        ("models/missing/tip.py", "tipping"),
        ("models/missing/diagnose.py", "little_test"),
        ("simulate/model/truth.py", "effect"),
        ("survey/reliability.py", "cronbach_alpha"),
        ("models/latent/sem.py", "sem"),
        ("models/meta/pool.py", "meta"),
        ("models/meta/published.py", "published"),
        ("models/meta/trim.py", "trim_and_fill"),
        ("models/indirect/sensitive.py", "sensitive"),
        ("models/indirect/predictor.py", "sensitive_predictor"),
        ("models/indirect/prevalence.py", "sensitive_prevalence"),
        ("models/indirect/listtest.py", "list_design_test"),
        ("models/latent/invariance.py", "invariance"),
        ("survey/polychoric.py", "polychoric"),
        ("survey/exploratory.py", "factors"),
        ("survey/dimensions.py", "adequacy"),
        ("survey/dimensions.py", "parallel_analysis"),
        ("survey/twopl.py", "knowledge_model"),
    ):
        functions = ast.parse((PACKAGE / path).read_text()).body
        # Overloads have no text of their own.
        text = "".join(
            ast.get_docstring(node) or ""
            for node in functions
            if isinstance(node, ast.FunctionDef) and node.name == name
        )
        assert "Estimand:" in text
        assert re.search(r"Assumes", text)
        assert re.search(r"[Dd]oes not show", text)
        assert ">>> " in text


def test_the_table_of_digits_has_every_part_of_the_oracle():
    table = (ROOT / "docs" / "oracle.md").read_text()
    for path in (ROOT / "tests" / "oracle").glob("test_*.py"):
        part = path.stem.removeprefix("test_").capitalize()
        assert f"## {part}\n" in table, "run `make digits`"
    # What was reached is never less than what the tests ask for.
    rows = re.findall(r"\| (\d+) \| (\d+) \|$", table, re.MULTILINE)
    assert len(rows) > 100
    assert all(int(asked) <= int(reached) for asked, reached in rows)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_stripped_and_readable(path):
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    cells = code_cells(path)
    lengths = sorted(len(source.splitlines()) for source in cells)
    assert lengths[len(lengths) // 2] <= 5
    assert lengths[-1] <= 20
    assert not any(re.search(r"^\s*(def|class) ", source, re.M) for source in cells)


def test_there_are_notebooks_for_each_purpose():
    assert {path.parent.name for path in NOTEBOOKS} == {"research", "reports", "teaching"}


def test_data_stand_only_where_they_may():
    kinds = {".csv", ".parquet", ".gz", ".sav", ".dta", ".xlsx", ".feather", ".arrow"}
    folders = {path.parent.relative_to(ROOT) for path in tracked() if path.suffix in kinds}
    assert folders <= {Path("data_synthetic"), Path("tests/oracle")}


def test_published_reports_are_not_kept():
    inside = {path.name for path in tracked() if path.is_relative_to(ROOT / "reports")}
    assert inside <= {"reports.toml", "README.md"}


def test_the_makefile_describes_every_target():
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"\.PHONY: (.*)", text)[1].split()
    described = re.findall(r"^([a-z]+):.*## ", text, re.M)
    assert sorted(phony) == sorted(described)


def test_no_mark_of_unfinished_work_is_left():
    marks = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
    for path in sorted(PACKAGE.rglob("*.py")):
        assert not marks.search(path.read_text()), path.name
