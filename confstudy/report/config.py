"""``reports/reports.toml``: which reports there are and with what they are built."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)  # fmt: skip

from confstudy.errors import ConfigError, did_you_mean, listing, unknown
from confstudy.report.toml_places import worded
from confstudy.report.units import memory, seconds
from confstudy.report.wanted import (
    nonempty,
    notified,
    plain_name,
    scheduled,
    told_apart,
    tolerances,
    warning_names,
)  # fmt: skip

__all__ = ["Config", "Policy", "ReportEntry", "Settings", "find_config", "read_config"]

Format = Literal["html", "pdf", "docx"]
Policy = Literal["fail", "show", "hide"]
_Formats = Annotated[tuple[Format, ...], AfterValidator(nonempty), AfterValidator(told_apart)]
_Warnings = Annotated[dict[str, Policy], AfterValidator(warning_names)]
_Seconds = Annotated[int, BeforeValidator(seconds)]
_Bytes = Annotated[int, BeforeValidator(memory)]
_Keep = Annotated[int, Field(ge=1)]
#: A `Notify`, and a `Tolerance` for each number: imported only where there is one.
_Notify = Annotated[Any, BeforeValidator(notified)]
_Gates = Annotated[dict[str, Any], BeforeValidator(tolerances)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Settings(_Part):
    """How reports are built; ``[defaults]``, and what a report says otherwise.

    Attributes
    ----------
    timeout
        Seconds a cell may take; written ``1200``, ``"20m"`` or ``"1h30m"``.
    total_timeout
        Seconds all cells may take together. None: no limit.
    memory
        Bytes a kernel may take; written ``"4GiB"``. None: no limit.
    keep
        How many runs stay.
    warnings
        What becomes of a warning, by its class; ``*`` stands for all others.
    notify
        Who is told of what, a `Notify`; None: nobody. An empty table in a report silences it.
    """

    formats: _Formats = ("html",)
    timeout: _Seconds = 1200
    total_timeout: _Seconds | None = None
    memory: _Bytes | None = None
    keep: _Keep = 10
    warnings: _Warnings = Field(default_factory=dict)
    notify: _Notify = None


class ReportEntry(_Part):
    """One report: its notebook, title, data and parameters, and its own settings.

    Attributes
    ----------
    data
        Files it depends on, as seen from the study's folder.
    matrix
        Values of parameters; one variant of the report is built for each combination.
    schedule
        When it is built, as `Schedule.parse` reads it.
    gates
        How much each recorded number may change, a `Tolerance`.
    """

    notebook: str
    title: str
    data: tuple[str, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    matrix: dict[str, Annotated[tuple[Any, ...], AfterValidator(nonempty)]] = Field(
        default_factory=dict
    )
    schedule: Annotated[str, AfterValidator(scheduled)] = ""
    gates: _Gates = Field(default_factory=dict)
    formats: _Formats | None = None
    timeout: _Seconds | None = None
    total_timeout: _Seconds | None = None
    memory: _Bytes | None = None
    keep: _Keep | None = None
    warnings: _Warnings | None = None
    notify: _Notify = None

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        twice = sorted(self.params.keys() & self.matrix.keys())
        if twice:
            raise ValueError(f"{listing(twice)} stands in params and in matrix: keep one of them")
        return self


class Config(_Part):
    """All reports of a study."""

    schema_: Literal[1] = Field(alias="schema")
    keep_: _Keep | None = Field(default=None, alias="keep")
    timeout_: _Seconds | None = Field(default=None, alias="timeout")
    defaults: Settings = Field(default_factory=Settings)
    report: dict[Annotated[str, AfterValidator(plain_name)], ReportEntry]
    root: Path = Path()

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        for name, above in (("keep", self.keep_), ("timeout", self.timeout_)):
            if above is not None and name in self.defaults.model_fields_set:
                raise ValueError(f"'{name}' stands at the top and in [defaults]: keep the second")
        return self

    @property
    def keep(self) -> int:
        """How many runs stay, where a report does not say."""
        return self.keep_ or self.defaults.keep

    @property
    def timeout(self) -> int:
        """Seconds a cell may take, where a report does not say."""
        return self.timeout_ or self.defaults.timeout

    @property
    def home(self) -> Path:
        """The folder reports are published in."""
        return self.root / "reports"

    def named(self, name: str) -> ReportEntry:
        """The report of this name."""
        if name not in self.report:
            raise ConfigError(unknown("Reports", [name], self.report, "reports.toml"))
        return self.report[name]

    def settings(self, name: str) -> Settings:
        """How a report is built: its own settings, else the defaults; warnings are joined."""
        entry = self.named(name)
        own = {key: getattr(entry, key) for key in Settings.model_fields}
        given = {key: value for key, value in own.items() if value is not None}
        if "notify" in entry.model_fields_set:
            given["notify"] = entry.notify
        if entry.warnings is not None:
            given["warnings"] = {**self.defaults.warnings, **entry.warnings}
        above = {"keep": self.keep, "timeout": self.timeout}
        return self.defaults.model_copy(update={**above, **given})

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

    def data(self, name: str) -> list[Path]:
        """The files that a report declares."""
        return [self._file(name, text) for text in self.named(name).data]

    def _file(self, name: str, text: str) -> Path:
        path = self.root / text
        if path.is_file():
            return path
        folder = path.parent
        near = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        raise ConfigError(
            f"reports.toml, report '{name}', data: no file '{text}', as seen from the study's "
            f"folder.{did_you_mean(path.name, near)}"
        )


def find_config(start: Path) -> Path:
    """The nearest ``reports/reports.toml`` from a folder upwards."""
    for folder in [start.resolve(), *start.resolve().parents]:
        candidate = folder / "reports" / "reports.toml"
        if candidate.is_file():
            return candidate
    raise ConfigError("No reports/reports.toml here or above: go to the folder of a study.")


def read_config(path: Path) -> Config:
    """Read and validate a reports.toml.

    Raises
    ------
    ConfigError
        Every mistake with its line and key, what is allowed, and the nearest match.

    Examples
    --------
    >>> config = read_config(Path("reports/reports.toml"))
    >>> sorted(config.report), config.settings("outcomes").timeout
    (['data_quality', 'outcomes', 'power'], 1200)
    """
    try:
        text = path.read_text("utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError:
        raise ConfigError("reports.toml is UTF-8 text; this file is not.") from None
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"reports.toml is not valid TOML: {problem}.") from None
    if "root" in content:
        raise ConfigError("reports.toml: 'root' is not known: the study is the folder above it.")
    try:
        return Config.model_validate({**content, "root": path.parent.parent})
    except ValidationError as failed:
        found = failed.errors(include_url=False, include_context=False)
        lines = [worded(dict(error), "reports.toml", text, _known()) for error in found]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None


def _known() -> dict[int, list[str]]:
    top = [field.alias or name for name, field in Config.model_fields.items() if name != "root"]
    return {1: top, 2: list(Settings.model_fields), 3: list(ReportEntry.model_fields)}
