"""The bundled model gives back the results it is calibrated to, on a million clients."""

import numpy as np
import pytest

from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.world import World

N, EACH = 1_000_000, 20
THERAPY = read_structure("therapy")
#: Usual care: the first arm of whatever is assigned, but for the assurance.
USUAL = {name: node.arms[0] for name, node in THERAPY.variables.items() if node.kind == "arm"}


@pytest.fixture(scope="module")
def usual():
    wanted = ["D", "N", "withheld", "ret", "P", "T", "S", "Y", "help", "dropout"]
    return WORLD.values(USUAL, wanted)


@pytest.fixture(scope="module")
def assured():
    return {
        arm: WORLD.values(USUAL | {"A": arm}, ["D", "ret"]) for arm in ("conditional", "absolute")
    }


WORLD = World(THERAPY, Population(N, N // EACH, seed=20_261_122))


def close(values, expected, digits=3):
    """The mean of clients in practices of 100, to rounding and four standard errors."""
    practices = values.reshape(-1, 5 * EACH).mean(axis=1)
    error = 4 * practices.std(ddof=1) / np.sqrt(len(practices))
    return values.mean() == pytest.approx(expected, abs=error + 0.5 * 10**-digits)


def test_disclosure_without_and_with_any_assurance(usual, assured):
    assert close(usual["D"], 0.390)
    assert close((assured["conditional"]["D"] + assured["absolute"]["D"]) / 2, 0.461)


def test_return_without_and_with_either_assurance(usual, assured):
    for values, expected in [
        (usual, 0.530),
        (assured["conditional"], 0.614),
        (assured["absolute"], 0.712),
    ]:
        assert close((values["ret"] >= 3).astype(float), expected)


@pytest.mark.parametrize(
    ("name", "expected"), [("N", 0.400), ("withheld", 0.123), ("dropout", 0.197)]
)
def test_shares_under_usual_care(usual, name, expected):
    assert close(usual[name], expected)


def test_trust_of_those_who_drop_out(usual):
    left = usual["dropout"] == 1
    stayed, gone = usual["T"][~left], usual["T"][left]
    pooled = np.sqrt((stayed.var() * len(stayed) + gone.var() * len(gone)) / N)
    assert (stayed.mean() - gone.mean()) / pooled == pytest.approx(0.544, abs=0.01)


@pytest.mark.parametrize(("one", "other", "expected"), [("T", "Y", -0.278), ("S", "help", -0.132)])
def test_correlations_under_usual_care(usual, one, other, expected):
    assert np.corrcoef(usual[one], usual[other])[0, 1] == pytest.approx(expected, abs=0.0045)


@pytest.mark.parametrize(("name", "expected"), [("T", 0.052), ("Y", 0.041)])
def test_how_alike_the_clients_of_a_therapist_are(usual, name, expected):
    groups = usual[name].reshape(-1, EACH)
    between = EACH * groups.mean(axis=1).var(ddof=1)
    within = groups.var(axis=1, ddof=1).mean()
    icc = (between - within) / (between + (EACH - 1) * within)
    # Four times the standard error of an ICC (Donner 1986), with room for practices and rounding.
    error = 4 * (1 - icc) * (1 + (EACH - 1) * icc) * np.sqrt(2 / (EACH * (EACH - 1) * N / EACH))
    assert icc == pytest.approx(expected, abs=error + 0.001)


def test_latent_variables_have_a_variance_near_one_under_usual_care():
    values = WORLD.values(USUAL)
    for name, node in THERAPY.variables.items():
        if node.kind == "latent":
            assert values[name].std() == pytest.approx(1, abs=0.06), name
