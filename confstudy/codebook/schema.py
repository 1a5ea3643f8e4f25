"""The vocabulary of a codebook: one small model per idea."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    model_validator,
)

from confstudy.codebook.words import (
    Bands,
    Codes,
    Condition,
    Interval,
    Recode,
    Sources,
    Texts,
    as_codes,
    as_list,
    with_text_keys,
)  # fmt: skip
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
    "Variation",
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
    "duration",
]
Repair = Literal["spreadsheet_dates", "wrong_encoding", "decimal_commas"]
Missing = dict[Reason, Texts]

CODED_REASONS: tuple[Reason, ...] = ("refused", "dont_know", "not_asked", "lost")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variation(_Part):
    """What is different about a variable in one wave."""

    levels: Codes = Field(default_factory=dict)
    missing: Missing = Field(default_factory=dict)
    range: Interval | None = None
    recode: Recode = Field(default_factory=dict)
    bands: Bands = Field(default_factory=dict)
    unlisted: str = "refuse"
    asked_if: Condition = Field(default_factory=dict)


class Variable(Variation):
    """One column of the analysis frame and how it comes out of the file.

    ``source`` is the header in the file, several if it was worded in several ways, or headers
    by wave; a wave that is not named did not ask. ``asked_if`` names the answers to other
    variables that lead to this question: everybody else was not asked.

    ``type`` is ``binary`` (two levels, the second one counts), ``categorical``, ``ordinal``
    (levels in order), ``item`` (points of a scale), ``numeric`` or ``code`` (an open set of
    labels, such as clusters). A variable with ``drop: <why>`` never leaves the file.
    """

    label: str = ""
    short: str = ""
    source: Sources = Field(default_factory=dict)
    type: Kind = "categorical"
    role: Annotated[tuple[Role, ...], BeforeValidator(as_list)] = ()
    unit: str = ""
    by_wave: Annotated[dict[str, Variation], BeforeValidator(with_text_keys)] = Field(
        default_factory=dict
    )
    drop: str = ""

    @property
    def categories(self) -> tuple[str, ...]:
        """The labels of the levels, in their declared order, each once."""
        return tuple(dict.fromkeys([*self.levels.values()] or [*self.recode, *self.bands]))


class Scale(_Part):
    """Items that measure one construct together.

    ``key`` makes it a test of knowledge: for each item the level that is right, which counts 1.
    """

    label: str = ""
    short: str = ""
    items: Texts
    reverse: Texts = ()
    points: tuple[int, int] = (0, 1)
    key: Codes = Field(default_factory=dict)
    anchors: Texts = ()
    score: Literal["mean", "sum"] = "mean"
    min_answered: Annotated[float, Field(gt=0, le=1)] = 0.5


class Replicates(_Part):
    """Replicate weights: which columns, by which method, what each squared deviation counts.

    ``multiplier`` is for all replicates; ``multipliers`` has one a replicate, as JKn needs
    where strata have different numbers of clusters.
    """

    weights: Texts
    method: Literal["JK1", "JKn", "BRR", "Fay", "bootstrap"]
    multiplier: Annotated[float, Field(gt=0)] | None = None
    multipliers: tuple[Annotated[float, Field(gt=0)], ...] = ()
    df: PositiveInt | None = None

    @model_validator(mode="after")
    def _has_one_or_each(self) -> Self:
        if (self.multiplier is None) == (not self.multipliers):
            raise ValueError("replicates need 'multiplier' or 'multipliers', not both")
        if self.multipliers and len(self.multipliers) != len(self.weights):
            text = f"{len(self.weights)} replicate weights have {len(self.multipliers)} multipliers"
            raise ValueError(text)
        return self

    @property
    def each(self) -> tuple[float, ...]:
        """What the squared deviation of each replicate counts."""
        return self.multipliers or (self.multiplier or 0.0,) * len(self.weights)


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
    """Variables, scales, sampling design and protection of one survey.

    ``repairs`` allows damage to be undone: answers that a spreadsheet took for dates, text
    that was read in the wrong encoding; and numbers written 3,5 to be read. ``impossible``
    names combinations of answers that contradict each other, for :func:`confstudy.check`.
    """

    name: str
    title: str = ""
    synthetic: bool = False
    source: str = ""
    licence: str = ""
    waves: Annotated[dict[str, str], BeforeValidator(as_codes)] = Field(default_factory=dict)
    encoding: str = ""
    repairs: Annotated[tuple[Repair, ...], BeforeValidator(as_list)] = ()
    missing: Missing = Field(default_factory=dict)
    protection: Protection = Protection()
    fieldwork: Fieldwork = Fieldwork()
    design: SampleDesign = SampleDesign()
    variables: dict[str, Variable]
    scales: dict[str, Scale] = Field(default_factory=dict)
    impossible: Annotated[dict[str, Condition], BeforeValidator(with_text_keys)] = Field(
        default_factory=dict
    )

    @property
    def kept(self) -> dict[str, Variable]:
        """The variables that enter the analysis frame."""
        return {name: v for name, v in self.variables.items() if not v.drop}

    def with_role(self, role: Role) -> list[str]:
        """Names of the kept variables that have a role."""
        return [name for name, variable in self.kept.items() if role in variable.role]

    def headers(self, name: str, wave: str = "") -> tuple[str, ...]:
        """The columns of the file a variable may be read from; none where it was not asked."""
        declared = self.variables[name].source
        return declared.get(wave, declared.get("", ())) if declared else (name,)

    def header(self, name: str) -> str:
        """The column of the file a variable is read from, or the first it may be."""
        found = self.headers(name) or next(iter(self.variables[name].source.values()), ())
        return found[0] if found else name

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
