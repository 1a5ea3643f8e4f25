"""Recipes for anonymizing, written in YAML: what to drop, coarsen, cap, average and suppress."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    PrivateAttr,
    ValidationError,
)  # fmt: skip

from confstudy.codebook.lines import Document, parse_yaml
from confstudy.codebook.words import Bands, Recode, Texts, plain
from confstudy.errors import RecipeError, did_you_mean, listing

__all__ = [
    "Coarsening", "Limit", "Microaggregation", "Place", "Problem", "Recipe", "Suppression",
    "parse_recipe", "read_recipe",
]  # fmt: skip

Place = tuple[str | int, ...]
Problem = tuple[Place, str]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Coarsening(_Part):
    """One way to make a variable coarser.

    ``bands`` are labels with their lowest and highest number, ``width`` makes equal bands that
    begin at ``start``; ``groups`` are labels with their levels, ``rest`` labels all others.
    """

    bands: Bands = Field(default_factory=dict)
    width: Annotated[float, Field(gt=0)] | None = None
    start: float = 0
    groups: Recode = Field(default_factory=dict)
    rest: str = ""

    @property
    def numeric(self) -> bool:
        """Whether it starts from numbers."""
        return bool(self.bands or self.width)


class Limit(_Part):
    """A number that stands for all beyond it, or the percentile that it is."""

    value: float | None = None
    percentile: Annotated[float, Field(gt=0, lt=100)] | None = None


class Microaggregation(_Part):
    """Numbers to replace by the means of groups of at least ``size`` alike respondents."""

    variables: Texts
    size: Annotated[int, Field(ge=2)] = 5


class Suppression(_Part):
    """What the gate asks in the end; ``order`` is what may be blanked, first things first."""

    k: PositiveInt | None = None
    l: PositiveInt | None = None  # noqa: E741
    order: Texts = ()


def _as_limit(value: Any) -> Any:
    return {"value": value} if isinstance(value, int | float | str) else value


Limits = dict[str, Annotated[Limit, BeforeValidator(_as_limit)]]


class Recipe(_Part):
    """Steps that make a survey anonymous, in the order in which they are written here."""

    name: str = "recipe"
    drop: Texts = ()
    coarsen: dict[str, Coarsening] = Field(default_factory=dict)
    top_code: Limits = Field(default_factory=dict)
    bottom_code: Limits = Field(default_factory=dict)
    microaggregate: Microaggregation | None = None
    suppress: Suppression = Suppression()
    _document: Document = PrivateAttr(default=Document("recipe", {}, {}))

    @property
    def content(self) -> dict[str, Any]:
        """What was declared, without what was left out."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def sha256(self) -> str:
        """The hash of the content, whatever its spacing and comments."""
        return sha256(json.dumps(self.content, ensure_ascii=False).encode()).hexdigest()

    @property
    def steps(self) -> tuple[str, ...]:
        """Each step in words, without a level or a number of the data."""
        done = [f"drop {', '.join(self.drop)}"] if self.drop else []
        for name, change in self.coarsen.items():
            how = (
                f"{len(change.bands)} bands" if change.bands else f"bands of {change.width or 0:g}"
            )
            kinds = len(change.groups) + bool(change.rest)
            done.append(f"coarsen {name} into {how if change.numeric else f'{kinds} groups'}")
        for verb, limits in (("top-code", self.top_code), ("bottom-code", self.bottom_code)):
            for name, limit in limits.items():
                at = f"{limit.value:,}" if limit.percentile is None else f"p{limit.percentile:g}"
                done.append(f"{verb} {name} at {at}")
        if self.microaggregate:
            names, size = ", ".join(self.microaggregate.variables), self.microaggregate.size
            done.append(f"microaggregate {names} in groups of {size}")
        if self.suppress != Suppression():
            wanted = {"k": self.suppress.k, "l": self.suppress.l}
            ask = " and ".join(f"{part} = {asked}" for part, asked in wanted.items() if asked)
            order = ", ".join(self.suppress.order)
            done.append(" ".join(["suppress", *([order] if order else []), f"for {ask or 'k'}"]))
        return tuple(done)

    @property
    def touched(self) -> dict[str, Place]:
        """The variables whose values change, and where the recipe says so."""
        places: dict[str, Place] = {}
        for part in ("coarsen", "top_code", "bottom_code"):
            places |= {name: (part, name) for name in getattr(self, part)}
        together = self.microaggregate.variables if self.microaggregate else ()
        return places | dict.fromkeys(together, ("microaggregate", "variables"))

    def refuse(self, problems: list[Problem]) -> None:
        """Raise a RecipeError that names the line of every problem, if there are any."""
        if problems:
            lines = [f"{self._document.where(place)}: {text}" for place, text in problems]
            raise RecipeError("\n".join(dict.fromkeys(lines)))

    def __repr__(self) -> str:
        return f"Recipe '{self.name}' ({self.sha256[:12]}): {'; '.join(self.steps) or 'no steps'}"

    __str__ = __repr__


