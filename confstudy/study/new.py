"""``confstudy new``: the folder that a research group starts from."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from confstudy import __version__
from confstudy.codebook.schema import Codebook, Fieldwork
from confstudy.codebook.write import as_yaml
from confstudy.errors import ConfigError, ConfstudyError
from confstudy.files import write_text
from confstudy.simulate.simulate import simulate
from confstudy.simulate.write import write_simulation
from confstudy.study.fill import fill, require_template
from confstudy.study.place import free_place, whole_folder
from confstudy.study.question import Question, question_of
from confstudy.study.standin import write_stand_in
from confstudy.survey.draft.draft import draft_codebook
from confstudy.survey.load import load

__all__ = ["NewStudy", "new_study"]

_DATA = "standin.parquet"
#: Fewer leave too many small groups for a report.
_LEAST = 300
#: Kinds of files that need another package to be read.
_EXTRA = {".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".xlsx", ".xls", ".ods", ".xlsb"}


@dataclass(frozen=True, repr=False)
class NewStudy:
    """A study's folder that was written.

    Attributes
    ----------
    folder
        Where it stands.
    told
        What stands in it and what is still open, a line each.
    steps
        The three commands to go on with, each with what it does.
    """

    folder: Path
    told: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        width = max(len(command) for command, _ in self.steps)
        steps = [f"  {command:<{width}}  # {why}" for command, why in self.steps]
        return "\n".join([*self.told, "next:", *steps])


@dataclass(frozen=True)
class _Made:
    """The stand-in and what belongs to it: how it was made, the survey's codebook and file."""

    how: str
    codebook: Codebook
    text: str
    file: str
    told: tuple[str, ...]
    first: tuple[str, str] | None


def new_study(
    folder: str | Path,
    *,
    model: str = "",
    clients: int = 600,
    seed: int | None = None,
    template: str = "practice",
    source: str | Path | None = None,
) -> NewStudy:
    """Write a study's folder whose reports build at once, on answers of nobody.

    Parameters
    ----------
    folder
        A folder that is not there yet, or empty.
    model
        Of which the stand-in answers are drawn: bundled or a YAML file; ``therapy`` if empty.
    clients
        How many are drawn; 300 or more, so that the reports can show something.
    seed
        Drawn and told where it is None.
    template
        What the folder is filled with.
    source
        The group's own survey file: a codebook is drafted from it, and the stand-in is drawn
        from that. The file itself is read only and never copied.

    Raises
    ------
    ConfigError
        The folder cannot take a study, or options do not go together.
    UnwritableFile
        The system does not let it be written. Nothing was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = new_study(f"{folder}/mine", seed=1)
    ...     sorted(path.name for path in made.folder.iterdir() if path.name[0] != ".")
    ['README.md', 'codebook.yaml', 'data', 'notebooks', 'reports', 'requirements.txt']
    """
    place = free_place(Path(folder))
    require_template(template)
    if source is not None and model:
        raise ConfigError("'--model' and '--from' both say what is asked: keep one of them.")
    if clients < _LEAST:
        raise ConfigError(
            f"--clients {clients}: a study's reports need at least {_LEAST} simulated clients, "
            "since small groups are not shown. `confstudy simulate` draws fewer."
        )
    drawn = secrets.randbelow(2**31) if seed is None else seed
    with whole_folder(place) as stage:
        data = stage / "data" / _DATA
        if source is None:
            made = _from_model(place.name, model or "therapy", clients, drawn, data)
        else:
            made = _from_file(Path(folder), Path(source), clients, drawn, data)
        question = question_of(made.codebook)
        write_text(stage / "codebook.yaml", made.text)
        fill(stage, template, _words(place.name, made, question), _parameters(question))
        count = sum(path.is_file() for path in stage.rglob("*"))
    asks = f"outcomes asks for '{question.outcome}' by '{question.exposure}'"
    told = (
        f"wrote {folder}: {count} files; its data are {made.how}",
        *made.told,
        f"{asks}: other variables go into notebooks/reports/outcomes.ipynb",
    )
    build = (f"cd {quote(str(folder))} && confstudy report build", "builds what is stale")
    show = ("confstudy report open", "shows the pages")
    keep = ("git init && pre-commit install", "nothing of a respondent is committed")
    return NewStudy(place, told, (made.first, build, keep) if made.first else (build, show, keep))


def _from_model(study: str, model: str, clients: int, seed: int, out: Path) -> _Made:
    drawn = simulate(model, clients=clients, seed=seed)
    write_simulation(drawn, out)
    own: dict[str, Any] = {"name": study, "title": "", "synthetic": False, "source": ""}
    own |= {"licence": "", "fieldwork": Fieldwork()}
    codebook = drawn.codebook.model_copy(update=own)
    about = f"# The questionnaire of model '{drawn.structure.name}': make it your own.\n"
    return _Made(
        f"simulated, {drawn.survey.n} of {clients} clients of model '{drawn.structure.name}', "
        f"seed {seed}",
        codebook,
        about + as_yaml(codebook),
        "survey.csv",
        ("your own survey: edit codebook.yaml, put the file into data/; README.md says how",),
        None,
    )


def _from_file(folder: Path, source: Path, clients: int, seed: int, out: Path) -> _Made:
    draft = draft_codebook(source)
    write_stand_in(draft.codebook, out, clients, seed)
    dropped = len(draft.codebook.variables) - len(draft.codebook.kept)
    left = f", which leaves out {dropped} of its columns" if dropped else ""
    try:
        load(source, draft.codebook)
    except ConfstudyError as refused:
        gate = f"'{source.name}' was not copied and is not to be put there yet:\n{refused}"
    else:
        gate = (
            f"'{source.name}' passes the gate with this codebook{left}; it was not copied: "
            f"{folder}/data/README.md says when it may be put there"
        )
    return _Made(
        f"drawn at random from the drafted codebook, {clients} respondents, seed {seed}",
        draft.codebook,
        draft.text,
        source.name,
        (str(draft), gate),
        (
            f"confstudy check {quote(str(source))} --codebook {quote(str(folder))}/codebook.yaml",
            "after looking at its lines marked 'unsure'",
        ),
    )


def _words(study: str, made: _Made, question: Question) -> dict[str, str]:
    read = [suffix for suffix in Path(made.file).suffixes if suffix.lower() in _EXTRA]
    return {
        "study": study,
        "version": __version__,
        "extras": "report,formats" if read else "report",
        "file": made.file,
        "made": made.how,
        "outcome": question.outcome,
        "exposure": question.exposure,
        "exposures": json.dumps([question.exposure, *question.others]),
    }


def _parameters(question: Question) -> Mapping[str, Mapping[str, Any]]:
    """What the notebooks' cells of parameters say."""
    report = {"data": f"../../data/{_DATA}"}
    return {
        "01_explore": question.parameters,
        "data_quality": report,
        "outcomes": report | question.parameters,
    }
