"""What a well-formed codebook must also satisfy: its parts agree with one another."""

from __future__ import annotations

import itertools
import keyword
from collections import Counter
from collections.abc import Iterator

from confstudy.codebook.conditions import of_contradictions, of_routing
from confstudy.codebook.schema import Codebook, Scale, Variable
from confstudy.codebook.waves import in_wave
from confstudy.codebook.words import is_number, plain
from confstudy.errors import did_you_mean, listing

__all__ = ["problems"]

Place = tuple[str | int, ...]
Problem = tuple[Place, str]


def problems(codebook: Codebook) -> list[Problem]:
    """Every disagreement inside a codebook, with the place it stands at."""
    found: list[Problem] = [*_of_waves(codebook)]
    for name, variable in codebook.variables.items():
        found += _of_variable(("variables", name), name, variable)
        found += of_routing(("variables", name), name, codebook)
    if not found:
        found += _of_variations(codebook)
    for name, scale in codebook.scales.items():
        found += _of_scale(("scales", name), name, scale, codebook)
    found += of_contradictions(codebook)
    return [*found, *_of_design(codebook), *_of_protection(codebook)]


def _of_waves(codebook: Codebook) -> Iterator[Problem]:
    """Waves that variables name are declared, and no variable takes their column."""
    if codebook.waves and "wave" in codebook.variables:
        yield ("variables", "wave"), "'wave' is the name of the column that tells the waves apart."
    for name, variable in codebook.variables.items():
        for part, named in (
            ("source", {*variable.source} - {""}),
            ("by_wave", {*variable.by_wave}),
        ):
            unknown_waves = sorted(named - set(codebook.waves))
            if unknown_waves:
                hint = did_you_mean(unknown_waves[0], codebook.waves)
                text = (
                    f"'{name}' names waves that 'waves' does not: {listing(unknown_waves)}.{hint}"
                )
                yield ("variables", name, part), text


def _of_variations(codebook: Codebook) -> Iterator[Problem]:
    """A variable keeps its levels in every wave, and its coding there is sound as well."""
    for wave in codebook.waves:
        local = in_wave(codebook, wave)
        for name, variable in codebook.variables.items():
            if wave not in variable.by_wave or variable.drop:
                continue
            place = ("variables", name, "by_wave", wave)
            yield from _of_variable(place, name, local.variables[name])
            yield from of_routing(place, name, local)
            number = variable.type in ("numeric", "item")
            known = set(variable.categories)
            if not number and not set(local.variables[name].categories) <= known:
                yield place, f"'{name}' has other levels in wave '{wave}': recode them to its own."


def _of_variable(place: Place, name: str, variable: Variable) -> Iterator[Problem]:
    if variable.drop:
        return
    if not name.isidentifier():
        yield place, f"'{name}' cannot stand in a formula: use letters, digits and underscores."
    elif keyword.iskeyword(name):
        yield place, f"'{name}' is a word of Python and cannot stand in a formula: add a letter."
    known = set(variable.levels.values())
    if known:
        for level in [*variable.recode, *variable.bands]:
            if level not in known:
                hint = did_you_mean(level, known)
                yield (*place, "recode"), f"'{level}' is not among the levels of '{name}'.{hint}"
    yield from _of_levels(place, name, variable)
    if not variable.categories and variable.type in ("binary", "categorical", "ordinal"):
        yield place, f"'{name}' is {variable.type} and needs 'levels' (or 'recode' or 'bands')."
    if variable.type == "binary" and len(variable.categories) not in (0, 2):
        yield (*place, "levels"), f"'{name}' is binary and needs two levels, not showing first."
    if variable.type in ("numeric", "item"):
        for key, numbers in (("recode", variable.recode), ("levels", variable.levels)):
            if not all(is_number(number) for number in numbers):
                text = f"'{name}' is {variable.type}: '{key}' starts from numbers only."
                yield (*place, key), text
        if variable.bands:
            yield (*place, "bands"), f"'{name}' has bands and so is ordinal, not {variable.type}."
    if variable.type == "code" and (variable.levels or variable.recode or variable.bands):
        yield place, f"'{name}' is an open set of codes: it takes no levels, recodes or bands."
    if variable.range and variable.range[0] > variable.range[1]:
        yield (*place, "range"), f"'{name}': the range starts above its end."
    if variable.unlisted not in ("refuse", "missing", *variable.categories):
        allowed = listing(["refuse", "missing", *variable.categories])
        yield (*place, "unlisted"), f"'{name}': 'unlisted' is one of {allowed}."
    yield from _of_bands(place, name, variable)


def _of_levels(place: Place, name: str, variable: Variable) -> Iterator[Problem]:
    """Every cell has one meaning: no spelling stands for two."""
    spelled = Counter(plain(code) for code in variable.levels)
    twice = [code for code, times in spelled.items() if times > 1]
    if twice:
        yield (*place, "levels"), f"'{name}' has levels that differ in case or spaces only."
    missing = {plain(code) for listed in variable.missing.values() for code in listed}
    if missing & set(spelled):
        yield (*place, "missing"), f"'{name}' has a missing code that is one of its levels."
    recoded = Counter(plain(text) for listed in variable.recode.values() for text in listed)
    several = [text for text, times in recoded.items() if times > 1]
    if several:
        yield (*place, "recode"), f"'{name}' recodes a spelling twice: {listing(several)}."
    if missing & set(recoded):
        yield (*place, "recode"), f"'{name}' recodes a missing code."


