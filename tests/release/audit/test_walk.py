"""There is no place in a notebook that is not looked at."""

import copy

from confstudy.release.audit.audit import audit
from tests.release.audit.test_engine import MAIL

OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": ["o\n"], "other": "z"},
    {
        "output_type": "display_data",
        "data": {"text/plain": ["p"], "application/json": {"u": {"v": [1, "w"]}}},
        "metadata": {"text/plain": {"h": "i"}},
        "transient": {"display_id": "d"},
    },
    {"output_type": "execute_result", "execution_count": 1, "data": {}, "metadata": {}},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t", "u"]},
]
CELLS = [
    {
        "cell_type": "markdown",
        "id": "m",
        "metadata": {"tags": ["t"]},
        "source": ["a\n", "b"],
        "attachments": {"x.png": {"text/plain": "t"}},
    },
    {"cell_type": "raw", "id": "r", "metadata": {"format": "f"}, "source": "raw"},
    {
        "cell_type": "code",
        "id": "c",
        "metadata": {"k": {"j": "v"}},
        "source": "x",
        "execution_count": 1,
        "outputs": OUTPUTS,
    },
]
WHOLE = {"metadata": {"a": [{"b": ["c", 1]}]}, "extra": {"k": "v"}, "cells": CELLS}


def planted(value, whole, path=()):
    """The notebook with an address at every place in turn: as a value, and as a name."""
    if not isinstance(value, dict | list):
        made = copy.deepcopy(whole)
        part = made
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = MAIL
        yield path, made
        return
    if isinstance(value, dict) and path:
        made = copy.deepcopy(whole)
        part = made
        for step in path:
            part = part[step]
        part[MAIL] = {}
        yield (*path, "a name"), made
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from planted(inner, whole, (*path, step))


def test_an_address_is_found_at_every_place_of_a_notebook():
    assert audit(WHOLE)
    cases = list(planted(WHOLE, WHOLE))
    assert len(cases) > 40
    assert [path for path, made in cases if audit(made)] == []
