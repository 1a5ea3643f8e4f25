"""Notebooks that give respondents away: name → builder(seed); three seeds give three variants."""

from tests.release.audit import (
    leaks_carried,
    leaks_coded,
    leaks_figures,
    leaks_later,
    leaks_listings,
    leaks_models,
    leaks_small,
    leaks_tables,
    leaks_words,
)

_ROOMS = (leaks_tables, leaks_words, leaks_figures, leaks_models, leaks_coded)
_READINGS = (leaks_listings, leaks_small, leaks_carried, leaks_later)

#: The kinds that the gate promises to refuse.
LISTED = {name: build for room in _ROOMS for name, build in room.LISTED.items()}
#: Kinds that nobody promised.
OWN = {name: build for room in (*_ROOMS, *_READINGS) for name, build in room.OWN.items()}
LEAKS = LISTED | OWN
