"""What the people of the sample buy: products, orders and their lines, before any system books them."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from workbench.model import read_document

from .draw import Draw, Numbers
from .people import TODAY
from .words import FOLDER

__all__ = ["make_lines", "make_orders", "make_products"]

_FIRST_ORDER = datetime(2024, 1, 2)
_ADJECTIVES = (
    "Alpine", "Amber", "Basic", "Bright", "Classic", "Compact", "Deluxe", "Eco", "Family", "Light", "Nordic",
    "Prime", "Rustic", "Smart", "Studio", "Urban",
)  # fmt: skip
_COLOURS = ("black", "blue", "green", "grey", "red", "white", "yellow", "natural")
_LINES = (45, 25, 14, 7, 4, 2.5, 1.5, 1)
_QUANTITIES = (70, 15, 6, 4, 3, 2)
_STATUS = ("open", "shipped", "delivered", "cancelled", "returned")
_CURRENCY = {"GB": "GBP", "US": "USD"}
_PERCENT = {"EUR": 100, "GBP": 86, "USD": 110}


@cache
def _goods() -> list[dict[str, Any]]:
    goods: list[dict[str, Any]] = read_document(FOLDER / "goods.yaml").data
    return goods


def make_products(n: int, seed: int) -> pl.DataFrame:
    """Make n products: number, EAN-13, name, category, price in cents, weight in grams."""
    draw = Draw(seed, "products")
    goods = _goods()
    category = draw.below(len(goods), n)
    low, high = (np.array([int(g["price"][i]) for g in goods], dtype=np.int64)[category] for i in (0, 1))
    light, heavy = (np.array([int(g["weight"][i]) for g in goods], dtype=np.int64)[category] for i in (0, 1))
    size = np.array([len(g["nouns"]) for g in goods], dtype=np.int64)
    start = (np.cumsum(size) - size)[category] + draw.below(size[category], n)
    share = draw.unit(n) ** 2  # most things are cheap
    price = (low + (high - low) * share).astype(np.int64) // 10 * 10 + 9
    # Prefix 200 is kept for use inside a company by GS1; the last digit checks the others (mod 10, 1-3-1-3).
    body = 200_000_000_000 + draw.order(n) * 7 + 10_000
    digits = np.stack([body // 10**k % 10 for k in range(11, -1, -1)])
    check = -(digits[::2].sum(axis=0) + 3 * digits[1::2].sum(axis=0)) % 10
    return pl.DataFrame(
        {
            "product": np.arange(1, n + 1, dtype=np.int64),
            "ean": pl.Series(body * 10 + check).cast(pl.String),
            "adjective": pl.Series(_ADJECTIVES).gather(draw.below(len(_ADJECTIVES), n)),
            "noun": pl.Series([noun for g in goods for noun in g["nouns"]]).gather(start),
            "colour": pl.Series(_COLOURS).gather(draw.below(len(_COLOURS), n)),
            "code": pl.Series([g["code"] for g in goods]).gather(category),
            "category": pl.Series([g["name"] for g in goods]).gather(category),
            "price": price,
            "weight": (light + (heavy - light) * share).astype(np.int64),
        }
    ).select(
        "product", "ean", "code", "category", "price", "weight",
        name=pl.format("{} {}, {}", "adjective", "noun", "colour"),
    )  # fmt: skip


def make_orders(people: pl.DataFrame, first: int, seed: int, block: int) -> pl.DataFrame:
    """Make two orders a person on average: number, person, moment, channel, status, currency."""
    draw = Draw(seed, "orders", block)
    n = 2 * len(people)
    shuffled = draw.order(len(people))
    person = shuffled[(draw.unit(n) ** 1.4 * len(people)).astype(np.int64)]
    # Every person prefers one channel and strays from it now and then.
    prefers = draw.weighted((50, 12, 30), len(people))[person]
    channel = np.where(draw.chance(0.12, n), draw.weighted((45, 25, 30), n), prefers)
    span = (TODAY - _FIRST_ORDER).total_seconds()
    seconds = np.sort(draw.unit(n) ** 0.7 * span).astype(np.int64)
    start = int((_FIRST_ORDER - datetime(1970, 1, 1)).total_seconds())
    age_days = (span - seconds) / 86400
    old = draw.weighted((0, 0, 90, 5, 5), n)
    young = draw.weighted((30, 40, 25, 5, 0), n)
    status = np.where(age_days > 21, old, young)
    code = people["country"].gather(person)
    currency = code.replace_strict(_CURRENCY, default="EUR", return_dtype=pl.String)
    app = draw.chance(0.25, n)
    return pl.DataFrame(
        {
            "order": np.arange(first, first + n, dtype=np.int64),
            "index": person,
            "person": people["person"].gather(person),
            "country": code,
            "ordered": (pl.Series(seconds + start) * 1_000_000).cast(pl.Datetime("us")),
            "channel": pl.Series(["web", "phone", "store", "app"]).gather(np.where((channel == 0) & app, 3, channel)),
            "status": pl.Series(_STATUS).gather(status),
            "currency": currency,
        }
    )


def make_lines(orders: pl.DataFrame, products: pl.DataFrame, seed: int, block: int) -> pl.DataFrame:
    """Make the lines of the orders: order, line number, product, quantity, unit price and total in cents."""
    draw = Draw(seed, "lines", block)
    count = 1 + draw.weighted(_LINES, len(orders))
    at = np.repeat(np.arange(len(orders), dtype=np.int64), count)
    n = len(at)
    product = draw.skewed(len(products), n)
    quantity: Numbers = np.array([1, 2, 3, 4, 5, 10], dtype=np.int64)[draw.weighted(_QUANTITIES, n)]
    percent = orders["currency"].replace_strict(_PERCENT, return_dtype=pl.Int64).to_numpy()[at]
    price = (products["price"].to_numpy()[product] * percent + 50) // 100
    first = np.repeat(np.cumsum(count) - count, count)
    return pl.DataFrame(
        {
            "order_index": at,
            "order": orders["order"].to_numpy()[at],
            "line": np.arange(n, dtype=np.int64) - first + 1,
            "product": products["product"].to_numpy()[product],
            "quantity": quantity,
            "price": price,
            "amount": quantity * price,
        }
    )
