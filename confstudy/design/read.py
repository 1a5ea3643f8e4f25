"""Designs written in YAML, with what is asked of them: the Python, verb by verb."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError, validate_call

from confstudy.codebook.lines import Document, parse_yaml
from confstudy.design import answers, comparisons, estimands, parts, simple
from confstudy.design.batch import Answer
from confstudy.design.declare import Design
from confstudy.design.estimands import Inquiry
from confstudy.errors import ConfstudyError, DeclarationError, did_you_mean, listing, unknown
from confstudy.simulate.model.read import bundled_models
from confstudy.simulate.sample.sampling import Sampling

__all__ = ["Planned", "parse_design", "read_design"]

Place = tuple[str | int, ...]
Verbs = Mapping[str, Callable[..., Any]]

_KEYS = (
    "model", "seed", "population", "assign", "measure", "missing", "sample", "vary",
    "estimands", "answers", "replications", "until", "level", "find",
)  # fmt: skip
_MODELS: Verbs = {each.__name__: each for each in (simple.two_arms, simple.two_shares)}
_MODELS = {**_MODELS, "clusters": simple.clusters}
_ARMS: Verbs = {
    each.__name__: each for each in (parts.block_ra, parts.complete_ra, parts.cluster_ra)
}
_SCALES: Verbs = {"likert": parts.likert}
_LOST: Verbs = {each.__name__: each for each in (parts.mcar, parts.mar, parts.mnar)}
_ASKED: Verbs = {name: getattr(estimands, name) for name in estimands.__all__ if name.islower()}
_ANSWERS: Verbs = {
    "spec": answers.spec,
    "indirect": answers.indirect,
    "difference": comparisons.difference,
}


@dataclass(frozen=True, repr=False)
class Planned:
    """A design with its questions, and how it is to be diagnosed.

    Attributes
    ----------
    options
        ``replications``, ``until`` (the wanted error of power) and ``level``, as far as given.
    find
        Number → options of :func:`confstudy.find_n`.
    """

    design: Design
    estimands: tuple[Inquiry, ...]
    answers: tuple[Answer, ...]
    options: dict[str, Any]
    find: dict[str, dict[str, Any]]


def read_design(path: str | Path) -> Planned:
    """Read a design from a YAML file; DeclarationError names the line of every mistake."""
    path = Path(path)
    try:
        return parse_design(path.read_text("utf-8-sig"), path.name, path.parent)
    except FileNotFoundError:
        there = [each.name for each in path.parent.glob("*.y*ml")]
        hint = did_you_mean(path.name, there)
        raise DeclarationError(f"No file '{path.name}' in that folder.{hint}") from None
    except (OSError, UnicodeDecodeError):
        raise DeclarationError(f"'{path.name}' cannot be read: a design is UTF-8 text.") from None


def parse_design(text: str, name: str = "design.yaml", folder: Path = Path()) -> Planned:
    r"""Parse the text of a design; models are looked for beside it.

    Examples
    --------
    >>> text = '''
    ... model: {two_arms: 0.25, per_arm: 150}
    ... seed: 1
    ... estimands: [{ate: y, arm: [treated, control]}]
    ... answers: [{difference: y, by: arm}]
    ... '''
    >>> parse_design(text).design.n
    300
    >>> parse_design(text.replace("per_arm", "per_arn"))
    Traceback (most recent call last):
    confstudy.errors.DeclarationError: design.yaml, line 2: 'per_arn' is not known. ...
    """
    document = parse_yaml(text, name, DeclarationError)
    if not isinstance(document.content, dict):
        raise DeclarationError(f"{name}, line 1: a design is a mapping with 'model' and 'seed'.")
    reader = _Reader(document.content, folder)
    planned = reader.planned()
    if planned is None or reader.problems:
        raise DeclarationError(_told(document, reader.problems))
    return planned


def _told(document: Document, problems: list[tuple[Place, str]]) -> str:
    lines = [f"{document.where(place)}: {text}" for place, text in problems]
    return "\n".join(dict.fromkeys(lines))


@dataclass
class _Reader:
    """Reads part by part, and goes on after a mistake so that all are told at once."""

    content: dict[str, Any]
    folder: Path
    problems: list[tuple[Place, str]] = field(default_factory=list)

    def planned(self) -> Planned | None:
        for key in self.content:
            if key not in _KEYS:
                self._wrong((key,), _strange(str(key), _KEYS))
        for key in ("seed", "estimands", "answers"):
            if key not in self.content:
                self._wrong((), f"'{key}' is missing.")
        asked = [self._asked(*each) for each in self._entries("estimands")]
        analyses = [self._made(*each, _ANSWERS) for each in self._entries("answers")]
        made = self._design()
        options, find = self._options(), self._find()
        if self.problems or made is None:
            return None
        for place, answer in enumerate(analyses):
            strange = [column for column in answer.columns if column not in made.columns]
            if strange:
                text = unknown("Columns", strange, made.columns, "the design")
                self._wrong(("answers", place), text)
        for place, each in enumerate(asked):
            self._done(("estimands", place), each.value, made)
        return Planned(made, tuple(asked), tuple(analyses), options, find)

    def _design(self) -> Design | None:
        """The design, or None where it is not declared well."""
        seed, model = self.content.get("seed"), self.content.get("model", "therapy")
        if not isinstance(seed, int) or isinstance(seed, bool):
            self._wrong(("seed",), "'seed' is a whole number, 0 or more.")
            return None
        made: Design | None
        if isinstance(model, dict):
            made = self._made(("model",), model, _MODELS, seed=seed)
        else:
            beside = self.folder / str(model)
            source = model if model in bundled_models() else beside
            made = self._done(("model",), _begun, source, seed=seed)
        arms = self._each("assign", _ARMS)
        scales = self._each("measure", _SCALES)
        lost = dict(self._part("missing"))
        unit = lost.pop("unit", None)
        if unit is not None:
            lost["unit"] = self._made(("missing", "unit"), unit, _LOST)
        if self.problems or made is None:
            return None
        made = self._done(("population",), made.population, **self._part("population")) or made
        for name, given in arms.items():
            made = self._done(("assign", name), made.assign, **{name: given}) or made
        for name, given in scales.items():
            made = self._done(("measure", name), made.measure, **{name: given}) or made
        made = self._done(("missing",), made.missing, **lost) or made
        if "sample" in self.content:
            drawn = self._done(("sample",), Sampling.model_validate, self.content["sample"])
            made = made if drawn is None else made.sample(drawn)
        for name, value in self._part("vary").items():
            made = self._done(("vary", name), made.vary, **{name: value}) or made
        return made

    def _options(self) -> dict[str, Any]:
        kinds = {"replications": int, "until": float, "level": float}
        found = {name: self.content[name] for name in kinds if name in self.content}
        for name, value in found.items():
            if not isinstance(value, int | kinds[name]) or isinstance(value, bool):
                self._wrong((name,), f"'{name}' is a number.")
        return found

    def _find(self) -> dict[str, dict[str, Any]]:
        found = {}
        for name, given in self._part("find").items():
            options = given if isinstance(given, dict) else {"power": given}
            for key in options:
                if key not in ("power", "between", "replications"):
                    text = _strange(str(key), ("power", "between", "replications"))
                    self._wrong(("find", name, key), text)
            found[name] = dict(options)
        return found

    def _asked(self, place: Place, entry: Any) -> Any:
        name = entry.get("name") if isinstance(entry, dict) else None
        if name is None:
            return self._made(place, entry, _ASKED)
        made = self._made(place, {k: v for k, v in entry.items() if k != "name"}, _ASKED)
        return made and made.named(str(name))

    def _entries(self, key: str) -> list[tuple[Place, Any]]:
        given = self.content.get(key, [])
        if not isinstance(given, list) or (key in self.content and not given):
            self._wrong((key,), f"'{key}' is a list of one or more.")
            return []
        return [((key, number), entry) for number, entry in enumerate(given)]

    def _part(self, key: str) -> dict[str, Any]:
        given = self.content.get(key, {})
        if isinstance(given, dict):
            return given
        self._wrong((key,), f"'{key}' is a mapping, {{name: value}}.")
        return {}

    def _each(self, key: str, verbs: Verbs) -> dict[str, Any]:
        return {name: self._made((key, name), e, verbs) for name, e in self._part(key).items()}

    def _made(self, place: Place, entry: Any, verbs: Verbs, **more: Any) -> Any:
        """What ``{verb: first argument, other: …}`` stands for."""
        named = [key for key in entry if key in verbs] if isinstance(entry, dict) else []
        if len(named) != 1:
            keys = list(entry) if isinstance(entry, dict) else [entry]
            hint = next((h for key in keys if (h := did_you_mean(str(key), verbs))), "")
            return self._wrong(place, f"name one of {listing(verbs)} here.{hint}")
        verb = named[0]
        rest = {key: value for key, value in entry.items() if key != verb}
        first = next(iter(inspect.signature(verbs[verb]).parameters))
        if first in rest:
            return self._wrong(place, f"'{first}' is what stands after '{verb}:'.")
        return self._done(place, verbs[verb], entry[verb], first=verb, **rest, **more)

    def _done(self, place: Place, verb: Callable[..., Any], *given: Any, **named: Any) -> Any:
        first = named.pop("first", None)
        called = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(verb)
        try:
            return called(*given, **named)
        except ValidationError as failed:
            allowed = [name for name in inspect.signature(verb).parameters if name != "seed"]
            for error in failed.errors(include_url=False, include_input=False):
                inner = [first if part == 0 else part for part in error["loc"][:1]]
                where = (*place, *(part for part in inner if part is not None))
                self._wrong(where, _worded(where, error["type"], error["msg"], allowed))
        except ConfstudyError as problem:
            self._wrong(place, str(problem))
        return None

    def _wrong(self, place: Place, text: str) -> None:
        self.problems.append((place, text))


def _begun(model: str | Path, seed: int) -> Design:
    return Design(model, seed)


def _worded(place: Place, kind: str, message: str, allowed: list[str]) -> str:
    name = str(place[-1]) if place else ""
    if kind == "unexpected_keyword_argument":
        return _strange(name, allowed)
    if kind.startswith("missing"):
        return f"'{name}' is missing."
    text = message.removeprefix("Value error, ")
    return f"'{name}': {text[0].lower()}{text[1:]}."


def _strange(name: str, allowed: tuple[str, ...] | list[str]) -> str:
    hint = did_you_mean(name, allowed)
    return f"'{name}' is not known.{hint} Allowed: {listing(allowed, most=20)}."
