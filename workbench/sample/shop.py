"""The sample's web shop: nested JSON, 'First Last', +country phones, ISO timestamps with their zone."""

from __future__ import annotations

import numpy as np
import polars as pl

from .block import Block, person_id
from .draw import Draw
from .noise import doubled, spoil
from .write import Files

__all__ = ["CUSTOMERS", "ORDERS", "write_shop"]

CUSTOMERS, ORDERS = "shop.customers", "shop.orders"
_NAMES = {
    "DE": "Germany", "GB": "United Kingdom", "FR": "France", "US": "United States", "NL": "Netherlands",
    "ES": "Spain", "IT": "Italy",
}  # fmt: skip
_DIAL = {"DE": "+49", "GB": "+44", "FR": "+33", "US": "+1", "NL": "+31", "ES": "+34", "IT": "+39"}
_STATUS = {"open": "placed"}
_METHODS = ("card", "paypal", "invoice", "giftcard")


def write_shop(block: Block, files: Files) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the block's shop accounts and shop orders.

    Returns:
        Whose account each is, and which order each is, in the files' order.
    """
    draw = block.draw("shop")
    accounts = _accounts(block, draw)
    files.ndjson(CUSTOMERS, "shop/customers.ndjson", accounts.select(_account_columns()))
    orders = _orders(block, draw, accounts)
    files.ndjson(ORDERS, "shop/orders.ndjson", orders.select(_order_columns()))
    return (
        accounts.select(pl.lit(CUSTOMERS).alias("dataset"), pl.col("id").alias("source_id"), person_id()),
        orders.select(pl.lit(ORDERS).alias("dataset"), _order_id().alias("source_id"), "order"),
    )


def _in_shop(orders: pl.DataFrame) -> pl.Series:
    return orders["channel"].is_in(["web", "app"])


def _accounts(block: Block, draw: Draw) -> pl.DataFrame:
    """Everybody who ordered in the shop, and a few who only looked; some registered twice."""
    known = draw.chance(0.08, len(block.people))
    known[block.orders.filter(_in_shop(block.orders))["index"].to_numpy()] = True
    records = doubled(draw, np.flatnonzero(known), 0.03)
    frame = pl.concat([block.people[records["index"].to_numpy()], records], how="horizontal")
    frame = spoil(draw, frame[draw.order(len(frame))])
    n = len(frame)
    first = block.counters.take("shop", n)
    # Multiplying by a number coprime with 10^9 gives every account another id, in no visible order.
    numbers = pl.Series((np.arange(first, first + n, dtype=np.int64) * 387_420_489) % 10**9)
    return frame.with_columns(
        id=pl.lit("u") + pl.lit(numbers).cast(pl.String).str.zfill(9),
        newsletter=pl.Series(draw.chance(0.4, n)),
        lower_name=pl.Series(draw.chance(0.02, n)),
    )


def _account_columns() -> list[pl.Expr]:
    name = pl.concat_str("first", pl.lit(" "), "last")
    return [
        pl.col("id"),
        pl.when("lower_name").then(name.str.to_lowercase()).otherwise(name).alias("name"),
        pl.col("email"),
        (pl.col("country").replace_strict(_DIAL) + pl.col("national")).alias("phone"),
        pl.when("female").then(pl.lit("female")).when(~pl.col("female")).then(pl.lit("male")).alias("gender"),
        pl.col("born").dt.to_string("%Y-%m-%d").alias("birthDate"),
        pl.struct("street", "postcode", "city", country=pl.col("country").replace_strict(_NAMES)).alias("address"),
        pl.col("newsletter"),
        pl.when("closed").then(pl.lit("closed")).otherwise(pl.lit("active")).alias("state"),
        _local("created").alias("createdAt"),
        _local("updated").alias("updatedAt"),
    ]


def _local(column: str) -> pl.Expr:
    zoned = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    return zoned.dt.to_string("%Y-%m-%dT%H:%M:%S%:z")


def _order_id() -> pl.Expr:
    return pl.format("W-{}", pl.col("order") + 1_000_000)


def _orders(block: Block, draw: Draw, accounts: pl.DataFrame) -> pl.DataFrame:
    """The orders of the shop with buyer and items inside."""
    placed = block.orders.filter(_in_shop(block.orders))
    n = len(placed)
    buyers = accounts.unique("index", keep="any" if accounts.is_empty() else "first", maintain_order=True).select(
        "index",
        pl.struct(
            "id",
            name=pl.concat_str("first", pl.lit(" "), "last"),
            email=pl.col("email"),
            phone=pl.col("country").replace_strict(_DIAL) + pl.col("national"),
        ).alias("customer"),
        pl.struct("street", "postcode", "city", country=pl.col("country").replace_strict(_NAMES)).alias("shipTo"),
    )
    items = _items(block)
    frame = placed.join(buyers, on="index", how="left", maintain_order="left")
    frame = frame.join(items, on="order", how="left", maintain_order="left")
    return frame.with_columns(
        _amount(frame["amount"]).alias("total"),
        pl.Series("method", _METHODS).gather(draw.weighted((50, 30, 15, 5), n)),
        pl.Series("note", (None, "Please ring twice", "Leave with the neighbour", "Gift wrap")).gather(
            draw.weighted((92, 3, 3, 2), n)
        ),
    )


def _amount(cents: pl.Series) -> pl.Expr:
    """Cents as a number. Divided by numpy: an expression multiplies by 0.01 and gives 11.290000000000001."""
    return pl.lit(pl.Series(cents.to_numpy() / 100))


def _items(block: Block) -> pl.DataFrame:
    names = block.products.select("product", "name", "ean")
    in_shop = _in_shop(block.orders).gather(block.lines["order_index"])
    lines = block.lines.filter(in_shop).join(names, on="product", how="left", maintain_order="left")
    lines = lines.with_columns(_amount(lines["price"]).alias("each"))
    item = pl.struct(
        sku=pl.lit("SKU-") + pl.col("product").cast(pl.String).str.zfill(6),
        ean=pl.col("ean"),
        title=pl.col("name"),
        qty=pl.col("quantity"),
        unitPrice=pl.col("each"),
    )
    return lines.group_by("order", maintain_order=True).agg(item.alias("items"), pl.col("amount").sum())


def _order_columns() -> list[pl.Expr]:
    return [
        _order_id().alias("orderId"),
        _local("ordered").alias("placedAt"),
        pl.col("status").replace(_STATUS).alias("status"),
        pl.col("channel"),
        pl.col("currency"),
        pl.col("customer"),
        pl.col("shipTo"),
        pl.col("items"),
        pl.col("total"),
        pl.struct(method=pl.col("method"), paid=pl.col("status") != "cancelled").alias("payment"),
        pl.col("note"),
    ]
