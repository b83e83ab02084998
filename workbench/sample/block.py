"""One block of the sample's world: its people, products, orders and lines, and the counters that run on."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from .draw import Draw
from .words import Words

__all__ = ["Block", "Counters", "ids", "person_id"]


@dataclass
class Counters:
    """Numbers that go on from block to block, by what they number."""

    last: dict[str, int] = field(default_factory=dict)

    def take(self, what: str, n: int) -> int:
        """The first of n new numbers."""
        first = self.last.get(what, 0) + 1
        self.last[what] = first + n - 1
        return first


@dataclass(frozen=True)
class Block:
    """Some of the sample's people with everything they ordered.

    Attributes:
        seed: The seed of the landscape.
        number: Which block, from 0.
        words: The word lists.
        counters: Numbers that go on from block to block.
        people: One row a person.
        products: All products (the same in every block).
        orders: One row an order, by time.
        lines: One row an order line, by order.
    """

    seed: int
    number: int
    words: Words
    counters: Counters
    people: pl.DataFrame
    products: pl.DataFrame
    orders: pl.DataFrame
    lines: pl.DataFrame

    def draw(self, purpose: str) -> Draw:
        """The stream of draws for a purpose in this block."""
        return Draw(self.seed, purpose, self.number)


def ids(prefix: str, first: int, n: int, digits: int) -> pl.Series:
    """Running numbers as text: prefix and digits with leading zeros."""
    numbers = pl.int_range(first, first + n, eager=True)
    return pl.select(pl.lit(prefix) + pl.lit(numbers).cast(pl.String).str.zfill(digits)).to_series()


def person_id(person: str = "person") -> pl.Expr:
    """The true id of a customer, as it stands in the ground truth."""
    return (pl.lit("P") + pl.col(person).cast(pl.String).str.zfill(8)).alias("customer_id")
