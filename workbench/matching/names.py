"""Names of fields as words: taken apart, stemmed, abbreviations and synonyms understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.model import read_document

__all__ = [
    "Lexicon", "lexicon", "readable", "shared_affix", "skeleton", "stem", "token_similarity", "tokens", "without_unit",
]  # fmt: skip

Matrix = npt.NDArray[np.float64]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*\Z")
_SUFFIXES = (
    "ations", "ically", "icity", "ation", "ative", "ments", "ical", "ment", "ings", "ions", "ity", "ing", "ion", "ive",
    "ies", "ied", "als", "ic", "al", "ed", "er", "es", "is", "ys", "s", "y", "e",
)  # fmt: skip
_MIN_STEM = 4
_VOWELS = str.maketrans("", "", "aeiouy")


@cache
def tokens(name: str) -> tuple[str, ...]:
    """Take a name apart at separators, capitals and digits; letters without accents, lower case.

    >>> tokens("custNo"), tokens("Tumor.Size_cm"), tokens("HTTPStatus2"), tokens("Straße")
    (('cust', 'no'), ('tumor', 'size', 'cm'), ('http', 'status', '2'), ('strasse',))
    """
    text = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(c for c in text if not unicodedata.combining(c))
    found = tuple(w.lower() for w in _WORD.findall(plain))
    # other scripts than Latin have no capitals to split at: whatever stands between separators is a word
    return found or tuple(w for w in re.split(r"[\W_]+", plain.lower()) if w)


@cache
def without_unit(name: str) -> tuple[str, ...]:
    """The words of a name before a unit in brackets; none where no unit stands there.

    >>> without_unit("Capacity (MW)"), without_unit("Voltage level [kV]"), without_unit("Plant name (other)")
    (('capacity',), ('voltage', 'level'), ())
    """
    found = _BRACKETS.search(name)
    said = tokens(found[1].lower()) if found else ()  # in capitals and small letters a unit is one word: kWh
    known = lexicon()
    return tokens(name[: found.start()]) if found and said and known.units.union(known.little).issuperset(said) else ()


@cache
def stem(token: str) -> str:
    """Cut an English ending so that words of one family meet; light on purpose.

    >>> stem("smoking") == stem("smoked") == stem("smoker"), stem("pathologic") == stem("pathology")
    (True, True)
    """
    for suffix in _SUFFIXES:
        if token.endswith(suffix) and len(token) - len(suffix) >= _MIN_STEM:
            return token[: -len(suffix)]
    return token[:-1] if token.endswith("s") and len(token) > _MIN_STEM - 1 and token[-2] not in "su" else token


@cache
def skeleton(name: str) -> str:
    """The consonants and digits of a name: what is left when vowels are dropped to shorten it.

    >>> skeleton("Fiscal year"), skeleton("fsclr")
    ('fsclr', 'fsclr')
    """
    return "".join(tokens(name)).translate(_VOWELS)


@dataclass(frozen=True)
class Lexicon:
    """Words that stand for others; see lexicon.yaml, wordnet.txt and words.txt for the public lists they come from.

    Attributes:
        expansions: Short form → words it may stand for.
        phrases: Short form → the words it stands for together.
        senses: Stem → numbers of the synonym groups it is in.
        little: Words that tell two names hardly apart, as 'of'.
        units: Words that say how a thing is measured, not what it is.
        words: The words of the language.
    """

    expansions: Mapping[str, tuple[str, ...]]
    phrases: Mapping[str, tuple[str, ...]]
    senses: Mapping[str, frozenset[int]]
    little: frozenset[str]
    units: frozenset[str]
    words: frozenset[str]

    def knows(self, word: str) -> bool:
        """Whether a word, or what it is short for, is one of the language.

        >>> [lexicon().knows(word) for word in ("street", "qty", "kunnr")]
        [True, True, False]
        """
        here = (self.words, self.expansions, self.phrases, self.little, self.units)
        return stem(word) in self.words or stem(word) in self.senses or any(word in of for of in here)

    def expand(self, words: Sequence[str]) -> tuple[str, ...]:
        """Write short forms of several words out: ('dob',) → ('date', 'birth')."""
        return tuple(w for word in words for w in self.phrases.get(word, (word,)))

    def stems(self, word: str) -> frozenset[str]:
        """The stems a word may stand for by abbreviation; empty when it is no known abbreviation."""
        return frozenset(stem(w) for w in self.expansions.get(word, ()))

    def groups(self, word: str) -> frozenset[int]:
        """The synonym groups of a word or of what it abbreviates."""
        found = self.senses.get(stem(word), frozenset())
        for other in self.stems(word):
            found |= self.senses.get(other, frozenset())
        return found


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the workbench."""
    data = read_document(Path(__file__).with_name("lexicon.yaml")).data
    synsets, language = (list(_lines(name)) for name in ("wordnet.txt", "words.txt"))
    expansions: dict[str, tuple[str, ...]] = {}
    for source in data["abbreviations"]:
        for short, words in source.items():
            expansions[short] = tuple(dict.fromkeys((*expansions.get(short, ()), *words)))
    senses: dict[str, set[int]] = {}
    groups = (*data["names"], *(line.split() for line in synsets))
    for number, group in enumerate(groups):
        for word in group:
            senses.setdefault(stem(word), set()).add(number)
    return Lexicon(
        expansions,
        {short: tuple(words) for short, words in data["phrases"].items()},
        {word: frozenset(groups) for word, groups in senses.items()},
        frozenset(data["little"]),
        frozenset(data["units"]),
        frozenset(word for line in language for word in line.split()),
    )


