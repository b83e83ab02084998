"""Two tables about to be matched: what several scorers need is worked out once, for all pairs together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .likeness import alike
from .names import lexicon, shared_affix, stem, token_similarity, tokens, without_unit
from .vectors import Bags
from .views import ColumnView

__all__ = ["Names", "Pairing", "called"]

Matrix = npt.NDArray[np.float64]
_END = re.compile(r"[.,;:(]|\s(?:in|with|within|as|per)\s")
_NAME_WORDS = 4  # a description's first phrase of at most so many words, little ones apart, is taken for a name


@dataclass(frozen=True)
class Names:
    """All names of a side, a column's own name first, then its synonyms.

    Attributes:
        words: The words of each name, short forms of phrases written out.
        owners: The column each name belongs to, ascending.
    """

    words: tuple[tuple[str, ...], ...]
    owners: tuple[int, ...]

    @cached_property
    def begins(self) -> npt.NDArray[np.int64]:
        """Where each name begins in the words of all, one behind the other."""
        return np.cumsum([0, *map(len, self.words[:-1])])


@dataclass(frozen=True, eq=False)
class Pairing:
    """The columns of a source against those of a target.

    Attributes:
        sources: The source's columns.
        targets: The target's columns.
    """

    sources: tuple[ColumnView, ...]
    targets: tuple[ColumnView, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """How many columns there are on either side."""
        return len(self.sources), len(self.targets)

    @cached_property
    def names(self) -> tuple[Names, Names]:
        """The names of both sides, without a word that all columns of a table begin with."""
        return _names(self.sources), _names(self.targets)

    @cached_property
    def word_weights(self) -> dict[str, float]:
        """How much a word says: the fewer columns have it, the more; little words nearly nothing."""
        held: dict[str, set[tuple[int, int]]] = {}
        for side, names in enumerate(self.names):
            for words, owner in zip(names.words, names.owners, strict=True):
                for word in words:
                    held.setdefault(stem(word), set()).add((side, owner))
        total = sum(self.shape)
        vocabulary = {w for names in self.names for words in names.words for w in words}
        full = np.log1p(total / 2)
        known = lexicon()
        return {
            w: float(np.log1p(total / (2 * len(held[stem(w)]))) / full)
            * (0.15 if w in known.little else 0.3 if w in known.units else 1.0)
            for w in sorted(vocabulary)
        }

    @cached_property
    def word_similarity(self) -> tuple[dict[str, int], dict[str, int], Matrix]:
        """The vocabularies of both sides and how alike their words are."""
        vocabularies = [
            {w: i for i, w in enumerate(sorted({w for words in names.words for w in words}))} for names in self.names
        ]
        left, right = vocabularies
        return left, right, token_similarity(list(left), list(right))

    @cached_property
    def covered(self) -> tuple[Matrix, Matrix, Matrix, Matrix]:
        """The weight of the words of the source's name that the target's name says, and the other way round.

        Per pair of names; and how much all words of the source's names weigh, and of the target's.
        """
        left, right = self.names
        words_l, words_r, similar = self.word_similarity
        of_left, left_whole = _cover((left, words_l), (right, words_r), similar, self.word_weights)
        of_right, right_whole = _cover((right, words_r), (left, words_l), similar.T, self.word_weights)
        return of_left, of_right.T, left_whole, right_whole.T

    @cached_property
    def kinship(self) -> tuple[Matrix, Matrix]:
        """How alike the names of a side are among themselves (words, rare ones counting more); 0 to itself."""
        return _kinship(self.sources), _kinship(self.targets)

    @cached_property
    def values(self) -> Bags:
        """The distinct values of every column, weighted by the rows that hold them."""
        sides = [[view.seen for view in side] for side in (self.sources, self.targets)]
        left, right = ([seen.values for seen in side] for side in sides)
        return Bags(left, right, [np.concatenate([seen.shares for seen in side]) for side in sides])

    @cached_property
    def alike(self) -> Matrix:
        """How alike the values are spelt; see `likeness.alike`."""
        return alike(self.sources, self.targets)

    @cached_property
    def has_values(self) -> Matrix:
        """1 where both sides have values (a few examples are none), NaN elsewhere: scorers of values multiply by it."""
        left, right = (
            np.array([bool(v.seen.values) and not v.seen.example_only for v in s]) for s in (self.sources, self.targets)
        )
        return np.where(left[:, None] & right[None, :], 1.0, np.nan)


def _names(side: Sequence[ColumnView]) -> Names:
    own = [tokens(v.name) for v in side]
    cut = shared_affix(own)
    words: list[tuple[str, ...]] = []
    owners: list[int] = []
    for owner, view in enumerate(side):
        others = (
            *(tokens(s) for s in view.synonyms),
            *called(view.description),
            *filter(None, [without_unit(view.name)]),
        )
        for parts in dict.fromkeys([own[owner][cut:], *others]):
            words.append(lexicon().expand(parts) or ("",))
            owners.append(owner)
    return Names(tuple(words), tuple(owners))


def _cover(
    of: tuple[Names, dict[str, int]], by: tuple[Names, dict[str, int]], similar: Matrix, weights: dict[str, float]
) -> tuple[Matrix, Matrix]:
    """The weight of the words of names that other names say, and of all their words.

    Args:
        of: The names, and the place of each of their words.
        by: The other names, likewise.
        similar: How alike the words are, of × by.
        weights: How much each word says.
    """
    (names, places), (others, other_places) = of, by
    order = [other_places[w] for words in others.words for w in words]
    best = np.maximum.reduceat(similar[:, order], others.begins, axis=1)
    worth = np.array([weights[w] for words in names.words for w in words])
    places_of = [places[w] for words in names.words for w in words]
    # no matrix product: BLAS would wake all processors
    covered: Matrix = np.add.reduceat(best[places_of] * worth[:, None], names.begins, axis=0)
    return covered, np.add.reduceat(worth, names.begins)[:, None]


def called(description: str) -> list[tuple[str, ...]]:
    """What a description begins with, where that is short enough to be a name.

    >>> called("Given name; may be empty."), called("The day on which the customer was born")
    ([('given', 'name')], [])
    >>> called("Day of the last change.")
    [('day', 'last', 'change')]
    """
    words = tokens(_END.split(description, maxsplit=1)[0])
    phrase = tuple(word for word in words if word not in lexicon().little)
    return [phrase] if 0 < len(phrase) <= _NAME_WORDS else []


def _kinship(side: Sequence[ColumnView]) -> Matrix:
    words = [dict.fromkeys(stem(w) for w in tokens(v.name)) for v in side]
    found = Bags(words, words).cosine()
    np.fill_diagonal(found, 0.0)
    return found
