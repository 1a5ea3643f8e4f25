"""Each claim has a mechanism: its parameter moves what is measured, and by the stated amount.

The model's own answers are compared with potential outcomes that are drawn, client by client,
and averaged here: none of the chances and exact products of the model's answers are used.
"""

from functools import lru_cache

import numpy as np
import pytest

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.simulate.measure.amce import comparable
from confstudy.simulate.measure.observe import observed
from confstudy.simulate.model.alter import altered
from confstudy.simulate.model.effects import answers
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.query import NATURAL, NEVER
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.truth import Truth
from confstudy.simulate.model.world import World

THERAPY, CODEBOOK = read_structure("therapy"), read_codebook("therapy")
POPULATION = Population(60_000, 3_000, seed=20_261_122)
MANY = Population(200_000, 10_000, seed=20_261_123)
HALF = 0.25
#: What is latent → the scale or rating that measures it.
MEASURED = {
    "P": "privacy",
    "T": "alliance",
    "T_last": "trust_now",
    "O": "topics",
    "M": "fit",
    "C": "control_felt",
    "engaged": "engagement",
    "help": "help_seeking",
    "Y": "phq_after",
}

KNOWLEDGE = CODEBOOK.scales["knowledge"].items
#: Claim → estimand, the place of its parameter, another number there, the direction in which
#: the effect moves, and by how much where a product of coefficients says so.
MECHANISMS = {
    "C01": ("assurance_on_privacy", "variables.P.paths.A[absolute]", 0.4, -1, None),
    "C02": ("privacy_on_trust", "variables.T.paths.P", 0.2, -1, None),
    "C03": ("trust_on_concealment", "variables.N.paths.O", 0.5, 1, None),
    "C04": ("openness_on_tailoring", "variables.M.paths.O", -0.4, -1, None),
    "C05": ("trust_on_sessions", "sessions.dropout.paths.T", 0.53, -1, None),
    "C06": ("privacy_on_engagement", "variables.engaged.paths.P", -0.6, -1, None),
    "C07": ("no_assurance_on_concealment", "variables.N.paths.O", 0.5, -1, None),
    "C08": ("privacy_on_openness_by_topic", "variables.O.paths.E:P", -0.2, -1, -0.4),
    "C09": ("trust_on_symptoms_through_concealment", "variables.M.paths.N", 1.5, 1, None),
    "C11": ("consent_on_trust", "variables.T.paths.U", -0.08, -1, 0.6 * -0.16),
    "C12": (
        "report_on_trust_by_timing",
        "sessions.events.report_self.effects.T:timing[first]",
        -0.35,
        -1,
        None,
    ),
    "C13": ("setting_on_privacy", "variables.P.paths.Q", -0.3, -1, None),
    "C14": ("security_on_breach", "sessions.events.breach.hazard.paths.X", 0.4, 1, None),
    "C15": (
        "grapevine_on_recognition",
        "sessions.events.recognised.hazard.paths.G",
        -0.5,
        -1,
        None,
    ),
    "C16": ("known_breach_on_privacy", "variables.P.paths.known", 0.2, 1, 0.35),
    "C17": (
        "privilege_on_disclosure_in_court",
        "sessions.events.court_disclosure.hazard.paths.L",
        2.5,
        1,
        None,
    ),
    "C18": ("choice_on_trust_through_control", "variables.T.paths.C", -0.1, -1, 0.5 * -0.2),
    "C19": ("access_on_trust", "variables.T.paths.access[portal]", -0.2, -1, -0.17),
    "C20": ("openness_on_talk_outside", "variables.outside.paths.O", -0.15, -1, None),
    "C21": ("stigma_on_help_seeking", "variables.help.paths.S_after", 0.3, 1, None),
    "C22": ("boundaries_on_dropout", "sessions.dropout.paths.W", 0.3, 1, None),
    "C23": ("warmth_on_openness_through_trust", "variables.T.paths.H", -0.3, -1, None),
    "C24": (
        "family_contact_on_trust_by_consent",
        "sessions.events.family_contact.effects.T:family_consent",
        -0.2,
        1,
        None,
    ),
    "C25a": ("report_self_on_trust", "sessions.events.report_self.effects.T", 0.4, 1, None),
    "C25b": ("report_others_on_trust", "sessions.events.report_others.effects.T", 0.4, 1, None),
    "C25c": ("report_abuse_on_trust", "sessions.events.report_abuse.effects.T", 0.4, 1, None),
    "C25d": ("court_order_on_trust", "sessions.events.court_order.effects.T", 0.4, 1, None),
    "C26": ("breach_on_trust", "sessions.events.breach.effects.T", 0.5, 1, None),
    "C27": (
        "training_on_privacy_through_practice",
        "variables.K.paths.training[training]",
        -0.5,
        -1,
        0.2 * -1,
    ),
    "C28": ("rights_on_privacy_through_awareness", "variables.P.paths.R", -0.1, -1, 0.8 * -0.2),
}


