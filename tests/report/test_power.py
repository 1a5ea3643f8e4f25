"""The power report: what claims take, and that nothing of a respondent is in it."""

import re
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner

import confstudy as cs
from confstudy.claims.power import NOT_YET, PLANNED, needed, planned
from confstudy.cli.app import app
from confstudy.errors import DeclarationError
from confstudy.release.ledger.ledger import Ledger
from confstudy.report.power import claim_power, design_power, sizes
from confstudy.report.power_page import PowerReport

REGISTRY = [each.id for each in cs.claims().claims]
YAML = """\
model: {two_arms: 0.5, per_arm: 64}
seed: 1
estimands: [{ate: y, arm: [treated, control]}]
answers: [{difference: y, by: arm}]
"""


@pytest.fixture(scope="module")
def power():
    return claim_power("C11", 60)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / ".confstudy")


def test_every_claim_is_planned_or_has_a_reason_why_not():
    assert sorted([*PLANNED, *NOT_YET]) == sorted(REGISTRY)
    assert all(NOT_YET.values())


@pytest.mark.parametrize("claim", PLANNED)
def test_the_estimand_of_a_claim_has_the_sign_of_the_claim(claim):
    value, error = planned(claim).estimand.value(cs.Design("therapy", seed=1))
    assert abs(value) > 4 * error
    # C05 states a gain, and its outcome is symptoms.
    gained = -value if claim == "C05" else value
    assert cs.claims(claim).sign in ("two-sided", "positive" if gained > 0 else "negative")


@pytest.mark.parametrize(
    ("claim", "said"), [("C20", "equivalence"), ("C10", "vignettes"), ("C99", "not found")]
)
def test_a_claim_that_cannot_be_planned_says_why(claim, said):
    with pytest.raises(DeclarationError, match=said):
        planned(claim)


def test_the_size_found_has_the_wanted_power():
    found = needed("C11", cs.Design("therapy", seed=3))
    power = found.found.findings[0].diagnosands["power"]
    assert found.size.low < found.size.value < found.size.high
    assert abs(power.value - 0.8) < 4 * power.mcse + 0.05


@pytest.mark.validate
def test_every_planned_claim_reaches_its_power():
    found = sizes(replications=4_000)
    assert [each.claim.id for each in found] == list(PLANNED)
    for each in found:
        power = each.found.findings[0].diagnosands["power"]
        assert abs(power.value - 0.8) < 0.05, each.claim.id


def test_nobody_stands_behind_an_output_of_a_design(power, ledger):
    report = PowerReport(power, ledger)
    pages = ("title", "strip", "numbers", "design", "diagnosands", "curve", "estimates",
             "limits", "provenance", "record")  # fmt: skip
    pieces = [getattr(report, page)() for page in pages]
    assert {piece.decision.rule for piece in pieces} == {"none"}
    assert {(entry.data, entry.cells) for entry in ledger.outputs} == {("not written", ())}
    assert "no respondents" in pieces[1].html
    assert 'alt="Line with band: power by clients' in pieces[5].html


def test_numbers_stand_with_their_errors(power, ledger):
    report = PowerReport(power, ledger)
    frame = report.diagnosands().frame
    found = power.found.findings[0].diagnosands["power"]
    row = frame.set_index("Diagnosand").loc["Power"]
    assert row["Value"] == f"{found.value:.3f}"
    assert row["MCSE"] == f"{found.mcse:.3f}"
    kept = report.record().data["record"]
    assert kept["conf_low"] < kept["value"] < kept["conf_high"]
    assert re.search(r"C11 Stating the limits .* about \d+ clients for 80", report.title().html)


def test_tables_of_claims_tell_bounds_from_sizes(power, ledger):
    report = PowerReport(power, ledger)
    found = [needed(claim, cs.Design("therapy", seed=3)) for claim in ("C11", "C18")]
    exact, least = (report.sizes(found, least=least) for least in (False, True))
    assert exact.frame["Claim"].str[:3].tolist() == ["C11"]
    assert least.frame["Claim"].str[:3].tolist() == ["C18"]
    assert least.caption.startswith("Clients at least")
    assert report.paths(found).frame["Computed by"].str.startswith("batched").all()
    left = report.not_yet(found).frame
    assert len(left) == len(REGISTRY) - 2
    assert (
        left.set_index("Claim").filter(like="C01", axis=0)["Why not"].str.contains("100,000").all()
    )


def test_a_design_file_is_reported_for_a_person_to_read(tmp_path, ledger):
    path = Path(tmp_path / "design.yaml")
    path.write_text(YAML, "utf-8")
    report = PowerReport(design_power(path), ledger)
    assert report.title().decision.status == "review"
    rows = report.design().frame.set_index("Part")["What"]
    assert rows["By formula"].startswith("power 0.80")


def test_those_who_stay_away_cost_power(power):
    some = claim_power("C11", 60, response=0.5)
    before, after = (each.found.table["power"][0] for each in (power, some))
    assert after < before - 0.1
    assert some.size.low > power.size.high


def test_the_passage_of_the_readme_runs(tmp_path, monkeypatch):
    page = Path("README.md").read_text("utf-8")
    passage = page.partition("## Plan a study\n")[2].partition("\n## ")[0]
    (python, yaml, shell) = (
        re.search(rf"```{kind}\n(.*?)```", passage, re.DOTALL)[1]
        for kind in ("python", "yaml", "sh")
    )
    monkeypatch.chdir(tmp_path)
    Path("readme.py").write_text(python, "utf-8")
    Path("design.yaml").write_text(yaml, "utf-8")
    names = runpy.run_path("readme.py")
    assert names["curve"].table["power"].is_monotonic_increasing
    power, *_, new, _sign = (line.partition("#")[0].split()[1:] for line in shell.splitlines())
    for words in (power, new):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    assert Path("power.svg").read_text("utf-8").startswith("<svg")
    assert Path("plan.yaml").is_file()
