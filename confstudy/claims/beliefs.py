"""What people wrongly believe of privilege: claim C29."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.claims.result import ClaimResult, Verdict
from confstudy.claims.sample import Test, Theta, require, result
from confstudy.simulate.measure.knowledge import KnowledgeTest
from confstudy.simulate.model.parts import read_part
from confstudy.survey.scoring import Scores
from confstudy.survey.twopl import knowledge_model

__all__ = ["TESTS"]

Floats = NDArray[np.float64]
#: Held by one in twenty: fewer are what a careless answer alone may give.
_SOME = 0.05
_KEYS = {
    "bars_clients": "privilege_bars_clients",
    "lets_therapists": "privilege_lets_therapists_disclose",
    "blocks_records": "privilege_blocks_records",
}


def _misread(claim: str, sign: str, scores: Scores) -> ClaimResult:
    test = read_part(KnowledgeTest, "knowledge")
    items = {f"knowledge_{name}": item for name, item in test.items.items()}
    require(scores, *items)
    answers = scores.frame[list(items)].dropna()
    groups = _groups(scores, answers.index)
    rows = []
    for role, key in _KEYS.items():
        shown = {
            name: [label for label, given in item.options.items() if given == role]
            for name, item in items.items()
            if role in item.options.values()
        }
        chosen: list[Floats] = [
            np.asarray(answers[name].isin(labels), dtype=float) for name, labels in shown.items()
        ]
        held = np.asarray(np.stack(chosen).mean(axis=0), dtype=np.float64)
        estimand = f"Share who choose: {test.misconceptions[role].says}"
        rows.append(_mean(held, groups).row(estimand, "probability", key))
    knows = np.asarray(answers["knowledge_holder"] == test.items["holder"].right, dtype=float)
    rows.append(
        _mean(knows, groups).row(
            "Share who know whose the privilege is", "probability", "knows_who_holds_the_privilege"
        )
    )
    found = result(
        claim,
        sign,
        [*rows, *_items(scores)],
        len(answers),
        assumes="a wrong answer shows the belief it states, where an item offers it; answers to "
        "the test follow one dimension",
        does_not_show="how common the beliefs are among those who were not asked",
    )
    return replace(found, verdict=_held(found.table.head(len(_KEYS))))


def _held(beliefs: pd.DataFrame) -> Verdict:
    """Whether each is held by at least one in twenty."""
    if (beliefs["conf_low"] > _SOME).all():
        return "supported"
    return "against" if (beliefs["conf_high"] < _SOME).any() else "inconclusive"


def _items(scores: Scores) -> list[dict[str, object]]:
    """Difficulty and discrimination of each item."""
    table = knowledge_model(scores, "knowledge").table.drop(columns="note", errors="ignore")
    units = {"difficulty": "SD of knowledge", "discrimination": "logits per SD"}
    return [
        {
            "estimand": f"{str(entry.pop('term')).capitalize()}: "
            f"{str(entry.pop('item')).removeprefix('knowledge_').replace('_', ' ')}",
            "unit": unit,
            "key": "",
            **{str(name): value for name, value in entry.items()},
        }
        for entry in table.to_dict("records")
        for unit in [units[str(entry["term"])]]
    ]


def _mean(values: Floats, groups: NDArray[np.intp]) -> Theta:
    """A mean, and the same with each group left out."""
    total, count = np.bincount(groups, weights=values), np.bincount(groups)
    left = (total.sum() - total) / (count.sum() - count)
    return Theta(float(values.mean()), left)


def _groups(scores: Scores, index: pd.Index) -> NDArray[np.intp]:
    cluster = scores.design.cluster
    labels = scores.frame.loc[index, cluster] if cluster else pd.Series(np.arange(len(index)))
    return pd.factorize(labels)[0]


TESTS: dict[str, Test] = {"C29": _misread}