class Drawn:
    """Potential outcomes of a query, drawn client by client."""

    def __init__(self, structure, query, population):
        self.world, self.query = World(structure, population), query
        self.structure, self.population = structure, population

    def setting(self, name, side):
        node = self.structure.variables.get(name)
        if node is not None and node.arms:
            return side
        return 0.0 if side == NEVER else float(side)

    def outcome(self, do):
        scale = self.structure.scales.get(self.query.effect)
        name = scale.of if scale else self.query.effect
        latent = self.world.values(do, [name])[name]
        if scale is None:
            return latent
        declared = CODEBOOK.scales[self.query.effect]
        given = observed(self.structure, self.population, {name: latent}, declared.items)
        keyed = [
            sum(declared.points) - given[item].codes
            if item in declared.reverse
            else given[item].codes
            for item in declared.items
        ]
        return np.mean(keyed, axis=0)

    def sides(self, base):
        cause = self.query.cause
        if self.query.step:
            now = self.world.values(base, [cause])[cause]
            return base | {cause: now + HALF}, base | {cause: now - HALF}
        one, other = self.query.contrast.get(cause, (NATURAL, "0"))
        return tuple(
            base if side == NATURAL else base | {cause: self.setting(cause, side)}
            for side in (one, other)
        )

    def difference(self, base):
        upper, lower = self.sides(base)
        reference = base if self.query.step else lower
        if self.query.through:
            upper, lower = (
                reference
                | {name: self.world.values(side, [name])[name] for name in self.query.through}
                for side in (upper, lower)
            )
        for name in self.query.path:
            upper, lower = (
                reference | {name: self.world.values(side, [name])[name]} for side in (upper, lower)
            )
        change = self.outcome(upper) - self.outcome(lower)
        return change / (2 * HALF) if self.query.step else change

    def mean(self):
        """The average, and its standard error by practices."""
        query, bases = self.query, [(1, {})]
        for name, (one, other) in query.by.items():
            bases = [(1, {name: self.setting(name, one)}), (-1, {name: self.setting(name, other)})]
        change = sum(sign * self.difference(base) for sign, base in bases)
        if query.step and query.unit == "sd":
            node = self.structure.variables.get(query.effect)
            change = change * self.world.values(None, [query.step])[query.step].std()
            if node is not None and node.kind == "latent":
                change = change / self.world.values(None, [query.effect])[query.effect].std()
        given = dict(query.given) | ({query.treated: "1"} if query.treated else {})
        inside = np.ones(len(change), dtype=bool)
        natural = self.world.values(None, list(given)) if given else {}
        for name, level in given.items():
            inside &= natural[name] == float(level)
        sums = np.bincount(self.population.practice, (change - change[inside].mean()) * inside)
        return change[inside].mean(), np.sqrt((sums**2).sum()) / inside.sum()


@lru_cache(maxsize=256)
def compared(estimand, place=None, number=None, *, measured=False, population=POPULATION):
    """The model's answer and the drawn average, in the model as it is or with another number."""
    structure = altered(THERAPY, {place: number}) if place else THERAPY
    query = structure.estimands[estimand]
    if measured:
        effect = MEASURED.get(query.effect, query.effect)
        query = query.model_copy(update={"effect": effect})
    (said,) = answers(World(structure, population), [query])
    return said, Drawn(structure, query, population).mean()


def test_each_claim_has_a_mechanism():
    claims = set(cs.claims().table["id"])
    declared = THERAPY.estimands, THERAPY.components, THERAPY.beliefs
    asked = {query.claim for part in declared for query in part.values()}
    assert claims == asked == {*MECHANISMS, *ASKED}


@pytest.mark.parametrize("claim", MECHANISMS)
def test_the_estimand_is_the_average_of_potential_outcomes(claim):
    said, (drawn, error) = compared(MECHANISMS[claim][0])
    assert said.value == pytest.approx(drawn, abs=4 * np.hypot(error, said.mcse) + 2e-3)


