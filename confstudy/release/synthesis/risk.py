"""What synthetic respondents give away: attacks compared with a control, and repeated people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Codebook
from confstudy.release.decision import Decision
from confstudy.release.synthesis.attacks import Attack, Records, infer, link, single_out
from confstudy.release.synthesis.clusters import cluster_names
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.people import drawn_people, fitted, source_columns
from confstudy.release.synthesis.streams import number, stream
from confstudy.survey.survey import Survey

__all__ = ["Risks", "risks_of"]

_Z = 1.959963984540054
_SECRETS = 10
_TARGETS = 1000
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
        (rate − control) / (1 − control), with a 95 % interval of two Wilson intervals.
        """
        pooled = [one for one in self.attacks if one.name.startswith("inference of ")]
        rows = [one for one in self.attacks if one not in pooled]
        if pooled:
            sums = [sum(getattr(one, part) for one in pooled) for part in _COUNTS]
            rows.append(Attack("inference", *sums))
        names = ["attack", "attacks", "rate", "control", "risk", "conf_low", "conf_high"]
        return pd.DataFrame([_row(one) for one in [*rows, *pooled]], columns=names)

    def decision(self, limit: float) -> Decision:
        """Fail over the ``limit``; review where the interval does not exclude that."""
        rule = "synthetic risk"
        if self.replicated:
            text = f"rows repeat unique respondents; {_REMEDY}"
            return Decision("fail", rule, text)
        table = self.table
        if table.empty:
            return Decision("review", rule, "the risk was not measured: use attacks=500")
        single = table["attack"].str.startswith("inference of ")
        whole, parts = table[~single], table[single]
        over = [*whole.loc[whole["risk"] > limit, "attack"],
                *parts.loc[parts["conf_low"] > limit, "attack"]]  # fmt: skip
        if over:
            return Decision("fail", rule, f"{', '.join(over)} over {limit:g}; {_REMEDY}")
        if (whole["conf_high"] > limit).any():
            unsure = ", ".join(whole.loc[whole["conf_high"] > limit, "attack"])
            text = f"{unsure}: under {limit:g}, but the interval reaches beyond it"
            return Decision("review", rule, text)
        return Decision("pass", rule, f"no attack gains more than {limit:g} over its control")


_COUNTS = ("attacks", "hits", "controls", "control_hits")


def risks_of(
    survey: Survey, first: Sequence[str] | None, leaf: int, seed: int, attacks: int, replicated: int
) -> Risks:
    """Attack a synthesis of each half of the respondents, the other half being the control.

    Notes
    -----
    The attacks are those of Giomi et al. (2023): singling out, linkability, inference. What is
    measured is the procedure, on either half of the respondents, so that a half that is easier
    to guess counts once for and once against. A respondent weighs more in a synthesis of half
    of them than of all.
    """
    if not attacks:
        return Risks((), replicated)
    rng = stream(seed, "risk")
    places = rng.permutation(survey.n)
    half = survey.n // 2
    one, two = (_part(survey, np.sort(some)) for some in (places[:half], places[half : 2 * half]))
    tries = attacks // 2 + 1
    found = (
        _attacked(one, two, first, leaf, (seed, "first"), tries),
        _attacked(two, one, first, leaf, (seed, "second"), tries),
    )
    return Risks(tuple(map(_together, *found)), replicated)


def _attacked(
    source: Survey,
    control: Survey,
    first: Sequence[str] | None,
    leaf: int,
    turn: tuple[int, str],
    attacks: int,
) -> list[Attack]:
    """Synthesize one half and attack it and the other."""
    rng = stream(*turn)
    columns = source_columns(source)
    seed = number(*turn) % 2**32
    made = drawn_people(fitted(source.codebook, columns, first, leaf, seed), source.n).rows
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


def _together(one: Attack, two: Attack) -> Attack:
    return Attack(one.name, *(getattr(one, part) + getattr(two, part) for part in _COUNTS))


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


def _row(attack: Attack) -> tuple[str, int, float, float, float, float, float]:
    rate, low, high = _wilson(attack.hits, attack.attacks)
    base, base_low, base_high = _wilson(attack.control_hits, attack.controls)
    room = max(1 - base, 1e-9)
    gain = rate - base
    below = np.hypot(rate - low, base_high - base)
    above = np.hypot(high - rate, base - base_low)
    ends = (gain - below) / room, (gain + above) / room
    return (
        attack.name, attack.attacks, rate, base, max(0.0, gain / room),
        max(0.0, float(ends[0])), min(1.0, max(0.0, float(ends[1]))),
    )  # fmt: skip


def _wilson(hits: int, n: int) -> tuple[float, float, float]:
    """A share with its 95 % interval."""
    if not n:
        return 0.0, 0.0, 1.0
    share = hits / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return share, min(share, float(middle - reach)), max(share, float(middle + reach))
