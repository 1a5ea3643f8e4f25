"""What a fitted model says beside its parameters: reliability, and where it fits badly."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from confstudy.models.latent.implied import build_model
from confstudy.models.latent.likelihood import Likelihood
from confstudy.models.latent.solve import Solution
from confstudy.models.latent.specify import Parameter

__all__ = ["modification_indices", "omega"]


def omega(solution: Solution, groups: tuple[str, ...]) -> pd.DataFrame:
    """McDonald's ω of each latent variable from its loadings, one row a group and variable."""
    model, rows = solution.model, []
    roles = model.specification.roles
    for label, group, sample in zip(groups, model.groups, solution.moments, strict=True):
        arrows, _, _ = group.matrices(solution.parameters)
        full = group.everything(solution.parameters)[1].covariance
        causes = arrows[: len(roles.observed), len(roles.observed) :] != 0
        for number, name in enumerate(roles.latent):
            items = np.flatnonzero(causes[:, number])
            if not len(items):
                continue
            place = len(roles.observed) + number
            share = arrows[items, place].sum() ** 2 * full[place, place]
            alone = bool((causes[items].sum(axis=1) == 1).all())
            block = np.ix_(items, items)
            rows.append(
                {
                    "group": label,
                    "term": name,
                    "omega": share / sample.covariance[block].sum() if alone else np.nan,
                    "omega_implied": share / full[block].sum() if alone else np.nan,
                }
            )
    table = pd.DataFrame(rows, columns=["group", "term", "omega", "omega_implied"])
    return table if len(groups) > 1 else table.drop(columns="group")


def modification_indices(solution: Solution, groups: tuple[str, ...]) -> pd.DataFrame:
    """Score tests of the loadings and residual covariances that the model leaves out."""
    added = _candidates(solution)
    specification = solution.model.specification
    wider = replace(specification, parameters=specification.parameters + tuple(added))
    model = build_model(wider, solution.moments)
    likelihood = Likelihood(model.groups, solution.data, solution.means)
    at = np.concatenate([solution.parameters, np.zeros(len(added))])
    score, information = likelihood.gradient(at), likelihood.expected(at)
    size = solution.model.size
    own, cross = information[:size, :size], information[:size, size:]
    left = np.diag(information)[size:] - np.einsum("ij,ij->j", cross, np.linalg.solve(own, cross))
    slope = score[size:]
    told = left > 1e-9 * np.diag(information)[size:]
    safe = np.where(told, left, np.nan)
    table = pd.DataFrame(
        {
            "group": [groups[p.group] for p in added],
            "term": [p.term for p in added],
            "mi": slope**2 / safe,
            "p_value": stats.chi2.sf(slope**2 / safe, 1),
            "expected": slope / safe,
        }
    )
    table = table.dropna().sort_values("mi", ascending=False, ignore_index=True)
    return table if len(groups) > 1 else table.drop(columns="group")


def _candidates(solution: Solution) -> list[Parameter]:
    specification = solution.model.specification
    roles = specification.roles
    items = [name for name in roles.indicators if name in roles.observed]
    found = []
    for group in range(specification.groups):
        have = {
            (p.operator, *sorted((p.left, p.right)))
            for p in specification.parameters
            if p.group == group
        }
        pairs = [("=~", latent, item) for latent in roles.latent for item in items]
        pairs += [("~~", *pair) for pair in combinations(items, 2)]
        found += [
            Parameter(left, operator, right, group)
            for operator, left, right in pairs
            if (operator, *sorted((left, right))) not in have
        ]
    return found
