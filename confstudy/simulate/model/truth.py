"""What a structural model says of its own effects, by intervening in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import ValidationError

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.effects import answers, clustered_error
from confstudy.simulate.model.inquiries import Belief
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.query import Query
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.wording import words_of
from confstudy.simulate.model.world import World

__all__ = ["Effect", "Estimand", "Truth", "effect", "truth_of"]

_CLIENTS, _SEED = 100_000, 20_260_101


@dataclass(frozen=True)
class Estimand:
    """One effect in the model: how large, with which Monte Carlo standard error."""

    name: str
    claim: str
    estimand: str
    value: float
    mcse: float


class Truth:
    """The effects a model declares, with their values, each worked out when it is asked for.

    Attributes
    ----------
    model
        The model's name.
    names
        The estimands.
    """

    def __init__(self, structure: Structure) -> None:
        self.model = structure.name
        self._structure = structure
        self._found: dict[str, Estimand] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every estimand of the model."""
        structure = self._structure
        return (*structure.estimands, *structure.components, *structure.beliefs)

    @property
    def estimands(self) -> tuple[Estimand, ...]:
        """Every estimand with its value."""
        self._find(self.names)
        return tuple(self._found[name] for name in self.names)

    @property
    def table(self) -> pd.DataFrame:
        """One row an estimand: name, claim, estimand, value, mcse."""
        return pd.DataFrame([asdict(estimand) for estimand in self.estimands])

    def __getitem__(self, name: str) -> float:
        if name not in self.names:
            raise StructureError(unknown("Estimands", [name], self.names, f"model '{self.model}'"))
        self._find([name])
        return self._found[name].value

    def __repr__(self) -> str:
        return f"Truth of '{self.model}': {len(self.names)} estimands; see .table"

    def _find(self, names: Sequence[str]) -> None:
        structure = self._structure
        missing = [name for name in names if name not in self._found]
        world = World(structure, Population(_CLIENTS, _CLIENTS // 20, _SEED))
        asked = {name: structure.estimands[name] for name in missing if name in structure.estimands}
        for (name, query), answer in zip(
            asked.items(), answers(world, list(asked.values())), strict=True
        ):
            self._add(name, query.claim, words_of(query), answer.value, answer.mcse)
        for name in missing:
            if name in structure.components:
                component = structure.components[name]
                value = component.value(structure.vignettes[component.vignettes].vignettes)
                self._add(name, component.claim, component.words, round(value, 12), 0.0)
            elif name in structure.beliefs:
                belief = structure.beliefs[name]
                share, error = _share(world, belief)
                self._add(name, belief.claim, belief.words, round(share, 6), round(error, 6))

    def _add(self, name: str, claim: str, words: str, value: float, mcse: float) -> None:
        self._found[name] = Estimand(name, claim, words, value, mcse)


def _share(world: World, belief: Belief) -> tuple[float, float]:
    """How common an answer is in the population, and the Monte Carlo standard error."""
    tested = world.structure.tests[belief.test]
    shares = belief.shares(tested.test, world.values(wanted=[tested.of])[tested.of])
    return float(shares.mean()), clustered_error(world, shares)


@dataclass(frozen=True, repr=False)
class Effect:
    """One effect in a model.

    Attributes
    ----------
    value
        In the outcome's units, unless ``words`` say standard deviations.
    mcse
        Its Monte Carlo standard error; 0 where it is exact.
    how
        How it was found: from the coefficients, or over how many clients.
    words
        What is compared with what.
    """

    value: float
    mcse: float
    how: str
    words: str

    def __repr__(self) -> str:
        error = f", standard error {self.mcse:.1g}" if self.mcse else ""
        value = f"{self.value:.4f}".replace("-", "−")
        return f"Effect: {self.words}: {value} ({self.how}{error})"


def truth_of(structure: Structure) -> Truth:
    """What a model declares to be asked of it, exactly or as a mean over 100,000 clients.

    Each client is followed through the worlds of the question with the same background;
    chances stand in for binary outcomes, so only the clients' differences add error. A world
    that several estimands need is evaluated once, and no estimand twice.
    """
    return _truth(structure.model_dump_json())


@lru_cache(maxsize=8)
def _truth(declared: str) -> Truth:
    return Truth(Structure.model_validate_json(declared))


def effect(
    model: str | Path | Structure,
    outcome: str,
    *,
    contrast: Mapping[str, tuple[str | float, str | float]] | None = None,
    step: str = "",
    treated: str = "",
    unit: Literal["sd", "one"] = "sd",
    path: Sequence[str] = (),
    through: Collection[str] = (),
    direct: bool = False,
    given: Mapping[str, str | float] | None = None,
    by: Mapping[str, tuple[str | float, str | float]] | None = None,
    clients: int = _CLIENTS,
    seed: int = _SEED,
) -> Effect:
    """Ask a model for an effect: total, along a path, direct, indirect, or for a subgroup.

    Parameters
    ----------
    model
        A bundled name, a file, or a model that was read.
    outcome
        A variable, a scale, or what comes of the sessions.
    contrast, step, treated
        The cause, one of them: two levels of a variable or event (``natural`` and ``never``
        among them), a variable that rises, or what happened to those who are looked at.
    unit
        For ``step``: one standard deviation, or a change by 1.
    path
        Only what runs along this one path.
    through, direct
        The natural indirect effect by these mediators, or the natural direct effect.
    given
        Only for clients who naturally have these values.
    by
        A variable with two levels: the effect at the first less that at the second.
    clients, seed
        How many are simulated, and from which seed, where no exact answer is known.

    Returns
    -------
    Effect
        Value, Monte Carlo standard error, how it was found, and what was compared.

    Raises
    ------
    StructureError
        The question is not one, or names what the model does not have.

    Notes
    -----
    Estimand: a mean of differences between potential outcomes, as :class:`Query` defines them
    (Pearl 2001). Assumes: the model. Does not show: that the model holds for real clients.

    Examples
    --------
    >>> effect("therapy", "T", contrast={"A": ("absolute", "none")})
    Effect: T under do(A = absolute) less do(A = none): 0.5050 (exact: product of coefficients)
    >>> effect("therapy", "D", contrast={"A": ("absolute", "none")}, through=["T"], clients=10_000)
    Effect: D under do(A = none) with T as under do(A = absolute) ...: 0.03... (Monte Carlo ...)
    """
    structure = read_structure(model)
    query = _asked(
        structure,
        effect=outcome, contrast=dict(contrast or {}), step=step, treated=treated, unit=unit,
        path=tuple(path), through=tuple(through), direct=direct, given=dict(given or {}),
        by=dict(by or {}),
    )  # fmt: skip
    if clients < 1:
        raise StructureError(f"'clients' is a number from 1 up, not {clients}.")
    world = World(structure, Population(clients, max(1, clients // 20), seed))
    (answer,) = answers(world, [query])
    how = (
        "exact: product of coefficients"
        if answer.exact
        else f"Monte Carlo over {clients:,} clients"
    )
    return Effect(answer.value, answer.mcse, how, words_of(query))


def _asked(structure: Structure, **fields: object) -> Query:
    names = ("variables", "scales", "sessions")
    try:
        return Query.model_validate(
            fields, context={name: getattr(structure, name) for name in names}
        )
    except ValidationError as failed:
        lines = [
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}.".removeprefix(": ")
            for error in failed.errors(include_url=False, include_input=False)
        ]
        words = "\n".join(lines).replace("Value error, ", "")
        raise StructureError(f"Model '{structure.name}': {words}") from None
