"""How likely bytes outside ASCII are as the words of a language in some encoding.

A text in the wrong encoding still decodes: its letters then stand where no language puts them.
Each letter outside ASCII has a chance under every language of the encoding, by its rank among that
language's letters. The chance falls where it touches a digit or, outside Latin script, an ASCII
letter; where it is a capital after a small letter; and where a Latin one is a vowel between vowels
or a consonant between consonants. Chinese, Japanese and Korean letters share theirs between the
most frequent ones and the first level of the national standard. Words count once, however often
they are repeated; the chances of the languages are compared on the same bytes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache

__all__ = ["ENCODINGS", "likelihood", "words"]

#: Python's name → name for people.
ENCODINGS = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "mac_roman": "Mac Roman",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
}

# The letters of a language outside ASCII, the frequent ones first.
_WEST = (
    "éàèêçôâîûùïëœæ", "üäöß", "óíáéñúü", "ãçáéóêíúõàâô", "àèùòìé", "äåöé", "æøåé",
    "éëïöüèêó", "áðíéúóþöæý", "ëêéôïíö", "óàèéíçòúïü·",
)  # fmt: skip
_CYRILLIC = ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "оаниітвресклудпмяьзбгйчхєїжцшюфщґ")
_ALPHABETS = {
    "cp1252": _WEST,
    "mac_roman": _WEST,
    "cp1250": ("íáéěřýůžčšúťňóďü", "áíéýčúžšľťôóňďäĺŕ", "łęąóśżćńź", "éáöóőíüúű", "ăîşţâ", "čšžćđ"),
    "cp1251": (*_CYRILLIC, "аиоентрсвкдулмпзгјбчшцжхфљћњђџ"),
    "koi8_r": _CYRILLIC,
    "cp1253": ("αοιετνσηυρπκμλςάίόέδγωήθχύφβώξζψϊ",),
    "cp1254": ("ıüşğçöİâî",),
    "cp1255": ("יוהלאתברמשנםקעדחטפסכגזץןךצף",),
    "cp1256": ("اليمونرتبعدةسفهكقحأجشصىطخضذزثءغظئإآؤ", "اینردمهتوسبشکلخزقگفعآحپجصطغضظذچثژئ"),
    "cp1257": ("ėšįųžūąčę", "āīēšūļņžģķč", "äõüöšž"),
}
_SIMPLIFIED = (
    "的是不我有了一人在他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多"
    "天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长男女否月很常非意知"
    "员职无医健康心理咨询保密信任愿择请"
)
_TRADITIONAL = (
    "的是不我有了一人在他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多"
    "天而能好都然沒日於起還發成事只作當想看文無開手用主行方又如前所本見經頭面公同三已老從動兩長男女否月很常非意知"
    "醫健康諮商保密信任願擇請"
)
_SYLLABLES = (
    "이다는에의가을를하고지사로기도은한인리나대서자어해아일그시정전제보니수있과들장부주상만면음여성남없게무거구안스"
    "라적예오우신조원모르겠않매끔담심데것동중함"
)
_MARKS = frozenset("“”„‘’‚«»‹›–—…•·°§€£¿¡№ºª²³½¼¾±×®™\u00a0、。，？！（）：；「」『』《》ー・〜％")
_WORD = re.compile(r"[^\s,;|\"]+")
_VOWELS = frozenset("aeiouyæœøı")
_RARE, _MISPLACED = 1e-4, 0.02


def words(text: str, most: int = 5000) -> list[str]:
    """The distinct words with a letter outside ASCII.

    >>> words("yes,déjà vu,déjà")
    ['déjà']
    """
    found = (word for word in _WORD.findall(text) if not word.isascii())
    return list(dict.fromkeys(found))[:most]


def likelihood(found: Iterable[str], encoding: str) -> tuple[float, float]:
    """The log chance of words under the encoding's best language, and its mean by byte.

    >>> likelihood(["très"], "cp1252") > likelihood(["trčs"], "cp1250")
    True
    """
    letters = [triple for word in found for triple in _in_context(word)]
    places = sum(_placed(*triple, encoding in _IDEOGRAPHIC) for triple in letters)
    languages = _models(encoding)
    best = max(sum(math.log(chance(letter)) for _, letter, _ in letters) for chance in languages)
    size = sum(len(letter.encode(encoding)) for _, letter, _ in letters)
    return best + places, (best + places) / max(size, 1)


def _in_context(word: str) -> list[tuple[str, str, str]]:
    padded = f" {word} "
    return [
        (padded[place - 1], letter, padded[place + 1])
        for place, letter in enumerate(padded)
        if ord(letter) > 127
    ]


def _placed(before: str, letter: str, after: str, ideographic: bool) -> float:
    """The log of how much less likely a letter is for standing there."""
    if letter in _MARKS:
        inside = before.isalpha() and after.isalpha()
        wrong = inside if letter in "“”„«»" else letter == "’" and not before.isalpha()
        return math.log(_MISPLACED) * wrong
    latin = "LATIN" in unicodedata.name(letter, "")
    touching = before + after
    mixed = not latin and any(near.isascii() and near.isalpha() for near in touching)
    numbered = not ideographic and any(near.isdigit() for near in touching)
    raised = letter.isupper() and before.islower()
    squeezed = (
        latin
        and before.isalpha()
        and after.isalpha()
        and (_vowel(before) == _vowel(letter) == _vowel(after))
    )
    capital = math.log(0.5) if letter.isupper() and before.isupper() else 0.0
    return math.log(_MISPLACED) * (mixed + numbered + raised + squeezed) + capital


def _vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[0] in _VOWELS


@cache
def _models(encoding: str) -> tuple[Callable[[str], float], ...]:
    if encoding in _IDEOGRAPHIC:
        return (_IDEOGRAPHIC[encoding],)
    return tuple(_by_rank(letters) for letters in _ALPHABETS[encoding])


def _by_rank(letters: str) -> Callable[[str], float]:
    offset = 1 if len(letters) < 20 else 4
    total = sum(1 / (rank + offset) for rank in range(len(letters)))
    chances = {letter: 1 / (rank + offset) / total for rank, letter in enumerate(letters)}
    chances |= dict.fromkeys(_MARKS, 0.02) | dict.fromkeys("’“”–", 0.2)
    return lambda letter: chances.get(letter) or chances.get(letter.lower(), _RARE)


def _by_level(
    standard: str, frequent: str, zones: Iterable[tuple[int, int, float]]
) -> Callable[[str], float]:
    """Chances from a list of frequent letters and zones (first byte from, to, chance a letter)."""
    common = frozenset(frequent)

    def chance(letter: str) -> float:
        if letter in _MARKS:
            return 0.005
        try:
            lead = letter.encode(standard)
        except UnicodeEncodeError:
            return _RARE**2
        level = sum(share for low, high, share in zones if low <= lead[0] <= high and len(lead) > 1)
        return (0.5 / len(common) if letter in common else 0.0) + (level or _RARE / 10)

    return chance


_IDEOGRAPHIC: Mapping[str, Callable[[str], float]] = {
    "gb18030": _by_level("gb2312", _SIMPLIFIED, [(0xB0, 0xD7, 0.5 / 3755)]),
    "big5": _by_level("big5", _TRADITIONAL, [(0xA4, 0xC6, 0.5 / 5401)]),
    "cp932": _by_level(
        "cp932",
        "のにはをたがでてとしれさいるうかまなっもく",
        [(0x82, 0x83, 0.2 / 160), (0x88, 0x97, 0.3 / 2965)],
    ),
    "euc_jp": _by_level(
        "euc_jp",
        "のにはをたがでてとしれさいるうかまなっもく",
        [(0xA4, 0xA5, 0.2 / 160), (0xB0, 0xCF, 0.3 / 2965)],
    ),
    "cp949": _by_level("euc_kr", _SYLLABLES, [(0xB0, 0xC8, 0.5 / 2350)]),
}
