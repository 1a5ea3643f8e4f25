"""Names for variables, and what a header tells of a column's part in a study."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from confstudy.codebook.schema import Role
from confstudy.codebook.words import heading

__all__ = ["asks_age", "named", "role_of", "stem"]

_SMALL = set(
    "a an the of to in on at for and or is are was were be been do does did you your yours i my me "
    "we our have has had how what which who whom when where why that this these those with as by "
    "from would could should will can may if it its any some please rate following about ever der "
    "die das ein eine sie ihr ihre ist sind wie was welche und oder zu im in auf mit de het een "
    "is zijn u uw la le les un une vous votre est el los las una su es".split()
)
_ROLES: tuple[tuple[Role, str], ...] = (
    ("replicate_weight", r"(?:rep|replicate|jk|brr|boot)\w*(?:wt|weight|w)?\d+$|(?:wt|weight)\d+$"),
    ("weight", r"(?:^|_)(?:weight|wt|wgt|weighting|gewicht|poids|peso|finwt|finalweight)\w{0,3}$"),
    ("strata", r"(?:^|_)(?:strata|stratum|varstrat\w*|vestr\w*)$"),
    (
        "cluster",
        r"(?:^|_)(?:cluster|psu|varunit|verep)$|^(?:therapist|clinician|counsel+or|clinic|practice"
        r"|site|school|class|group|team|center|centre|hospital|interviewer)$|(?:^|_)(?:therapist"
        r"|clinician|counsel+or|clinic|practice|site|school|class|group|team|center|centre|hospital"
        r"|interviewer)_?(?:id|no|nr|code|num)$",
    ),
    ("duration", r"duration|time_?taken|completion_time|interviewtime|time_spent|time_minutes"),
    (
        "quasi_identifier",
        r"(?:^|_)(?:age|agegrp\w*|age_?(?:group|band)|alter|leeftijd|edad|gender|birth_?gender|sex"
        r"|birthsex|geschlecht|geslacht|genero|race\w{0,3}|ethnic\w*|hispanic|country|land|state"
        r"|province|region|county|district|city|town|zip3|urban\w*|rural\w*|nationality|citizen\w*"
        r"|birth_?year|education|educ\w{0,2}|degree|occupation|profession|employment|job_title"
        r"|income\w*|salary|household\w*|marital\w*|married|religion|language"
        r"|sexual_orientation|children|veteran|bildung|beruf|einkommen|wohnort|bundesland)"
        r"(?:_(?:in_)?(?:years?|yrs|jahren?|jaren|ans))?(?:_at_[a-z]+)?$",
    ),
)
_ASKED = re.compile(
    r"age_in_years(?:_at_[a-z]+)?|how_old_are_you(?:_.*)?|wie_alt_sind_sie(?:_.*)?"
    r"|in_(?:what|which)_year_were_you_born|quel_(?:age_avez_vous|est_votre_(?:age|sexe|genre))|welches_geschlecht_.*"
    r"|in_welchem_(?:bundesland|land)_.*"
    r"|(?:what|which)_.{0,40}(?:age|gender|sex|race|ethnicity|nationality|religion|occupation|income"
    r"|marital_status|sexual_orientation|employment_status|education|degree|profession)"
    r"(?:_or_\w+|_you_\w+|_identity|_group|_(?:in_)?years|_at_[a-z]+)?$"
    r"|(?:what|which|where)_(?:us_)?(?:country|state|province|region|county|city|town)_.{0,40}"
    r"|(?:do|are)_you_.{0,25}(?:hispanic|married|veteran)$"
)

_AGE = re.compile(r"(?:^|_)(?:age|alter|leeftijd|edad)(?:_|$)|old_are_you|wie_alt_sind|quel_age")


def named(headers: Iterable[str]) -> dict[str, str]:
    """A variable name for each header: short, plain, each once.

    >>> named(["Q1_2", "How often do you *currently* meet your therapist?", "Alter (Jahre)"])
    {'Q1_2': 'q1_2', 'How often do you *currently* meet your therapist?': \
'often_currently_meet_therapist', 'Alter (Jahre)': 'alter_jahre'}
    """
    found: dict[str, str] = {}
    taken: set[str] = {"wave"}
    for header in headers:
        base = _slug(header)
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        found[header] = name
    return found


def _slug(header: str) -> str:
    plain = unicodedata.normalize("NFKD", heading(header)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9_]+", plain.replace("'", ""))
    if words[:2] == ["how", "old"]:
        return "age"
    if len(words) > 3:
        words = [word for word in words if word not in _SMALL][:4] or words[:4]
    name = re.sub(r"_+", "_", "_".join(words)).strip("_")[:40].strip("_")
    name = f"{name}_" if keyword.iskeyword(name) else name
    return name if name and not name[0].isdigit() else f"q_{name}".rstrip("_")


def stem(header: str) -> str:
    """What the items of a battery share: the header without its number or its row in brackets.

    >>> stem("privacy_3"), stem("Q5[SQ002]"), stem("Please rate: [I feel safe]"), stem("age")
    ('privacy', 'q5', 'please rate', '')
    """
    text = heading(header)
    for pattern in (r"(.+?)\s*\[.+\]", r"(.*[^\d_. -])[_. -]*\d+[a-z]?", r"(.+\d)[_.]\d+"):
        match = re.fullmatch(pattern, text)
        if match:
            return match[1].rstrip(" :_-.")
    return ""


def role_of(name: str, header: str, label: str = "") -> Role | None:
    """The role that a name, its header or the question's text tells.

    >>> role_of("q2", "Q2", "Age in years"), role_of("age_group", "age_group")
    ('quasi_identifier', 'quasi_identifier')
    >>> role_of("trust_therapist", "I trust my therapist"), role_of("therapist_id", "Therapist ID")
    (None, 'cluster')
    """
    texts = [_worded(text) for text in (header, label) if text]
    if any(map(_ASKED.fullmatch, texts)):
        return "quasi_identifier"
    told = [text for text in texts if text.count("_") <= 3]
    told += [name] if texts[0] in told else []
    found = (role for role, words in _ROLES if any(re.search(words, text) for text in told))
    return next(found, None)


def asks_age(name: str, header: str, label: str) -> bool:
    """Whether a question asks how old somebody is."""
    return any(map(_AGE.search, (name, _worded(header), _worded(label))))


def _worded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", heading(text)).encode("ascii", "ignore").decode()
    return "_".join(re.findall(r"[a-z0-9]+", bare))
