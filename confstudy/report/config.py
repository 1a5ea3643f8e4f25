"""``reports/reports.toml``: which reports there are and with what they are built."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from confstudy.errors import ConfigError, did_you_mean, listing, unknown

__all__ = ["Config", "ReportEntry", "find_config", "read_config"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportEntry(_Part):
    """One report: its notebook, title and parameters."""

    notebook: str
    title: str
    params: dict[str, Any] = Field(default_factory=dict)


class Config(_Part):
    """All reports of a study."""

    schema_: Literal[1] = Field(alias="schema")
    keep: int = Field(default=10, ge=1)
    timeout: int = Field(default=1200, ge=1)
    report: dict[str, ReportEntry]
    root: Path = Path()

    @property
    def home(self) -> Path:
        """The folder reports are published in."""
        return self.root / "reports"

    def named(self, name: str) -> ReportEntry:
        """The report of this name."""
        if name not in self.report:
            raise ConfigError(unknown("Reports", [name], self.report, "reports.toml"))
        return self.report[name]

    def notebook(self, name: str) -> Path:
        """The notebook of a report."""
        path = self.root / self.named(name).notebook
        if not path.is_file():
            there = [str(p.relative_to(self.root)) for p in self.root.glob("notebooks/**/*.ipynb")]
            hint = did_you_mean(self.named(name).notebook, there)
            raise ConfigError(
                f"reports.toml, report '{name}': no notebook '{self.named(name).notebook}'.{hint} "
                f"There are: {listing(there)}."
            )
        return path


def find_config(start: Path) -> Path:
    """The nearest ``reports/reports.toml`` from a folder upwards."""
    for folder in [start.resolve(), *start.resolve().parents]:
        candidate = folder / "reports" / "reports.toml"
        if candidate.is_file():
            return candidate
    raise ConfigError("No reports/reports.toml here or above: go to the folder of a study.")


def read_config(path: Path) -> Config:
    """Read and validate a reports.toml."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"reports.toml is not valid TOML: {problem}.") from None
    try:
        return Config.model_validate({**content, "root": path.parent.parent})
    except ValidationError as failed:
        lines = [
            f"reports.toml, '{'.'.join(map(str, error['loc']))}': {error['msg']}."
            for error in failed.errors(include_url=False, include_input=False)
        ]
        raise ConfigError("\n".join(lines)) from None
