"""A model as boxes and arrows: what is drawn of it, and in which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.reach import Reach
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.terms import Term
from confstudy.words import number

__all__ = ["Box", "Link", "Network", "chosen", "network"]

Kind = Literal["plain", "arm", "unit", "event"]
Sign = Literal[-1, 0, 1]
Part = tuple[Term, str]


@dataclass(frozen=True)
class Box:
    """A variable or event: its label, what kind it is in words, and how it is drawn."""

    label: str
    note: str = ""
    kind: Kind = "plain"


@dataclass(frozen=True)
class Link:
    """An arrow into ``effect`` from one cause, or from several that act together.

    ``texts`` are its numbers, each with the arm it holds in; ``assumed`` says that one of them
    has a source nobody has verified. An arrow without numbers only says that one makes the other.
    """

    causes: tuple[str, ...]
    effect: str
    texts: tuple[str, ...] = ()
    sign: Sign = 0
    assumed: bool = False


@dataclass(frozen=True)
class Network:
    """Boxes by name, and the arrows between them."""

    boxes: dict[str, Box]
    links: tuple[Link, ...]

    def only(self, names: Collection[str]) -> Network:
        """The boxes named and the arrows among them.

        Where causes act together and one of them is outside, it is named on the arrow of the
        other, if that has one of its own.
        """
        boxes = {name: box for name, box in self.boxes.items() if name in names}
        own = {(link.causes, link.effect) for link in self.links}
        links: dict[tuple[tuple[str, ...], str], Link] = {}
        for link in self.links:
            inside = tuple(cause for cause in link.causes if cause in boxes)
            if link.effect not in boxes or (inside, link.effect) not in own:
                continue
            outside = [self.boxes[cause].label for cause in link.causes if cause not in boxes]
            words = "".join(f"× {label}: " for label in outside)
            texts = tuple(f"{words}{text}" for text in link.texts)
            found = replace(link, causes=inside, texts=texts)
            key = inside, link.effect
            links[key] = _joined(links[key], found) if key in links else found
        return Network(boxes, tuple(links.values()))

    @property
    def joined(self) -> Network:
        """Without the boxes that no arrow touches."""
        ends = {name for link in self.links for name in (*link.causes, link.effect)}
        return Network({n: box for n, box in self.boxes.items() if n in ends}, self.links)

    @property
    def alone(self) -> list[str]:
        """The labels of the boxes that no arrow touches."""
        return [box.label for name, box in self.boxes.items() if name not in self.joined.boxes]


def _joined(one: Link, other: Link) -> Link:
    sign: Sign = one.sign if one.sign == other.sign else 0
    assumed = one.assumed or other.assumed
    return Link(one.causes, one.effect, one.texts + other.texts, sign, assumed)


def network(structure: Structure) -> Network:
    """Every variable, event and path of a model.

    >>> from confstudy.simulate.model.read import read_structure
    >>> drawn = network(read_structure("therapy"))
    >>> [link.texts for link in drawn.links if (link.causes, link.effect) == (("A",), "P")]
    [('conditional 0.45?', 'absolute 1.01?')]
    """
    boxes = {
        name: Box(node.label or name, _note(node.level, node.kind), _kind(node.level, node.kind))
        for name, node in structure.variables.items()
    }
    boxes |= _session_boxes(structure, boxes)
    parts: dict[tuple[tuple[str, ...], str], list[Part]] = defaultdict(list)
    for name, node in structure.variables.items():
        for text, term in zip(node.paths, node.terms, strict=True):
            parts[_ends(term), name].append((term, f"variables.{name}.paths.{text}"))
    for term, name, place in _session_terms(structure):
        parts[_ends(term), name].append((term, place))
    assumed = {entry.place for entry in structure.assumptions}
    links = [_link(causes, effect, found, assumed) for (causes, effect), found in parts.items()]
    return Network(boxes, (*links, *_plain_links(structure)))


def chosen(
    structure: Structure,
    drawn: Network,
    only: Collection[str] | None,
    effects_of: str | None,
    between: tuple[str, str] | None,
) -> Network:
    """The part of a network that a reader asks for; nothing asked is all of it."""
    named = [*(only or ()), *([effects_of] if effects_of else ()), *(between or ())]
    strange = [name for name in named if name not in drawn.boxes]
    if strange:
        where = f"model '{structure.name}'"
        raise StructureError(unknown("Variables", strange, drawn.boxes, where))
    names = set(drawn.boxes)
    reach = Reach({name: frozenset(_causes(drawn, name)) for name in drawn.boxes})
    if only is not None:
        names &= set(only)
    if effects_of is not None:
        names &= reach.below([effects_of])
    if between is not None:
        first, last = between
        inside = reach.below([first]) & reach.above([last])
        if not inside:
            raise StructureError(
                f"No path of model '{structure.name}' runs from '{first}' to '{last}': name two "
                "variables of which one has an effect on the other, the cause first."
            )
        names &= inside
    part = drawn.only(names)
    if not part.links:
        raise StructureError(
            f"No path of model '{structure.name}' has all its ends among these variables: "
            "name more of them."
        )
    return part


def _causes(drawn: Network, name: str) -> set[str]:
    return {cause for link in drawn.links if link.effect == name for cause in link.causes}


def _ends(term: Term) -> tuple[str, ...]:
    return tuple(sorted(set(term.names)))


def _note(level: str, kind: str) -> str:
    words = {"binary": "yes or no", "ordinal": "ordered", "category": "category", "arm": "arm"}
    words["count"] = "count"
    return ", ".join(word for word in (words.get(kind, ""), level) if word and word != "client")


def _kind(level: str, kind: str) -> Kind:
    if kind == "arm":
        return "arm"
    return "plain" if level == "client" else "unit"


def _session_boxes(structure: Structure, boxes: dict[str, Box]) -> dict[str, Box]:
    sessions = structure.sessions
    if sessions is None:
        return {}
    found = {
        name: Box(event.label or name, "event", "event") for name, event in sessions.events.items()
    }
    found["dropout"] = Box("Dropout", "event", "event")
    found["sessions"] = Box("Sessions attended", "count")
    last = {
        f"{name}_last": Box(f"{boxes[name].label} after the last session")
        for name in sessions.states
    }
    return found | last


def _session_terms(structure: Structure) -> Iterator[tuple[Term, str, str]]:
    """Each path into a hazard and each effect of an event, with its place."""
    sessions = structure.sessions
    if sessions is None:
        return
    hazards = {"dropout": (sessions.dropout, "sessions.dropout")}
    for name, event in sessions.events.items():
        hazards[name] = (event.hazard, f"sessions.events.{name}.hazard")
        for text, (state, size) in zip(event.effects, event.shifts, strict=True):
            term = Term(causes=((name, None), *size.causes), coefficient=size.coefficient)
            yield term, f"{state}_last", f"sessions.events.{name}.effects.{text}"
    for name, (hazard, place) in hazards.items():
        for text, term in zip(hazard.paths, hazard.terms, strict=True):
            yield term, name, f"{place}.paths.{text}"


def _plain_links(structure: Structure) -> Iterator[Link]:
    """What makes something else without a number: conditions of events, states, leaving."""
    sessions = structure.sessions
    if sessions is None:
        return
    for name, event in sessions.events.items():
        for other in event.requires:
            yield Link((other,), name)
    for name in sessions.states:
        yield Link((name,), f"{name}_last")
    yield Link(("dropout",), "sessions")


def _link(causes: tuple[str, ...], effect: str, parts: list[Part], assumed: set[str]) -> Link:
    up = any(term.coefficient > 0 for term, _ in parts)
    down = any(term.coefficient < 0 for term, _ in parts)
    sign: Sign = 0 if up == down else 1 if up else -1
    texts = []
    for term, place in parts:
        arms = " × ".join(arm for _, arm in term.causes if arm is not None)
        mark = "?" if place in assumed else ""
        texts.append(f"{arms} {number(term.coefficient)}{mark}".strip())
    return Link(
        causes,
        effect,
        tuple(texts),
        sign,
        any(place in assumed for _, place in parts),
    )
