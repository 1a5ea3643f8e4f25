"""`confstudy plan`: from a draft to a verified amendment."""

import pytest
from typer.testing import CliRunner

from confstudy.cli.app import app
from confstudy.cli.plan import plans

pytest.importorskip("cryptography")


def test_a_plan_from_draft_to_amendment(tmp_path):
    def run(*words):
        return CliRunner().invoke(app, ["plan", *map(str, words)])

    draft, signed, key = (tmp_path / name for name in ("plan.yaml", "plan.signed.yaml", "k.pem"))
    assert len(plans.registered_commands) == 6
    assert run("new", "--out", draft).exit_code == 0
    assert "deposit" in run("sign", draft, "--key", key).output
    assert run("verify", signed, "--key", key.with_suffix(".pub")).exit_code == 0
    assert "H1 (primary" in run("show", signed).output
    assert "of 600 planned" in run("check", signed, "data_synthetic/therapy.parquet").output
    assert run("amend", signed, "--reason", "fewer came").exit_code == 0
    again = tmp_path / "plan-2.yaml"
    again.write_text(again.read_text().replace("n: 600", "n: 500"))
    assert run("sign", again, "--key", key).exit_code == 0
    assert run("verify", tmp_path / "plan-2.signed.yaml").exit_code == 0
    signed.write_text(signed.read_text().replace("n: 600", "n: 500"))
    found = run("verify", signed)
    assert found.exit_code == 1
    assert "'n' was changed" in found.output
