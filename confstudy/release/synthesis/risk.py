"""What synthetic respondents give away: attacks compared with a control, and repeated people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import t as student_t

from confstudy.codebook.schema import Codebook
from confstudy.release.decision import Decision
from confstudy.release.synthesis.attacks import Attack, Records, infer, link, single_out
from confstudy.release.synthesis.clusters import cluster_names
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.pace import Pace
from confstudy.release.synthesis.people import drawn_people, fitted, source_columns
from confstudy.release.synthesis.streams import number, stream
from confstudy.survey.survey import Survey

__all__ = ["Risks", "risks_of", "work_of"]

_Z = 1.959963984540054
_SECRETS = 10
_TARGETS = 1000
_DIVISIONS = 6
_PEOPLE = 3000
#: A risk passes where its interval does not reach beyond so many times the limit.
_BEYOND = 1.5
_REMEDY = "draw it with a larger leaf (leaf=20), coarsen the source by cs.anonymize, or leave it"


@dataclass(frozen=True, repr=False)
class Risks:
    """Attacks on respondents of the source beside attacks on people who are not in it.

    Attributes
    ----------
    attacks
        What was tried; empty where the risk was not measured.
    replicated
        Synthetic rows that equal a unique respondent on all columns, or on quasi-identifiers
        and sensitive answers.
    """

    attacks: tuple[Attack, ...]
    replicated: int

    @property
    def table(self) -> pd.DataFrame:
        """One row an attack: attack, attacks, rate, control, risk, conf_low, conf_high.

        The risk is the share of people whom only the synthetic data give away:
        (rate − control) / (1 − control). Its 95 % interval is that of the mean of several
        measurements (Student's t); of one alone, that of two Wilson intervals. Those of single
        answers hold for all of them together (Bonferroni).
        """
        pooled = [one for one in self.attacks if one.name.startswith("inference of ")]
        rows = [one for one in self.attacks if one not in pooled]
        if pooled:
            rows.append(_sum("inference", pooled))
        names = ["attack", "attacks", "rate", "control", "risk", "conf_low", "conf_high"]
        found = [*map(_row, rows), *(_row(one, len(pooled)) for one in pooled)]
        return pd.DataFrame(found, columns=names)

    def decision(self, limit: float) -> Decision:
        """Judge singling out, linkability and inference, and each secret by itself.

        ``fail``: a row repeats a unique respondent, or the interval of a risk lies above the
        ``limit``. ``pass``: every risk is at or under the limit and no interval reaches beyond
        one and a half times the limit. ``review``: all else.
        """
        rule = "synthetic risk"
        if self.replicated:
            text = f"rows repeat unique respondents; {_REMEDY}"
            return Decision("fail", rule, text)
        table = self.table
        if table.empty:
            return Decision("review", rule, "the risk was not measured: use attacks=500")
        over = list(table.loc[table["conf_low"] > limit, "attack"])
        if over:
            return Decision("fail", rule, f"{', '.join(over)} over {limit:g}; {_REMEDY}")
        whole = table[~table["attack"].str.startswith("inference of ")]
        unsure = (whole["risk"] > limit) | (whole["conf_high"] > _BEYOND * limit)
        if unsure.any():
            names = ", ".join(whole.loc[unsure, "attack"])
            text = f"{names}: not clearly above {limit:g}, nor clearly under {_BEYOND * limit:g}"
            return Decision("review", rule, text)
        return Decision("pass", rule, f"no attack gains more than {limit:g} over its control")


_COUNTS = ("attacks", "hits", "controls", "control_hits")


def risks_of(
    survey: Survey,
    first: Sequence[str] | None,
    leaf: int,
    attacks: int,
    replicated: int,
    formulas: Sequence[str] = (),
    pace: Pace | None = None,
) -> Risks:
    """Attack syntheses of halves of the respondents, the other half being the control.

    Notes
    -----
    The attacks are those of Giomi et al. (2023): singling out, linkability, inference. What is
    measured is the procedure, by several divisions in halves that do not depend on the seed of
    the data: who tries other seeds gets the same answer. Either half is attacked, so that a
    half that is easier to guess counts once for and once against. A respondent weighs more in a
    synthesis of half of them than of all; of very many respondents, some are used.
    """
    if not attacks:
        return Risks((), replicated)
    found = []
    for turn in range(_DIVISIONS):
        if pace is not None:
            pace(f"risk: division {turn + 1} of {_DIVISIONS}", done=1 + turn)
        places = stream(turn, "risk").permutation(survey.n)[:_PEOPLE]
        half = len(places) // 2
        one, two = (
            _part(survey, np.sort(some)) for some in (places[:half], places[half : 2 * half])
        )
        tries = attacks // 2 + 1
        sides = (
            _attacked(one, two, first, leaf, (turn, "first"), tries, formulas),
            _attacked(two, one, first, leaf, (turn, "second"), tries, formulas),
        )
        found.append([_sum(pair[0].name, pair) for pair in zip(*sides, strict=True)])
    return Risks(tuple(_repeated(some) for some in zip(*found, strict=True)), replicated)


def work_of(attacks: int) -> float:
    """The work of a synthesis and of its risk, in syntheses; a division is two of halves."""
    return 1.0 + (_DIVISIONS if attacks else 0)


def _attacked(
    source: Survey,
    control: Survey,
    first: Sequence[str] | None,
    leaf: int,
    turn: tuple[int, str],
    attacks: int,
    formulas: Sequence[str],
) -> list[Attack]:
    """Synthesize one half and attack it and the other."""
    rng = stream(*turn)
    columns = source_columns(source)
    seed = number(*turn) % 2**32
    synthesizer = fitted(source.codebook, columns, first, leaf, seed)
    made = drawn_people(synthesizer, source.n, formulas).rows
    anew = cluster_names(source.codebook, list(columns))
    spans = {name: _span(column) for name, column in columns.items() if name not in anew}
    drawn = Records({name: made.numbers[name] for name in spans}, spans)
    known, strangers = (_records(part, spans) for part in (source, control))
    few = np.arange(min(known.n, strangers.n, _TARGETS))
    near = known.at(few), strangers.at(few)
    return [
        single_out(drawn, known, strangers, attacks, rng),
        link(drawn, *near, rng),
        *infer(drawn, *near, _secrets(source.codebook, list(spans))),
    ]


def _sum(name: str, parts: Sequence[Attack]) -> Attack:
    """Attacks as one; their measurements are taken together in turn."""
    attacks, hits, controls, control_hits = (
        sum(getattr(one, count) for one in parts) for count in _COUNTS
    )
    weights = [max(one.controls, 1) for one in parts]
    gains = zip(*(one.gains for one in parts), strict=True)
    means = tuple(float(np.average(some, weights=weights)) for some in gains)
    return Attack(name, attacks, hits, controls, control_hits, means)


def _repeated(measured: Sequence[Attack]) -> Attack:
    """The same attack in several divisions of the respondents."""
    whole = _sum(measured[0].name, measured)
    return replace(whole, gains=tuple(one.gain for one in measured))


def _part(survey: Survey, places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Survey:
    frame = survey.frame.iloc[places].reset_index(drop=True)
    reasons = survey.reasons.iloc[places].reset_index(drop=True)
    return replace(survey, frame=frame, reasons=reasons)


def _records(part: Survey, spans: dict[str, float]) -> Records:
    """Answers as they are, not held between the limits of what may be drawn."""
    values = {}
    for name in spans:
        column = part.frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy().astype(float)
            values[name] = np.where(codes < 0, np.nan, codes)
        else:
            values[name] = column.to_numpy(dtype=float)
    return Records(values, spans)


def _span(column: Column) -> float:
    if column.kind != "numeric" or not column.answered.any():
        return 0.0
    return float(np.ptp(column.numbers[column.answered])) or 1.0


def _secrets(codebook: Codebook, names: Sequence[str]) -> list[str]:
    """Sensitive answers and outcomes first, then the last questions."""
    roles = (*codebook.with_role("sensitive"), *codebook.with_role("outcome"), *reversed(names))
    wanted = dict.fromkeys(name for name in roles if name in names and name != "wave")
    return list(wanted)[:_SECRETS]


def _row(attack: Attack, together: int = 1) -> tuple[str, int, float, float, float, float, float]:
    rate, low, high = _wilson(attack.hits, attack.attacks)
    base, base_low, base_high = _wilson(attack.control_hits, attack.controls)
    if len(attack.gains) > 1:
        gain = float(np.mean(attack.gains))
        reach = float(np.std(attack.gains, ddof=1)) / np.sqrt(len(attack.gains))
        below = above = float(student_t.ppf(1 - 0.025 / together, len(attack.gains) - 1)) * reach
    else:
        gain, room = attack.gain, max(1 - base, 1e-9)
        below = float(np.hypot(rate - low, base_high - base)) / room
        above = float(np.hypot(high - rate, base - base_low)) / room
    ends = max(0.0, gain - below), min(1.0, max(0.0, gain + above))
    return attack.name, attack.attacks, rate, base, max(0.0, gain), *ends


def _wilson(hits: int, n: int) -> tuple[float, float, float]:
    """A share with its 95 % interval."""
    if not n:
        return 0.0, 0.0, 1.0
    share = hits / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return share, min(share, float(middle - reach)), max(share, float(middle + reach))
