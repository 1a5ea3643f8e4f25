"""The vocabulary of a codebook: one small model per idea."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt

from confstudy.errors import CodebookError, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CODED_REASONS",
    "Codebook",
    "Fieldwork",
    "Protection",
    "Replicates",
    "SampleDesign",
    "Scale",
    "Variable",
    "plain",
]

Kind = Literal["binary", "categorical", "ordinal", "item", "numeric", "code"]
Reason = Literal["refused", "dont_know", "not_asked", "lost"]
Role = Literal[
    "outcome",
    "exposure",
    "arm",
    "covariate",
    "quasi_identifier",
    "identifier",
    "sensitive",
    "weight",
    "replicate_weight",
    "strata",
    "cluster",
]

CODED_REASONS: tuple[Reason, ...] = ("refused", "dont_know", "not_asked", "lost")


def plain(text: object) -> str:
    """How cells, levels and codes are compared: without case, extra spaces and `.0`.

    >>> plain("  Don't   Know "), plain(2.0), plain(-0.0)
    ("don't know", '2', '0')
    """
    words = " ".join(str(text).split()).casefold()
    whole = re.fullmatch(r"(-?\d+)\.0+", words)
    return "0" if words in ("-0", "-0.0") else whole[1] if whole else words


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


def _as_codes(value: Any) -> Any:
    """Levels come as a list of labels or as code → label; both become code → label."""
    if isinstance(value, dict):
        return {str(code): str(label) for code, label in value.items()}
    if isinstance(value, list):
        return {str(label): str(label) for label in value}
    return value


def _with_text_keys(value: Any) -> Any:
    return {str(key): part for key, part in value.items()} if isinstance(value, dict) else value


def _as_texts(value: Any) -> Any:
    return [str(item) for item in value] if isinstance(value, list) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(lambda v: _as_texts(_as_list(v)))]
Codes = Annotated[dict[str, str], BeforeValidator(_as_codes)]
Interval = tuple[float, float]
Recode = Annotated[dict[str, Texts], BeforeValidator(_with_text_keys)]
Bands = Annotated[dict[str, Interval], BeforeValidator(_with_text_keys)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variable(_Part):
    """One column of the analysis frame and how it comes out of the file.

    ``type`` is ``binary`` (two levels, the second one counts), ``categorical``, ``ordinal``
    (levels in order), ``item`` (points of a scale), ``numeric`` or ``code`` (an open set of
    labels, such as clusters). A variable with ``drop: <why>`` never leaves the file.
    """

    label: str = ""
    short: str = ""
    source: str = ""
    type: Kind = "categorical"
    levels: Codes = Field(default_factory=dict)
    role: Annotated[tuple[Role, ...], BeforeValidator(_as_list)] = ()
    missing: dict[Reason, Texts] = Field(default_factory=dict)
    range: Interval | None = None
    unit: str = ""
    recode: Recode = Field(default_factory=dict)
    bands: Bands = Field(default_factory=dict)
    unlisted: str = "refuse"
    drop: str = ""

    @property
    def categories(self) -> tuple[str, ...]:
        """The labels of the levels, in their declared order, each once."""
        return tuple(dict.fromkeys([*self.levels.values()] or [*self.recode, *self.bands]))


class Scale(_Part):
    """Items that measure one construct together."""

    label: str = ""
    short: str = ""
    items: Texts
    reverse: Texts = ()
    points: tuple[int, int]
    anchors: Texts = ()
    score: Literal["mean", "sum"] = "mean"
    min_answered: Annotated[float, Field(gt=0, le=1)] = 0.5


class Replicates(_Part):
    """Replicate weights: which columns, by which method, with which multiplier."""

    weights: Texts
    method: Literal["JK1", "JKn", "BRR", "Fay", "bootstrap"]
    multiplier: Annotated[float, Field(gt=0)]
    df: PositiveInt | None = None


class SampleDesign(_Part):
    """How respondents came into the sample."""

    weight: str = ""
    strata: str = ""
    cluster: str = ""
    replicates: Replicates | None = None


class Protection(_Part):
    """What the load gate asks of the quasi-identifiers.

    Every group of respondents alike in them has ``k`` or more, gives each variable of the
    role ``sensitive`` at least ``l`` different answers, and, where ``t`` is given, answers at
    most that far from all respondents. A ``k`` under 5 needs a ``reason``, for example that the
    producer of a public-use file has already reviewed it. ``suppress`` lists the
    quasi-identifiers that may be blanked in unsafe groups, the most dispensable first.
    """

    k: PositiveInt = 5
    l: PositiveInt = 2  # noqa: E741
    t: Annotated[float, Field(gt=0, le=1)] | None = None
    suppress: Texts = ()
    reason: str = ""


class Fieldwork(_Part):
    """How many were asked, when and how."""

    invited: PositiveInt | None = None
    period: str = ""
    mode: str = ""


class Codebook(_Part):
    """Variables, scales, sampling design and protection of one survey."""

    name: str
    title: str = ""
    synthetic: bool = False
    source: str = ""
    licence: str = ""
    missing: dict[Reason, Texts] = Field(default_factory=dict)
    protection: Protection = Protection()
    fieldwork: Fieldwork = Fieldwork()
    design: SampleDesign = SampleDesign()
    variables: dict[str, Variable]
    scales: dict[str, Scale] = Field(default_factory=dict)

    @property
    def kept(self) -> dict[str, Variable]:
        """The variables that enter the analysis frame."""
        return {name: v for name, v in self.variables.items() if not v.drop}

    def with_role(self, role: Role) -> list[str]:
        """Names of the kept variables that have a role."""
        return [name for name, variable in self.kept.items() if role in variable.role]

    def header(self, name: str) -> str:
        """The column of the file a variable is read from."""
        return self.variables[name].source or name

    def label(self, name: str) -> str:
        """The label of a variable or scale, or its name when it has none."""
        part = self.scales.get(name) or self.variables.get(name)
        if part is None:
            known = [*self.scales, *self.variables]
            raise CodebookError(unknown("Names", [name], known, f"codebook '{self.name}'"))
        return part.label or name.replace("_", " ")

    @property
    def table(self) -> pd.DataFrame:
        """One row a variable: name, label, type, levels, role."""
        import pandas as pd

        rows = [
            {
                "variable": name,
                "label": self.label(name),
                "type": "dropped" if variable.drop else variable.type,
                "levels": " · ".join(variable.categories),
                "role": ", ".join(variable.role).replace("_", " "),
            }
            for name, variable in self.variables.items()
        ]
        return pd.DataFrame(rows)

    def short(self, name: str) -> str:
        """A noun for the middle of a sentence: the declared one, or the label in quotes."""
        label = self.label(name)
        part = self.scales.get(name) or self.variables[name]
        return part.short or f"“{label}”"

    def __repr__(self) -> str:
        counts = f"{len(self.kept)} variables, {len(self.scales)} scales"
        return f"Codebook '{self.name}': {self.title or self.name} ({counts})"

    __str__ = __repr__
