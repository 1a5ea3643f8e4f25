"""Every test and example releases into a ledger of its own."""

import pytest


@pytest.fixture(autouse=True)
def _own_ledger(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("CONFSTUDY_LEDGER", str(tmp_path_factory.mktemp("study") / ".confstudy"))
    monkeypatch.delenv("CONFSTUDY_STAGE", raising=False)
