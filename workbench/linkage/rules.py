"""Proposing blocking rules: the loosest that stay affordable, chosen to survive errors in any few fields."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .facts import ColumnFacts, snake
from .keys import Key
from .model import BlockingRule
from .records import Records
from .training import possible_pairs, random_pairs
from .transforms import key_codes

__all__ = ["clean_systems", "propose_rules"]

PAIRS_PER_RECORD = 20.0
"""Affordable pairs of one rule, per record."""
MOST_RULES = 14
SAMPLE = 1_000_000
WORLDS = 4000
"""Imagined true matches, each with its own errors."""
LEAST_ACROSS = 40.0
"""Pairs across systems that must agree on two fields before anything is concluded from them."""
ERROR = 0.25
"""Imagined share of true matches that disagree in a field."""

_KEYS: dict[str, tuple[tuple[str, float], ...]] = {
    # expression → chance that it survives an error in its field
    "name": (("{}", 0.0), ("soundex({})", 0.5), ("prefix({}, 3)", 0.6)),
    "date": (("{}", 0.0), ("year({})", 0.6), ("prefix({}, 7)", 0.35)),
    "email": (("{}", 0.0), ("local_part({})", 0.4), ("prefix({}, 5)", 0.5)),
    "phone": (("{}", 0.0), ("suffix({}, 7)", 0.4), ("suffix({}, 4)", 0.5)),
    "code": (("{}", 0.0), ("prefix({}, 3)", 0.6), ("suffix({}, 3)", 0.5)),
    "category": (("{}", 0.0),),
    "number": (("{}", 0.0),),
    "text": (
        ("{}", 0.0),
        ("sorted_tokens({})", 0.1),
        ("longest_token({})", 0.6),
        ("first_token({})", 0.5),
        ("last_token({})", 0.5),
        ("rare_token({}, 1)", 0.5),
        ("rare_token({}, 2)", 0.5),
        ("rare_token({}, 3)", 0.5),
        ("minhash({}, 1)", 0.5),
        ("minhash({}, 2)", 0.5),
        ("minhash({}, 3)", 0.5),
    ),
}


class _Pool:
    """Candidate keys: how often they agree by chance, and in which imagined matches they survive."""

    def __init__(self, records: Records, facts: Sequence[ColumnFacts], scope: str) -> None:
        rng = np.random.default_rng(7)
        left, right = random_pairs(records, scope, SAMPLE, 7)
        self.sampled = max(len(left), 1)
        self.names: list[str] = []
        self.owner: list[str] = []
        agrees, survives = [], []
        for f in facts:
            error = rng.random(WORLDS) < ERROR
            present = rng.random(WORLDS) < f.filled**2
            for pattern, chance in _KEYS.get(f.kind, ()):
                if pattern.startswith("rare_token") and len(facts) == 1:
                    continue  # weights are learnt from the blocks themselves: chosen for it, chance passes for matching
                text = pattern.format(snake(f.name))
                codes, _ = key_codes(Key.parse(text), records.column(snake(f.name)))
                agrees.append(np.packbits((codes[left] == codes[right]) & (codes[left] >= 0)))
                survives.append(present & (~error | (rng.random(WORLDS) < chance)))
                self.names.append(text)
                self.owner.append(f.name)
        self.agrees, self.survives = np.array(agrees), np.array(survives)

    def share(self, keys: tuple[int, ...]) -> float:
        """Share of random pairs that agree on all of some keys."""
        both: NDArray[np.uint8] = np.bitwise_and.reduce(self.agrees[list(keys)], axis=0)
        return float(np.bitwise_count(both).sum()) / self.sampled

    def covered(self, keys: tuple[int, ...]) -> NDArray[np.bool_]:
        """Imagined matches in which all of some keys survive."""
        out: NDArray[np.bool_] = np.logical_and.reduce(self.survives[list(keys)], axis=0)
        return out


def propose_rules(records: Records, facts: Sequence[ColumnFacts], scope: str) -> tuple[BlockingRule, ...]:
    """Choose blocking rules without looking at any truth.

    All rules of up to three keys that are affordable are weighed, leaving out those that only narrow an
    affordable one; they are taken greedily by how many imagined matches they add, each match with random
    errors and gaps in its fields.
    """
    pool = _Pool(records, facts, scope)
    most = PAIRS_PER_RECORD * max(len(records), 1) / max(possible_pairs(records, scope), 1.0)
    affordable = _affordable(pool, most)
    if not affordable:
        affordable = [min(combinations(range(len(pool.names)), min(3, len(pool.names))), key=pool.share)]
    covers = np.array([pool.covered(keys) for keys in affordable])
    costs = np.array([pool.share(keys) for keys in affordable])
    chosen: list[int] = []
    left = np.ones(WORLDS, bool)
    while len(chosen) < MOST_RULES:
        gains = covers[:, left].sum(1) / WORLDS
        if gains.max() < 0.002:
            break
        # of rules that add nearly as much, the cheapest
        near = np.flatnonzero(gains >= 0.9 * gains.max())
        best = int(near[np.argmin(costs[near])])
        chosen.append(best)
        left &= ~covers[best]
    return tuple(BlockingRule(same=tuple(pool.names[k] for k in affordable[i])) for i in chosen or [0])


def _affordable(pool: _Pool, most: float) -> list[tuple[int, ...]]:
    """The loosest combinations of keys within the budget."""
    found: list[tuple[int, ...]] = []
    singles = range(len(pool.names))
    alone = [k for k in singles if pool.share((k,)) <= most]
    found += [(k,) for k in alone]
    rest = [k for k in singles if k not in alone]
    pairs = [p for p in combinations(rest, 2) if _apart(pool, p) and pool.share(p) <= most]
    found += pairs
    inside = set(pairs)
    for triple in combinations(rest, 3):
        narrows = any(p in inside for p in combinations(triple, 2))
        if not narrows and _apart(pool, triple) and pool.share(triple) <= most:
            found.append(triple)
    return found


def _apart(pool: _Pool, keys: tuple[int, ...]) -> bool:
    """Keys of different fields; only a text's hashed tokens tell more together."""
    owners = {pool.owner[k] for k in keys}
    if len(owners) == len(keys):
        return True
    return len(owners) == 1 and all(pool.names[k].startswith("minhash") for k in keys)


