"""The variants of a report: parameters from notebook, reports.toml, matrix and command line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path, PurePosixPath
from string import Formatter
from typing import Any

from confstudy.errors import ConfigError, ParameterError, did_you_mean, listing, unknown
from confstudy.report.config import Config
from confstudy.report.params import Parameter, checked
from confstudy.report.paramtypes import kinds, type_of

__all__ = ["Variant", "public", "variants"]

#: Text parameters that name files by custom; those of type Path do by their type.
_FILES = ("data", "codebook")


@dataclass(frozen=True)
class Variant:
    """One page of a report.

    Attributes
    ----------
    folder
        ``default``, or the parameters that set it apart: ``wave=1,outcome=trust-3fa1c2``.
    title
        The report's title, its placeholders filled.
    parameters
        Every parameter of the notebook, typed.
    shown
        The same without the folders of whoever builds: what may be published.
    data
        The files it declares: by ``data`` in reports.toml and by its parameters, with the
        codebooks beside them.
    """

    folder: str
    title: str
    parameters: dict[str, Any]
    shown: dict[str, Any]
    data: list[Path]


def variants(
    config: Config,
    name: str,
    declared: Mapping[str, Parameter],
    given: Mapping[str, object],
    start: Path,
    only: Mapping[str, str] | None = None,
) -> list[Variant]:
    """All variants of a report, in the order of its matrix.

    A parameter has its value from the notebook, else from ``params`` in reports.toml, else
    from ``matrix``, else from the command line; the last that speaks counts.

    Parameters
    ----------
    declared
        What the notebook declares.
    given
        Parameters from the command line; a parameter of the matrix then has this value alone.
        Files are meant from the folder ``start``.
    only
        Values of the matrix to choose variants by.

    Raises
    ------
    ParameterError
        An unknown name, a value that is not of its type, or a file that is not there.
    ConfigError
        A file or a placeholder of reports.toml that does not exist.
    """
    entry = config.named(name)
    home = config.notebook(name).parent
    files = _file_names(declared)
    axes = _axes(entry.matrix, declared, given)
    typed = {key: p.parsed(given[key]) for key, p in declared.items() if key in given}
    moved = {**given, **_moved(typed, files, start, home)}
    chosen = {key: declared[key].parsed(text) for key, text in _known_axes(only or {}, axes)}
    apart = [key for key in declared if key in axes or key in given]
    found = []
    for combination in product(*axes.values()):
        values = checked(
            declared, {**entry.params, **dict(zip(axes, combination, strict=True)), **moved}
        )
        if any(values[key] != value for key, value in chosen.items()):
            continue
        shown = public(values, files)
        data = [*config.data(name), *_data(values, files, home)]
        folder = _folder({key: values[key] for key in apart}, files, home, config.root)
        title = _titled(entry.title, shown, name)
        found.append(Variant(folder, title, values, shown, list(dict.fromkeys(data))))
    if not found:
        told = ", ".join(f"{key}={value}" for key, value in (only or {}).items())
        raise ParameterError(f"Report '{name}' has no variant with {told}.")
    return found


def public(values: Mapping[str, Any], files: tuple[str, ...] = _FILES) -> dict[str, Any]:
    """Parameters without the folders of whoever builds the report.

    >>> public({"data": "/home/ann/wave1.csv", "n": 3})
    {'data': 'wave1.csv', 'n': 3}
    """
    return {
        name: _each(value, lambda text: PurePosixPath(text).name) if name in files else value
        for name, value in values.items()
    }


def _file_names(declared: Mapping[str, Parameter]) -> tuple[str, ...]:
    typed = [name for name, p in declared.items() if Path in kinds(type_of(p.type))]
    return tuple(dict.fromkeys([*_FILES, *typed]))


def _axes(
    matrix: Mapping[str, tuple[Any, ...]],
    declared: Mapping[str, Parameter],
    given: Mapping[str, object],
) -> dict[str, list[Any]]:
    """The matrix with typed values, without what the command line says."""
    strange = [name for name in matrix if name not in declared]
    if strange:
        raise ParameterError(unknown("Parameters of the matrix", strange, declared, "the notebook"))
    axes: dict[str, list[Any]] = {}
    for name in (name for name in declared if name in matrix and name not in given):
        axes[name] = [declared[name].parsed(value) for value in matrix[name]]
        if any(value in axes[name][:place] for place, value in enumerate(axes[name])):
            raise ParameterError(f"Parameter '{name}' has a value in the matrix twice.")
    return axes


def _known_axes(
    only: Mapping[str, str], axes: Mapping[str, list[Any]]
) -> Iterator[tuple[str, str]]:
    strange = [name for name in only if name not in axes]
    if strange:
        raise ParameterError(unknown("Parameters", strange, axes, "the matrix"))
    yield from only.items()


def _moved(
    given: Mapping[str, object], files: tuple[str, ...], start: Path, home: Path
) -> dict[str, object]:
    """Files named from where a person stands, as the notebook's folder sees them."""

    def seen_from_home(text: str) -> str:
        there = text and (start / text).is_file()
        return os.path.relpath(start / text, home) if there else text

    return {name: _each(given[name], seen_from_home) for name in files if name in given}