def _lines(name: str) -> Iterator[str]:
    """The lines of a list beside this file, without its head."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def shared_affix(names: Sequence[tuple[str, ...]]) -> int:
    """How many leading words all names of a table share: 'prospect_City', 'prospect_Phone' → 1.

    At least one word of every name is left, and a table of fewer than three columns shares nothing.
    """
    if len(names) < 3:
        return 0
    shortest = min(len(n) for n in names)
    common = 0
    while common < shortest - 1 and len({n[common] for n in names}) == 1:
        common += 1
    return common


@cache
def readable(name: str) -> float:
    """The share of a name's letters, digits and single ones apart, that stand in known words.

    >>> readable("customer_no"), readable("KUNNR"), readable("T042")
    (1.0, 0.0, 0.0)
    """
    words = [word for word in tokens(name) if len(word) > 1 and not word.isdigit()]
    return sum(len(word) for word in words if lexicon().knows(word)) / max(sum(map(len, words)), 1)


def token_similarity(left: Sequence[str], right: Sequence[str]) -> Matrix:
    """How surely two words mean the same, 0 to 1, for all pairs of two vocabularies.

    The grades: same word 1; same stem 0.97; known abbreviation 0.93; synonym 0.8; beginning of the other 0.5 to
    0.85 by length; consonants of the other in order 0.65; spelt alike (Jaro-Winkler ≥ 0.92) 0.85.
    """
    from rapidfuzz.distance import JaroWinkler, LCSseq, Prefix
    from rapidfuzz.process import cdist

    if not left or not right:
        return np.zeros((len(left), len(right)))
    size_l = np.array([len(t) for t in left])[:, None]
    size_r = np.array([len(t) for t in right])[None, :]
    shorter = np.minimum(size_l, size_r)
    prefix = cdist(left, right, scorer=Prefix.similarity, dtype=np.uint16)
    within = cdist(left, right, scorer=LCSseq.similarity, dtype=np.uint16)
    spelt = cdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
    digits = np.array([t.isdigit() for t in left])[:, None] | np.array([t.isdigit() for t in right])[None, :]
    begins = (prefix == shorter) & ~digits
    out = np.zeros(prefix.shape)
    out[(within == shorter) & (prefix >= 1) & (shorter >= 2) & ~digits] = 0.5
    out[(within == shorter) & (prefix >= 1) & (shorter >= 3) & ~digits] = 0.65
    grades = np.array([0.0, 0.5, 0.65, 0.8, 0.85])
    out = np.maximum(out, np.where(begins, grades[np.minimum(shorter, 4)], 0.0))
    out = np.maximum(out, np.where((spelt >= 0.92) & (shorter >= 5) & ~digits, 0.85, 0.0))
    out = np.maximum(out, 0.8 * _meet(left, right, _groups))
    out = np.maximum(out, 0.93 * _meet(left, right, _stems))
    out = np.maximum(out, 0.97 * _meet(left, right, _stem))
    found: Matrix = np.maximum(out, np.array(left)[:, None] == np.array(right)[None, :])
    return found


def _meet(left: Sequence[str], right: Sequence[str], marks: Callable[[str], frozenset[Any]]) -> Matrix:
    """1 where two words share a mark (a stem, a synonym group)."""
    holders: dict[Any, list[int]] = {}
    for row, word in enumerate(left):
        for mark in marks(word):
            holders.setdefault(mark, []).append(row)
    out = np.zeros((len(left), len(right)))
    for column, word in enumerate(right):
        for mark in marks(word):
            if mark in holders:
                out[holders[mark], column] = 1.0
    return out


_REMEMBERED = 100_000  # words whose marks are kept in memory


@lru_cache(maxsize=_REMEMBERED)
def _groups(word: str) -> frozenset[int]:
    return lexicon().groups(word)


@lru_cache(maxsize=_REMEMBERED)
def _stems(word: str) -> frozenset[str]:
    return lexicon().stems(word) | {stem(word)}


@lru_cache(maxsize=_REMEMBERED)
def _stem(word: str) -> frozenset[str]:
    return frozenset((stem(word),))
