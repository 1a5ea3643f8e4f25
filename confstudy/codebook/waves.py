"""One codebook for several waves: which wave a file is, and the codebook as it is for one file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from confstudy.codebook.schema import Codebook, Variable
from confstudy.codebook.words import heading
from confstudy.errors import CodebookMismatch, listing

__all__ = ["in_wave", "resolved", "wave_of", "with_wave"]


def wave_of(codebook: Codebook, file: str, headers: Iterable[str]) -> str:
    """The wave of a file: named in its file name, else the one with most of its headers.

    Raises
    ------
    CodebookMismatch
        Neither says it; pass ``cs.load({"2016": path, ...})``.
    """
    if not codebook.waves:
        return ""
    stem = file.rpartition("/")[2].casefold()
    named = [
        wave
        for wave in codebook.waves
        if re.search(rf"(?<![^\W_]){re.escape(wave.casefold())}(?![0-9])", stem)
        or (wave.isdigit() and re.search(rf"(?<!\d){wave}(?!\d)", stem))
    ]
    if len(named) == 1:
        return named[0]
    known = {heading(header) for header in headers}
    asked = {wave: _asked(codebook, wave, known) for wave in codebook.waves}
    most = [wave for wave, count in asked.items() if count and count == max(asked.values())]
    if len(most) == 1:
        return most[0]
    raise CodebookMismatch(
        f"Which wave is '{file}'? Codebook '{codebook.name}' has {listing(codebook.waves)}: let "
        "the file's name hold one of them, or load {wave: file, …}."
    )


def _asked(codebook: Codebook, wave: str, known: set[str]) -> int:
    """How many variables a wave asked, or 0 unless the file has all of them."""
    asked = [headers for name in codebook.kept if (headers := codebook.headers(name, wave))]
    there = all(any(heading(one) in known for one in headers) for headers in asked)
    return len(asked) if there else 0


def in_wave(codebook: Codebook, wave: str) -> Codebook:
    """The codebook with what is different in a wave, sources included."""
    variables = {
        name: _varied(variable, wave, codebook.headers(name, wave))
        for name, variable in codebook.variables.items()
    }
    return codebook.model_copy(update={"variables": variables})


def _varied(variable: Variable, wave: str, headers: tuple[str, ...]) -> Variable:
    variation = variable.by_wave.get(wave)
    changes: dict[str, Any] = {"source": {"": headers}, "by_wave": {}}
    if variation is not None:
        changes |= {name: getattr(variation, name) for name in variation.model_fields_set}
    return variable.model_copy(update=changes)


def resolved(codebook: Codebook, wave: str, headers: Iterable[str]) -> Codebook:
    """The codebook for one file: each variable's source is the header it has there.

    A header is matched as it is written, else without case, markup, asterisks and extra
    spaces. A variable of another wave keeps no source; one whose header is absent keeps the
    declared ones, for the message about it.
    """
    local = in_wave(codebook, wave)
    there = dict.fromkeys(headers)
    alike: dict[str, str] = {}
    for header in there:
        alike.setdefault(heading(header), header)
    variables = {}
    for name, variable in local.variables.items():
        declared = variable.source[""]
        exact = [header for header in declared if header in there]
        near = [alike[heading(one)] for one in declared if heading(one) in alike]
        found = exact or near
        source = {"": tuple(found[:1])} if found else variable.source
        variables[name] = variable.model_copy(update={"source": source})
    return local.model_copy(update={"variables": variables})


def with_wave(codebook: Codebook) -> Codebook:
    """The codebook of the stacked frame: ``wave`` is one of its quasi-identifiers."""
    if not codebook.waves:
        return codebook
    wave = Variable(
        label="Wave",
        short="wave",
        type="categorical",
        levels={name: name for name in codebook.waves},
        role=("quasi_identifier",),
    )
    return codebook.model_copy(update={"variables": {"wave": wave, **codebook.variables}})