def read_recipe(recipe: str | Path | Mapping[str, Any] | Recipe) -> Recipe:
    """Read a recipe from a file or a mapping, or pass one through.

    Raises
    ------
    RecipeError
        Naming file and line of every mistake.

    Examples
    --------
    >>> read_recipe({"drop": "ip", "suppress": {"k": 5, "order": ["region", "age"]}}).steps
    ('drop ip', 'suppress region, age for k = 5')
    """
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(recipe, Mapping):
        return _validated(Document("recipe", dict(recipe), {}))
    path = Path(recipe)
    if not path.is_file():
        raise RecipeError(f"No recipe '{path.name}' there.")
    try:
        text = path.read_text("utf-8-sig")
    except (UnicodeDecodeError, OSError):
        raise RecipeError(f"{path.name}: a recipe is UTF-8 text; this file is not.") from None
    return parse_recipe(text, path.name)


def parse_recipe(text: str, name: str = "recipe.yaml") -> Recipe:
    r"""Parse and validate the text of a recipe.

    Examples
    --------
    >>> parse_recipe("drop: [ip]\ncoarsen: {age: {band: {}}}", "public.yaml")
    Traceback (most recent call last):
    confstudy.errors.RecipeError: public.yaml, line 2: 'band' is not known. Did you mean 'bands'?
    """
    document = parse_yaml(text, name, RecipeError)
    if not isinstance(document.content, dict):
        raise RecipeError(f"{name}, line 1: a recipe is a mapping, such as 'drop: [email]'.")
    return _validated(document)


def _validated(document: Document) -> Recipe:
    try:
        recipe = Recipe.model_validate(document.content)
    except ValidationError as failed:
        errors = failed.errors(include_url=False, include_input=False)
        found = [(tuple(error["loc"]), _worded(dict(error))) for error in errors]
        lines = [f"{document.where(place)}: {text}" for place, text in found]
        raise RecipeError("\n".join(dict.fromkeys(lines))) from None
    recipe._document = document
    recipe.refuse([*_of_steps(recipe), *_of_coarsening(recipe)])
    return recipe


_MODELS: dict[str, type[BaseModel]] = {
    "coarsen": Coarsening, "top_code": Limit, "bottom_code": Limit,
    "microaggregate": Microaggregation, "suppress": Suppression,
}  # fmt: skip


def _worded(error: dict[str, Any]) -> str:
    place = [str(part) for part in error["loc"] if part != "[key]"]
    if error["type"] == "extra_forbidden":
        model = _MODELS.get(place[0], Recipe) if len(place) > 1 else Recipe
        hint = did_you_mean(place[-1], model.model_fields)
        return f"'{place[-1]}' is not known.{hint} Allowed: {listing(model.model_fields)}."
    message = str(error["msg"])
    message = message[0].lower() + message[1:]
    return f"'{'.'.join(place)}': {message}."


def _of_steps(recipe: Recipe) -> Iterator[Problem]:
    for name, place in recipe.touched.items():
        if name in recipe.drop:
            yield place, f"'{name}' is dropped, so nothing else can be done with it."
    for part in ("top_code", "bottom_code"):
        for name, limit in getattr(recipe, part).items():
            if (limit.value is None) == (limit.percentile is None):
                yield (part, name), f"'{name}' needs a number or a percentile, and one of them."
            if name in recipe.coarsen:
                yield (part, name), f"'{name}' is coarsened: its outer bands cap it already."
    if recipe.microaggregate:
        names, place = recipe.microaggregate.variables, ("microaggregate", "variables")
        twice = [name for name in names if names.count(name) > 1 or name in recipe.coarsen]
        if not names or twice:
            yield place, f"name numbers to average, each once and none coarsened {listing(twice)}."


def _of_coarsening(recipe: Recipe) -> Iterator[Problem]:
    for name, change in recipe.coarsen.items():
        place = ("coarsen", name)
        ways = [bool(change.bands), change.width is not None, bool(change.groups or change.rest)]
        if sum(ways) != 1:
            yield place, f"'{name}' needs one of 'bands', 'width' or 'groups'."
        spans = sorted(change.bands.items(), key=lambda band: band[1])
        for label, (low, high) in spans:
            if low > high:
                yield (*place, "bands", label), f"band '{label}' starts above its end."
        for (left, (_, end)), (right, (start, _)) in itertools.pairwise(spans):
            if start <= end:
                yield (*place, "bands", right), f"bands '{left}' and '{right}' overlap."
        listed = [plain(level) for levels in change.groups.values() for level in levels]
        if len(set(listed)) < len(listed):
            yield (*place, "groups"), f"'{name}' has a level in two groups."
