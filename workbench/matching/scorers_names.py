"""Evidence from names and descriptions."""

from __future__ import annotations

from functools import cache

import numpy as np

from . import names
from .names import lexicon, skeleton, stem, tokens
from .pairing import Matrix, Pairing
from .scorers import scorer
from .vectors import Bags, group_max

__all__: list[str] = []

_VOWELLED, _BARE = 0.65, 0.8  # share of consonants in a name as words have it, and in one with its vowels dropped
_CHANCE, _TELLING = 4, 6  # consonants that two names have alike by chance, and that say something


def _by_column(pairing: Pairing, by_name: Matrix) -> Matrix:
    left, right = pairing.names
    rows = group_max(by_name, left.owners, len(pairing.sources), 0)
    return group_max(rows, right.owners, len(pairing.targets), 1)


@scorer("same_name", "the names are the same")
def same_name(pairing: Pairing) -> Matrix:
    """1 where the words of the names are the same, in order."""
    left, right = (np.array([" ".join(w) for w in names.words]) for names in pairing.names)
    return _by_column(pairing, (left[:, None] == right[None, :]).astype(float))


def _shares(pairing: Pairing) -> tuple[Matrix, Matrix]:
    """The covered weight of either name as a share of all its weight."""
    of_left, of_right, left_whole, right_whole = pairing.covered
    return of_left / np.maximum(left_whole, 1e-12), of_right / np.maximum(right_whole, 1e-12)


@scorer("readable", "both names are made of known words", weight=0.0)
def readable(pairing: Pairing) -> Matrix:
    """How far both names can be read, or are described; counts where they cannot: there values speak."""
    left, right = (
        np.array([1.0 if v.description else max(map(names.readable, (v.name, *v.synonyms))) for v in side])
        for side in (pairing.sources, pairing.targets)
    )
    found: Matrix = left[:, None] * right[None, :]
    return found


@scorer("name_words", "the words of the names agree", "the names share no word")
def name_words(pairing: Pairing) -> Matrix:
    """Harmonic mean of the shares of either name that the other covers, rare words counting more."""
    of_left, of_right = _shares(pairing)
    return _by_column(pairing, 2 * of_left * of_right / np.maximum(of_left + of_right, 1e-12))


@scorer("name_within", "one name says all that the other says")
def name_within(pairing: Pairing) -> Matrix:
    """The larger of the two shares: 'country' within 'country of residence'."""
    return _by_column(pairing, np.maximum(*_shares(pairing)))


@scorer("name_telling", "the names share words that few other names have")
def name_telling(pairing: Pairing) -> Matrix:
    """How much the words in common say at all: 1 − exp(−summed rarity), the smaller side's."""
    return 1 - np.exp(-_by_column(pairing, np.minimum(*pairing.covered[:2])))


@scorer("spelling", "the names are spelt alike")
def spelling(pairing: Pairing) -> Matrix:
    """Share of letters the names have in common, in order (Indel similarity)."""
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cdist

    left, right = (["".join(w) for w in names.words] for names in pairing.names)
    return _by_column(pairing, cdist(left, right, scorer=Indel.normalized_similarity, dtype=np.float64))


@scorer("consonants", "the consonants of the names agree")
def consonants(pairing: Pairing) -> Matrix:
    """The same on consonants only: names shortened by dropping vowels meet their long forms.

    Counts as far as one of the two is short of vowels, or both have many consonants: 'is_test' and 'status' only
    happen to have like ones.
    """
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cdist

    whole = [["".join(w) for w in names.words] for names in pairing.names]
    left, right = ([skeleton(name) for name in names] for names in whole)
    found = cdist(left, right, scorer=Indel.normalized_similarity, dtype=np.float64)
    bare = [np.array([len(skeleton(n)) / max(len(n), 1) for n in names]) for names in whole]
    shortened = (np.maximum(bare[0][:, None], bare[1][None, :]) - _VOWELLED) / (_BARE - _VOWELLED)
    sizes = [np.array([len(name) for name in names]) for names in (left, right)]
    telling = (np.minimum(sizes[0][:, None], sizes[1][None, :]) - _CHANCE) / (_TELLING - _CHANCE)
    return _by_column(pairing, found * np.clip(np.maximum(shortened, telling), 0.0, 1.0))


@scorer("abbreviation", "one name is made of the beginnings of the other's words")
def abbreviation(pairing: Pairing) -> Matrix:
    """How well the shorter name reads as beginnings of the longer one's words ('FiYe' of 'Fiscal year')."""
    from rapidfuzz.distance import LCSseq
    from rapidfuzz.process import cdist

    left, right = pairing.names
    joined_l, joined_r = (["".join(w) for w in names.words] for names in (left, right))
    common = cdist(joined_l, joined_r, scorer=LCSseq.similarity, dtype=np.uint16)
    size_l = np.array([len(j) for j in joined_l])[:, None]
    size_r = np.array([len(j) for j in joined_r])[None, :]
    out = np.zeros(common.shape)
    plausible = (common >= np.minimum(size_l, size_r)) & (common >= 1)
    for i, j in np.argwhere(plausible):
        short, long = (left.words[i], right.words[j])
        if size_l[i, 0] > size_r[0, j]:
            short, long = long, short
        out[i, j] = reads_as(short, long)
    return _by_column(pairing, out)


@cache
def reads_as(short: tuple[str, ...], long: tuple[str, ...]) -> float:
    """How well a short name reads as beginnings of a long name's words, 0 to 1.

    Every letter of the short name must be used; a word of the long name that is skipped costs, a little word
    hardly; a piece that is the word's consonants counts nearly like a beginning.

    >>> reads_as(("fi", "ye"), ("fiscal", "year")), reads_as(("doi",), ("doc", "id")) > 0.9
    (1.0, True)
    """
    if short == long:
        return 1.0
    letters = "".join(short)
    ends = {sum(len(w) for w in short[: k + 1]) for k in range(len(short))} if len(short) > 1 else set()
    weights = [0.25 if w in lexicon().little else 1.0 for w in long]
    total = sum(weights)

    @cache
    def best(at: int, word: int) -> float:
        if at == len(letters):
            return 0.0
        if word == len(long):
            return -1e9
        found = best(at, word + 1)
        for end in range(at + 1, min(len(letters), at + len(long[word])) + 1):
            if any(at < e < end for e in ends):
                break
            grade = _piece(letters[at:end], long[word])
            if grade is None:
                break
            if grade:
                found = max(found, weights[word] * grade + best(end, word + 1))
        return found

    return max(0.0, best(0, 0) / total) if total else 0.0


def _piece(piece: str, word: str) -> float | None:
    """What a piece is worth as the beginning of a word; None where no longer one can be worth more."""
    if word.startswith(piece):
        return 1.0
    if skeleton(word).startswith(piece):
        return 0.9 if len(piece) > 1 else 0.0
    return None


@scorer("description", "the descriptions speak of the same", weight=3.0)
def description(pairing: Pairing) -> Matrix:
    """Cosine of the stemmed words of names, synonyms and descriptions; silent where neither is described."""
    sides = (pairing.sources, pairing.targets)
    described = [np.array([bool(v.description) for v in s]) for s in sides]
    if not any(d.any() for d in described):
        return np.full(pairing.shape, np.nan)
    left, right = (
        [dict.fromkeys(stem(w) for t in (v.name, *v.synonyms, v.description) for w in tokens(t)) for v in s]
        for s in sides
    )
    either = described[0][:, None] | described[1][None, :]
    return np.where(either, Bags(left, right).cosine(), np.nan)
