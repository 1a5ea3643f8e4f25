"""Statements into parameters: what is free, what is held, what is added where nothing is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations

from confstudy.errors import AnalysisError
from confstudy.models.latent.defined import check_definitions
from confstudy.models.latent.syntax import Modifier, Statement

__all__ = ["Parameter", "Roles", "Specification", "specify", "variables"]

Pair = tuple[str, str, str]


@dataclass(frozen=True)
class Parameter:
    """One entry of a model's matrices in one group.

    Attributes
    ----------
    operator
        ``=~`` loading, ``~`` regression (of ``1``: intercept), ``~~`` (co)variance.
    value
        What it is held at; None where it is free, or taken from the data (``sample``).
    sample
        Held at the sample's value: means and covariances of observed exposures.
    """

    left: str
    operator: str
    right: str
    group: int = 0
    value: float | None = None
    label: str = ""
    start: float | None = None
    sample: bool = False

    @property
    def term(self) -> str:
        """Its name in tables."""
        return f"{self.left} {self.operator} {self.right}"

    @property
    def free(self) -> bool:
        """Whether it is estimated."""
        return self.value is None and not self.sample


@dataclass(frozen=True)
class Roles:
    """Which part each variable plays, in the order of the text."""

    latent: tuple[str, ...]
    observed: tuple[str, ...]
    indicators: tuple[str, ...]
    outcomes: tuple[str, ...]
    causes: tuple[str, ...]

    @property
    def exposures(self) -> tuple[str, ...]:
        """Observed variables that only predict."""
        within = {*self.latent, *self.indicators, *self.outcomes}
        return tuple(name for name in self.causes if name not in within)

    @property
    def free_latents(self) -> tuple[str, ...]:
        """Latent variables that nothing predicts."""
        within = {*self.indicators, *self.outcomes}
        return tuple(name for name in self.latent if name not in within)

    @property
    def last_outcomes(self) -> tuple[str, ...]:
        """Predicted variables that predict nothing and indicate nothing, latent ones first."""
        within = {*self.indicators, *self.causes}
        last = [name for name in self.outcomes if name not in within]
        return tuple(sorted(last, key=lambda name: name not in self.latent))


@dataclass(frozen=True)
class Specification:
    """Every parameter of every group, and what is defined from them.

    Attributes
    ----------
    fixed, given
        Exposures whose moments are held, and those of which the text says no more than that
        they predict.
    """

    roles: Roles
    parameters: tuple[Parameter, ...]
    defined: dict[str, str]
    groups: int = 1
    means: bool = False
    fixed: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def specify(
    statements: tuple[Statement, ...],
    *,
    groups: int = 1,
    means: bool = False,
    fixed_x: bool = True,
    std_lv: bool = False,
    equal: Iterable[str] = (),
) -> Specification:
    """Complete a model the usual way.

    The first indicator of each latent variable loads 1 (or, with ``std_lv``, its variance is
    1); every variable has a (residual) variance; latent variables that nothing predicts
    covary, and so do outcomes that predict nothing. Means of latent variables are 0.

    Parameters
    ----------
    means
        Whether intercepts are parameters.
    fixed_x
        Whether means and covariances of observed exposures are held at the sample's.
    equal
        What is the same in all groups: loadings, intercepts, residuals.
    """
    said = [one for one in statements if one.operator != ":="]
    defined = {one.left: one.right for one in statements if one.operator == ":="}
    roles, fixed = variables(statements, fixed_x)
    means = means or groups > 1 or any(one.right == "1" for one in said if one.operator == "~")
    table: list[Parameter] = []
    for group in range(groups):
        own = {p[:3]: _parameter(p, one, group, groups) for one in said for p in [_key(one)]}
        _identify(own, roles, std_lv, group, said, tuple(equal))
        _complete(own, roles, fixed, means, group)
        table += own.values()
    table = _equalised(table, roles, tuple(equal)) if groups > 1 else table
    labels = list(dict.fromkeys(p.label for p in table if p.label))
    check_definitions(defined, labels)
    given = variables(statements)[1]
    return Specification(roles, tuple(table), defined, groups, means, fixed, given)


def variables(
    statements: tuple[Statement, ...], fixed_x: bool = True
) -> tuple[Roles, tuple[str, ...]]:
    """The part each variable plays, and the exposures whose moments are held."""
    said = [one for one in statements if one.operator != ":="]
    roles = _roles(said)
    mentioned = {n for one in said if one.operator == "~~" for n in (one.left, one.right)}
    mentioned |= {one.left for one in said if one.operator == "~" and one.right == "1"}
    return roles, tuple(n for n in roles.exposures if fixed_x and n not in mentioned)


def _roles(said: list[Statement]) -> Roles:
    latent = tuple(dict.fromkeys(one.left for one in said if one.operator == "=~"))
    indicators = tuple(dict.fromkeys(one.right for one in said if one.operator == "=~"))
    paths = [one for one in said if one.operator == "~" and one.right != "1"]
    outcomes = tuple(dict.fromkeys(one.left for one in paths))
    causes = tuple(dict.fromkeys(one.right for one in paths))
    for one in said:
        if one.left == one.right and one.operator != "~~":
            raise AnalysisError(f"Line {one.line} of the model: '{one.left}' cannot act on itself.")
    named = [*indicators, *outcomes, *causes]
    named += [n for one in said if one.operator == "~~" for n in (one.left, one.right)]
    named += [one.left for one in said if one.right == "1"]
    observed = tuple(dict.fromkeys(name for name in named if name not in latent))
    if not observed:
        raise AnalysisError("The model names no observed variable.")
    return Roles(latent, observed, indicators, outcomes, causes)


def _key(one: Statement) -> Pair:
    return one.left, one.operator, one.right


def _parameter(key: Pair, one: Statement, group: int, groups: int) -> Parameter:
    size = len(one.modifiers)
    if size not in (0, 1, groups):
        raise AnalysisError(
            f"Line {one.line} of the model: c(…) gives {size} values for {groups} groups."
        )
    modifier = one.modifiers[group if size > 1 else 0] if size else Modifier()
    value = None if modifier.free else modifier.value
    return Parameter(*key, group, value, modifier.label, modifier.start)


def _identify(
    own: dict[Pair, Parameter],
    roles: Roles,
    std_lv: bool,
    group: int,
    said: list[Statement],
    equal: tuple[str, ...],
) -> None:
    """Give each latent variable a scale, and single indicators no error."""
    for name in roles.latent:
        loadings = [one for one in said if one.operator == "=~" and one.left == name]
        first = own[_key(loadings[0])]
        untouched = not loadings[0].modifiers or not any(
            m.free or m.value is not None for m in loadings[0].modifiers
        )
        held = any(own[_key(one)].value is not None for one in loadings)
        if std_lv:
            later = group > 0 and "loadings" in equal
            if not later:
                own.setdefault((name, "~~", name), Parameter(name, "~~", name, group, 1.0))
        elif untouched and not held:
            own[_key(loadings[0])] = replace(first, value=1.0)
        only = loadings[0].right
        if len(loadings) == 1 and only not in roles.latent:
            own.setdefault((only, "~~", only), Parameter(only, "~~", only, group, 0.0))


def _complete(
    own: dict[Pair, Parameter],
    roles: Roles,
    fixed: tuple[str, ...],
    means: bool,
    group: int,
) -> None:
    """Add variances, covariances and intercepts that the text leaves unsaid."""

    def add(left: str, right: str, operator: str = "~~", **held: float | bool) -> None:
        twin = operator == "~~" and (right, operator, left) in own
        if (left, operator, right) not in own and not twin:
            value = held.get("value")
            own[left, operator, right] = Parameter(
                left, operator, right, group, None if value is None else float(value),
                sample=bool(held.get("sample", False)),
            )  # fmt: skip

    for name in (*roles.observed, *roles.latent):
        add(name, name, sample=name in fixed)
    for one, two in combinations(roles.free_latents, 2):
        add(one, two)
    for one, two in combinations(roles.last_outcomes, 2):
        add(one, two)
    for one, two in combinations(roles.exposures, 2):
        add(one, two, sample=one in fixed and two in fixed)
    if means:
        for name in roles.observed:
            add(name, "1", "~", sample=name in fixed)
        for name in roles.latent:
            add(name, "1", "~", value=0.0)


def _equalised(table: list[Parameter], roles: Roles, equal: tuple[str, ...]) -> list[Parameter]:
    """The same parameters, with what is equal across groups under one label."""
    indicators = [name for name in roles.indicators if name in roles.observed]
    result = []
    for one in table:
        alike = (
            (one.operator == "=~" and "loadings" in equal)
            or (one.right == "1" and one.left in indicators and "intercepts" in equal)
            or (
                one.operator == "~~"
                and one.left == one.right
                and one.left in indicators
                and "residuals" in equal
            )
        )
        if alike and one.free:
            one = replace(one, label=one.label or f".{one.term}")
        freed = one.right == "1" and one.left in roles.latent and "intercepts" in equal
        if freed and one.group > 0:
            one = replace(one, value=None)
        result.append(one)
    return result