def clean_systems(records: Records, facts: Sequence[ColumnFacts]) -> set[str]:
    """Systems that seem to hold each thing once.

    Pairs of fields that rarely agree by chance are looked at, those on which many records agree across systems:
    a clean system has hardly any two records that agree on one of them. (On another they may: two people of
    one household share the address and the phone.)
    """
    strong = sorted((f for f in facts if f.filled > 0.5), key=lambda f: f.chance / f.filled**2)[:6]
    seen: list[tuple[float, set[str]]] = []
    for pair in combinations(strong, 2):
        codes = [records.column(snake(f.name)).codes for f in pair]
        known = (codes[0] >= 0) & (codes[1] >= 0)
        key = codes[0][known].astype(np.int64) << 32 | codes[1][known]
        _, place = np.unique(key, return_inverse=True)
        table = np.zeros((place.max() + 1 if len(place) else 0, len(records.systems)))
        np.add.at(table, (place, records.system[known]), 1)
        within = (table * (table - 1) / 2).sum(0)
        across = (table * (table.sum(1, keepdims=True) - table)).sum(0)
        by_chance = pair[0].chance * pair[1].chance * possible_pairs(records, "across")
        if across.sum() > LEAST_ACROSS and by_chance < 0.1 * across.sum():
            shares = zip(records.systems, within, across, strict=True)
            seen.append((float(across.sum()), {s for s, inner, outer in shares if inner < 0.05 * outer}))
    most = max((across for across, _ in seen), default=0.0)
    return max((clean for across, clean in seen if across >= 0.2 * most), key=len, default=set())