def _data(values: Mapping[str, Any], files: tuple[str, ...], home: Path) -> Iterator[Path]:
    """The files that parameters name, and the codebook beside the data."""
    for name in files:
        value = values.get(name)
        for text in value if isinstance(value, list) else [value]:
            path = home / str(text)
            if text and path.is_file():
                yield path
            elif text and name != "codebook":
                near = [found.name for found in path.parent.glob("*") if found.is_file()]
                raise ParameterError(
                    f"Parameter '{name}': no file '{path.name}' there, as seen from the "
                    f"notebook's folder.{did_you_mean(path.name, near)}"
                )
    data = values.get("data")
    if data and isinstance(data, str) and not values.get("codebook"):
        yield from (path for path in [_beside(home / data)] if path.is_file())


def _beside(data: Path) -> Path:
    """The codebook that ``cs.load`` takes where none is named."""
    stem = Path(data.stem).stem if data.suffix.lower() == ".gz" else data.stem
    return data.with_name(f"{stem}.codebook.yaml")


def _folder(apart: Mapping[str, Any], files: tuple[str, ...], home: Path, root: Path) -> str:
    """A folder name that reads as the parameters, and differs wherever they do."""
    if not apart:
        return "default"
    words = ",".join(f"{name}={value}" for name, value in public(apart, files).items())
    plain = "".join(c if c.isalnum() or c in "=,._-" else "-" for c in words)[:80]
    meant = {
        name: _each(value, lambda text: os.path.relpath(home / text, root) if text else "")
        if name in files
        else value
        for name, value in apart.items()
    }
    key = json.dumps(meant, sort_keys=True, default=str)
    return f"{plain}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


def _each(value: Any, act: Callable[[str], str]) -> Any:
    """A text, or each text of a list, acted on; anything else as it is."""
    if isinstance(value, list):
        return [_each(part, act) for part in value]
    return act(value) if isinstance(value, str) else value


def _titled(title: str, values: Mapping[str, Any], report: str) -> str:
    try:
        parts = list(Formatter().parse(title))
    except ValueError:
        raise ConfigError(
            f"reports.toml, report '{report}', title: a brace is open; write {{{{ for a brace."
        ) from None
    text = ""
    for plain, field, form, conversion in parts:
        text += plain
        if field is None:
            continue
        if field not in values or form or conversion:
            hint = did_you_mean(field, values)
            raise ConfigError(
                f"reports.toml, report '{report}', title: '{{{field}}}' is no parameter.{hint} "
                f"There are: {listing(values)}."
            )
        value = values[field]
        text += ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text
