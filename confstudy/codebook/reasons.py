"""Why an answer is missing, told from the words that stand for it."""

from __future__ import annotations

import re

from confstudy.codebook.schema import Reason
from confstudy.codebook.words import plain

__all__ = ["reason_of"]

_WORDS: dict[Reason, str] = {
    "refused": r"refus|prefer not|rather not|declin|no answer|keine angabe|weigert|niet zeggen"
    r"|möchte (?:ich )?(?:das )?nicht|liever niet|ne souhaite pas"
    r"|pr[ée]f[èe]re ne pas|sin respuesta|prefiero no|not stated|withheld",
    "dont_know": r"don'?t know|do not know|not sure|unsure|uncertain|can'?t say|can'?t remember"
    r"|wei(?:ß|ss) nicht|weet niet|ne sais pas|no s[ée]$|no sabe|non so|^dk$|^idk$",
    "not_asked": r"not applicable|inapplicable|does not apply|skip|not asked|not administered"
    r"|logical|trifft nicht zu|niet van toepassing|sans objet|no aplica|question not|branch"
    r"|never seen|not (?:shown|displayed|eligible|in (?:wave|sample))",
    "lost": r"^(?:data )?(?:missing|lost|unusable|illegible|non-?conform|invalid|not ascertained"
    r"|error|unreadable|bad data|technical|system|abandon|break ?off|multiple responses|no data"
    r"|unknown|blank|fehlend|manquant|ontbreekt|perdido)|not ascertained|^n/?a$",
}


def reason_of(label: str) -> Reason | None:
    """The reason that a label gives, or nothing where it gives none.

    >>> reason_of("Prefer not to say"), reason_of("Inapplicable, coded 2 in Q4"), reason_of("Yes")
    ('refused', 'not_asked', None)
    """
    text = plain(label)
    return next((why for why, words in _WORDS.items() if re.search(words, text)), None)