def _of_bands(place: Place, name: str, variable: Variable) -> Iterator[Problem]:
    bands = sorted(variable.bands.items(), key=lambda band: band[1])
    for label, (low, high) in bands:
        if low > high:
            yield (*place, "bands", label), f"'{name}': band '{label}' starts above its end."
    for (left, (_, end)), (right, (start, _)) in itertools.pairwise(bands):
        if start <= end:
            yield (*place, "bands", right), f"'{name}': bands '{left}' and '{right}' overlap."


def _of_scale(place: Place, name: str, scale: Scale, codebook: Codebook) -> Iterator[Problem]:
    if name in codebook.variables:
        yield place, f"'{name}' is both a scale and a variable."
    for item in scale.items:
        if item not in codebook.kept:
            hint = did_you_mean(item, codebook.kept)
            yield (*place, "items"), f"scale '{name}' names '{item}', not a variable.{hint}"
        elif codebook.variables[item].type != "item" and not scale.key:
            yield (*place, "items"), f"'{item}' is an item of '{name}' and needs 'type: item'."
    for item in scale.reverse:
        if item not in scale.items:
            hint = did_you_mean(item, scale.items)
            yield (*place, "reverse"), f"'{item}' is reverse-keyed but no item of '{name}'.{hint}"
    repeated = [item for item, times in Counter(scale.items).items() if times > 1]
    if repeated:
        yield (*place, "items"), f"scale '{name}' counts an item twice: {listing(repeated)}."
    for item in scale.items:
        keyed = scale.key or item not in codebook.kept
        span = None if keyed else codebook.variables[item].range
        if span is not None and span != tuple(map(float, scale.points)):
            text = f"item '{item}' has another range than the points of scale '{name}'."
            yield (*place, "points"), text
    others = [
        n for n, s in codebook.scales.items() if n != name and set(s.items) & set(scale.items)
    ]
    if any(codebook.scales[other].points != scale.points for other in others):
        yield (*place, "points"), f"scale '{name}' shares items with '{others[0]}' but not points."
    yield from _of_key(place, name, scale, codebook)
    low, high = scale.points
    if not scale.key and "points" not in scale.model_fields_set:
        yield place, f"scale '{name}' needs 'points: [lowest, highest]'."
    if low >= high:
        yield (*place, "points"), f"scale '{name}': 'points' is [lowest, highest]."
    elif scale.anchors and len(scale.anchors) != high - low + 1:
        yield (*place, "anchors"), f"scale '{name}' needs {high - low + 1} anchors, one a point."


def _of_key(place: Place, name: str, scale: Scale, codebook: Codebook) -> Iterator[Problem]:
    """The key of a test names the right level of every item."""
    if not scale.key:
        return
    if set(scale.key) != set(scale.items):
        yield (*place, "key"), f"scale '{name}': 'key' names every item once, and nothing else."
    if scale.reverse:
        yield (*place, "reverse"), f"scale '{name}' has a key: nothing in it is reverse-keyed."
    for item, right in scale.key.items():
        kept = codebook.kept.get(item)
        if kept is not None and kept.type not in ("binary", "categorical", "ordinal"):
            text = f"'{item}' is in a test with a key and needs levels: 'type: categorical'."
            yield (*place, "key", item), text
        levels = kept.categories if kept is not None else (right,)
        if right not in levels:
            hint = did_you_mean(right, levels)
            yield (*place, "key", item), f"'{right}' is not among the levels of '{item}'.{hint}"


def _of_design(codebook: Codebook) -> Iterator[Problem]:
    design = codebook.design
    named = {"weight": design.weight, "strata": design.strata, "cluster": design.cluster}
    for part, name in named.items():
        if name and name not in codebook.kept:
            hint = did_you_mean(name, codebook.kept)
            yield ("design", part), f"the design's {part} '{name}' is not a variable.{hint}"
    if design.replicates:
        absent = [name for name in design.replicates.weights if name not in codebook.kept]
        if absent:
            text = f"replicate weights that are not variables: {listing(absent)}."
            yield ("design", "replicates", "weights"), text


def _of_protection(codebook: Codebook) -> Iterator[Problem]:
    protection = codebook.protection
    if protection.k < 5 and not protection.reason:
        yield (
            ("protection", "k"),
            "a k under 5 needs a 'reason', for example the review a public-use file has had.",
        )
    quasi = codebook.with_role("quasi_identifier")
    for name in protection.suppress:
        if name not in quasi:
            hint = did_you_mean(name, quasi)
            text = f"'{name}' can only be suppressed if its role is quasi_identifier.{hint}"
            yield ("protection", "suppress"), text
