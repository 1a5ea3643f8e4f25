"""The gate of publishing: only what the ledger knows, and nothing else that tells of anybody."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from confstudy.codebook.read import codebook_path
from confstudy.errors import DisclosureRefused
from confstudy.release.audit.audit import audit
from confstudy.release.audit.prose import check_prose
from confstudy.release.audit.records import records_of
from confstudy.release.gate import recheck
from confstudy.release.ledger.entry import canonical_digest
from confstudy.release.ledger.folder import ledger_folder
from confstudy.release.ledger.ledger import Ledger
from confstudy.release.ledger.stage import Stage
from confstudy.report.notebooks import NotebookNode
from confstudy.survey.load import load
from confstudy.survey.survey import Survey

__all__ = ["Gate", "survey_of"]

#: The hash of respondents who were simulated and stand in no file.
NOT_WRITTEN = "not written"
#: A drawing inside a page, and what of it are lines, places and colours.
_DRAWING = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_LINES = re.compile(
    r'\s(?:d|points|transform|style|clip-path|[xy]|width|height|id|xlink:href)="[\w#%.,:;()\s+*-]*"'
)
_TAGS = re.compile(r"\s*</?(?:g|use|path|defs|clipPath|rect)\s*/?>")


@dataclass(frozen=True)
class Gate:
    """What a build passes before it is published.

    Attributes
    ----------
    folder
        The study's ledger.
    stage
        The file that takes what the notebook releases until the report is published: a build
        that fails has released nothing.
    """

    folder: Path
    stage: Path

    @classmethod
    def of(cls, root: Path, shelf: Path) -> Gate:
        """The gate of one report of a study."""
        folder = ledger_folder(root)
        name = hashlib.sha256(str(shelf).encode()).hexdigest()[:12]
        return cls(folder, folder / f"stage-{name}.jsonl")

    @property
    def ledger(self) -> Ledger:
        """The ledger with what the notebook released."""
        return Ledger(self.folder, self.stage)

    @property
    def environment(self) -> dict[str, str]:
        """What tells the notebook's kernel where to release."""
        return {"CONFSTUDY_LEDGER": str(self.folder), "CONFSTUDY_STAGE": str(self.stage)}

    def discard(self) -> None:
        """Forget what a build that failed had released."""
        self.ledger.discard(self.stage)

    def require(self, notebook: NotebookNode, survey: Survey | None) -> None:
        """Raise DisclosureRefused unless every output is in the ledger and the audit is clean.

        Parameters
        ----------
        notebook
            The notebook as it would be published.
        survey
            The survey whose records are looked for; None where no parameter names one.
        """
        known = {out.digest for out in self.ledger.outputs if out.decision.status != "fail"}
        for place, cell in enumerate(notebook.cells, start=1):
            if cell.get("attachments"):
                raise DisclosureRefused(f"cell {place} has an attachment, which was not released.")
            for output in cell.get("outputs", []):
                if canonical_digest(output.get("data", {})) not in known:
                    raise DisclosureRefused(
                        f"cell {place} shows an output that the ledger does not know: it was "
                        "changed after it was released, or not released at all."
                    )
            if survey is not None and cell.cell_type == "markdown":
                check_prose(cell.source, survey).require(f"cell {place}")
        self._require_known_data(survey)
        lean, checked = _lean(notebook)
        found = audit(lean, survey=survey, released=checked)
        grave = [finding for finding in found.findings if finding.status == "fail"]
        if grave:
            told = "; ".join(map(str, grave[:5]))
            more = f"; and {len(grave) - 5} more" if grave[5:] else ""
            raise DisclosureRefused(f"the audit of the notebook found: {told}{more}.")

    def _require_known_data(self, survey: Survey | None) -> None:
        """What was released must be of the survey whose records are looked for."""
        staged = Stage.read(self.stage)
        used = {entry.data for entry in staged.entries} if staged else set()
        if used - {NOT_WRITTEN, survey.provenance.sha256 if survey else NOT_WRITTEN}:
            raise DisclosureRefused(
                "it releases from another file than its parameter 'data' names, or than that file "
                "is now. Declare the file as data: str = …, so that its records are looked for."
            )

    def commit(self) -> None:
        """Write what was released into the ledger, compared once more with what came meanwhile."""
        Ledger(self.folder).commit(self.stage, recheck)


def _lean(notebook: NotebookNode) -> tuple[NotebookNode, set[str]]:
    """A notebook whose released drawings are their words, and the digests of its outputs.

    How lines run says nothing that a rule could read, and is most of a page. All outputs are
    known to the ledger when this is called.
    """
    lean = deepcopy(notebook)
    bundles = [output.get("data", {}) for cell in lean.cells for output in cell.get("outputs", [])]
    for bundle in bundles:
        page = bundle.get("text/html", "")
        bundle["text/html"] = _DRAWING.sub(_worded, "".join(page))
    return lean, {canonical_digest(bundle) for bundle in bundles}


def _worded(drawing: re.Match[str]) -> str:
    """What stands in an SVG beside its lines: words, comments and all other attributes."""
    text = b64decode(drawing[1]).decode("utf-8", "replace")
    return escape(_TAGS.sub("", _LINES.sub("", text)))


def survey_of(parameters: Mapping[str, Any], home: Path) -> Survey | None:
    """The survey that a report's parameters name, made ready to be looked for.

    Parameters
    ----------
    parameters, home
        ``data`` and ``codebook`` name the survey, as seen from the folder ``home``.
    """
    data = parameters.get("data")
    if not data or not (home / str(data)).is_file():
        return None
    path, codebook = (home / str(data)).resolve(), str(parameters.get("codebook") or "")
    named = (home / codebook).resolve()
    book = named if codebook and named.is_file() else codebook or codebook_path(path)
    files = [file for file in (path, book) if isinstance(file, Path) and file.is_file()]
    return _loaded(path, book, tuple(_version(file) for file in files))


@lru_cache(maxsize=1)
def _loaded(data: Path, codebook: Path | str, version: tuple[tuple[int, ...], ...]) -> Survey:
    """A survey, for as long as its files stay; several reports are of one."""
    del version
    survey = load(data, codebook)
    records_of(survey.frame, survey.codebook)
    return survey


def _version(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
