"""What a query compares with what, in words."""

from __future__ import annotations

from confstudy.simulate.model.query import NATURAL, NEVER, Query

__all__ = ["words_of"]


def words_of(query: Query) -> str:
    """What the query compares, for whom, by which way.

    >>> words_of(Query(effect="T", contrast={"A": ("absolute", "none")}, through=("P",)))
    'T under do(A = none) with P as under do(A = absolute) less as under do(A = none)'
    """
    words = _compared(query)
    if query.path:
        words += f" along {' → '.join([query.cause, *query.path, query.effect])}"
    if query.given:
        given = " and ".join(f"{name} = {level}" for name, level in query.given.items())
        words += f", among clients with {given}"
    if query.treated:
        words += ", among those to whom it happened"
    for name, (one, other) in query.by.items():
        words += f", under do({name} = {one}) less under do({name} = {other})"
    return words


def _compared(query: Query) -> str:
    mediators = " and ".join(query.through)
    if query.step:
        size = "one SD" if query.unit == "sd" else "1"
        words = f"change of {query.effect} as do({query.step}) rises by {size}"
        if not query.through:
            return words
        how = "directly, not through" if query.direct else "through"
        return f"{words}, {how} {mediators}"
    one, other = query.contrast.get(query.cause, (NATURAL, NEVER))
    upper, lower = _world(query.cause, one), _world(query.cause, other)
    if not query.through:
        return f"{query.effect} {upper} less {lower.removeprefix('under ')}"
    if query.direct:
        return f"{query.effect} {upper} less {lower}, both with {mediators} as {lower}"
    return f"{query.effect} {lower} with {mediators} as {upper} less as {lower}"


def _world(name: str, side: str) -> str:
    if side == NATURAL:
        return "as things happen"
    return f"had {name} never happened" if side == NEVER else f"under do({name} = {side})"