@pytest.mark.validate
@pytest.mark.parametrize("name", [n for n, q in THERAPY.estimands.items() if hasattr(q, "effect")])
def test_every_estimand_is_the_average_of_potential_outcomes(name):
    said, (drawn, error) = compared(name, population=MANY)
    assert said.value == pytest.approx(drawn, abs=4 * np.hypot(error, said.mcse) + 1e-3)


@pytest.mark.parametrize("claim", MECHANISMS)
def test_the_parameter_moves_the_measured_outcome_by_the_stated_amount(claim):
    estimand, place, number, direction, amount = MECHANISMS[claim]
    before, (drawn_before, error_before) = compared(estimand, measured=True)
    after, (drawn_after, error_after) = compared(estimand, place, number, measured=True)
    stated, measured = after.value - before.value, drawn_after - drawn_before
    error = 4 * np.sqrt(error_before**2 + error_after**2 + before.mcse**2 + after.mcse**2)
    assert np.sign(stated) == direction
    assert abs(stated) > error
    assert stated == pytest.approx(measured, abs=error + 2e-3)
    if amount is not None:
        latent = [
            answers(World(structure, POPULATION), [structure.estimands[estimand]])[0].value
            for structure in (THERAPY, altered(THERAPY, {place: number}))
        ]
        assert latent[1] - latent[0] == pytest.approx(amount, abs=1e-9)


#: Claim → component or belief, the place of its parameter, another number there, the direction.
ASKED = {
    "C10": (
        "therapist_decides_on_candour",
        "vignettes.candour.vignettes.attributes.policy.therapist decides",
        0.4,
        1,
    ),
    "C17": (
        "no_privilege_on_candour",
        "vignettes.candour.vignettes.attributes.privilege.not protected",
        0.5,
        1,
    ),
    "C29": (
        "privilege_bars_clients",
        "tests.knowledge.test.misconceptions.bars_clients.prevalence",
        0.05,
        -1,
    ),
    "C30": (
        "consent_on_judgement",
        "vignettes.judgement.vignettes.attributes.consent.given",
        -0.5,
        -1,
    ),
}


def drawn_component(structure, component):
    """Everybody rates a vignette twice, alike but for one level; mean and standard error."""
    vignettes = structure.vignettes[component.vignettes].vignettes
    reference = component.reference or next(iter(vignettes.attributes[component.attribute]))
    pairs = comparable(vignettes, component.attribute, component.level, reference)
    draw = np.random.default_rng(5)
    shown = pairs[draw.integers(len(pairs), size=POPULATION.n)]
    own = vignettes.respondent * draw.standard_normal(POPULATION.n)
    rest = vignettes.noise * draw.standard_normal(POPULATION.n)
    strength = vignettes.intercept + vignettes.utilities[shown] + (own + rest)[:, None]
    ratings = 1 + (strength[:, :, None] > vignettes.edges).sum(axis=2)
    change = ratings[:, 0] - ratings[:, 1]
    return change.mean(), change.std() / np.sqrt(len(change))


def drawn_belief(structure, belief):
    """The share of drawn answers that show it, over the items that offer it."""
    name, world = belief.test, World(structure, POPULATION)
    answers_ = observed(structure, POPULATION, world.values(wanted=["R"]), KNOWLEDGE)
    shares = []
    for item, asked in structure.tests[name].test.items.items():
        roles = list(asked.options.values())
        if belief.misconception in roles:
            codes = answers_[f"{name}_{item}"].codes
            shares.append(
                np.isin(codes, [i for i, r in enumerate(roles) if r == belief.misconception])
            )
    share = np.mean(shares, axis=0)
    sums = np.bincount(POPULATION.practice, share - share.mean())
    return share.mean(), np.sqrt((sums**2).sum()) / len(share)


@pytest.mark.parametrize("claim", ASKED)
def test_what_is_asked_in_vignettes_and_tests_moves_with_its_parameter(claim):
    name, place, number, direction = ASKED[claim]
    said, drawn = [], []
    for structure in (THERAPY, altered(THERAPY, {place: number})):
        said.append(Truth(structure)[name])
        component, belief = structure.components.get(name), structure.beliefs.get(name)
        drawn.append(
            drawn_component(structure, component) if component else drawn_belief(structure, belief)
        )
    for value, (mean, error) in zip(said, drawn, strict=True):
        assert value == pytest.approx(mean, abs=4 * error + 1e-3)
    assert np.sign(said[1] - said[0]) == direction
    assert abs(said[1] - said[0]) > 4 * np.hypot(drawn[0][1], drawn[1][1])
