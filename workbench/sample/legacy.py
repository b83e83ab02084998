"""The sample's legacy feed: what an old script reads and what it writes, by seventeen rules.

The rules stand in ``truth/legacy_rules.yaml``; five of them are documented in ``docs/legacy_feed.md``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from .block import Block
from .draw import Draw
from .words import FOLDER
from .write import Files, comma, euros

__all__ = ["FEED_IN", "FEED_OUT", "legacy_script", "write_legacy"]

FEED_IN, FEED_OUT = "legacy.feed_in", "legacy.feed_out"
_STATUS = {"open": "N", "shipped": "S", "delivered": "D", "cancelled": "X", "returned": "R"}
_CHANNEL = {"web": "WEB", "app": "WEB", "phone": "PHONE", "store": "STORE"}
_OUTSIDE_CP1252 = {"ı": "i", "ş": "s", "ğ": "g", "İ": "I", "Ş": "S"}
_DISCOUNTS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 50)
_DISCOUNT_WEIGHTS = (60, 8, 8, 5, 5, 3, 3, 3, 3, 2)


def write_legacy(block: Block, files: Files) -> None:
    """Write half of the block's orders as the feed brings them, and as the script leaves them."""
    draw = block.draw("legacy")
    lines = _lines(block, draw)
    files.csv(FEED_IN, "legacy/feed_in.csv", lines.select(_columns()), separator=";", encoding="cp1252")
    files.csv(FEED_OUT, "legacy/feed_out.csv", legacy_script(lines))


def _lines(block: Block, draw: Draw) -> pl.DataFrame:
    n = len(block.orders)
    people = block.people[block.orders["index"].to_numpy()].select("first", "last", "email")
    orders = pl.concat([block.orders, people], how="horizontal").with_columns(
        chosen=pl.Series(draw.chance(0.5, n)),
        test=pl.Series(draw.chance(0.015, n)),
        pay=pl.Series(("1", "2", "3", "4")).gather(draw.weighted((45, 25, 20, 10), n)),
        discount=pl.Series(np.array(_DISCOUNTS, dtype=np.int64)[draw.weighted(_DISCOUNT_WEIGHTS, n)]),
        no_channel=pl.Series(draw.chance(0.07, n)),
        capitals=pl.Series(draw.chance(0.15, n)),
        status=pl.col("status").replace_strict(_STATUS),
        name=pl.concat_str("last", pl.lit(", "), "first").str.replace_many(_OUTSIDE_CP1252),
    )
    chosen = block.lines.filter(orders["chosen"].gather(block.lines["order_index"]))
    lines = pl.concat([orders[chosen["order_index"].to_numpy()], chosen.drop("order")], how="horizontal")
    weight = block.products["weight"].gather(chosen["product"] - 1)
    return lines.with_columns(
        weight * chosen["quantity"],
        channel=pl.when("no_channel").then(None).otherwise(pl.col("channel").replace_strict(_CHANNEL)),
        email=pl.when("capitals").then(pl.col("email").str.to_uppercase()).otherwise("email"),
    )


def _columns() -> list[pl.Expr]:
    return [
        (pl.col("order") + 700_000).alias("order_no"),
        pl.col("line").alias("line_no"),
        pl.col("person").alias("cust_no"),
        pl.col("name").alias("cust_name"),
        pl.col("email"),
        pl.col("country"),
        pl.col("ordered").dt.to_string("%d.%m.%Y").alias("order_dt"),
        pl.col("status"),
        pl.col("pay"),
        pl.col("channel"),
        pl.col("discount").alias("disc"),
        pl.col("product").alias("article"),
        pl.col("quantity").alias("qty"),
        comma(pl.col("amount"), group=".").alias("amount"),
        pl.col("weight").alias("weight_g"),
        pl.when("test").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("test"),
    ]


def legacy_script(lines: pl.DataFrame) -> pl.DataFrame:
    """Do what the old script does; R01 to R17 name the rules in the ground truth."""
    kept = lines.filter(~pl.col("test"), pl.col("status") != "X")  # R08, R09
    orders = kept.group_by("order", maintain_order=True).agg(
        pl.col("person", "name", "email", "ordered", "status", "pay", "channel", "discount", "country").first(),
        total=pl.col("amount").sum(),
        lines=pl.len(),
        weight=pl.col("weight").sum(),
    )
    grams = pl.col("weight")
    names = _country_names()
    return orders.select(
        (pl.col("order") + 700_000).alias("ORDER_ID"),  # R01
        (pl.lit("C") + pl.col("person").cast(pl.String).str.zfill(8)).alias("CUSTOMER_ID"),  # R02
        pl.col("name").str.replace("^(.*), (.*)$", "$2 $1").alias("CUSTOMER_NAME"),  # R03
        pl.col("email").str.to_lowercase().alias("EMAIL"),  # R04
        pl.col("ordered").dt.to_string("%Y-%m-%d").alias("ORDER_DATE"),  # R05
        pl.col("status")
        .replace_strict({"N": "OPEN", "S": "SHIPPED", "D": "DELIVERED", "R": "RETURNED"})
        .alias("STATUS"),  # R06
        pl.col("pay").replace_strict({"1": "CARD", "2": "INVOICE", "3": "PAYPAL", "4": "CASH"}).alias("PAYMENT"),  # R07
        pl.col("channel").fill_null("STORE").alias("CHANNEL"),  # R10
        pl.min_horizontal("discount", 30).alias("DISCOUNT_PCT"),  # R11
        pl.col("country").replace_strict(names).alias("COUNTRY"),  # R12
        euros(pl.col("total")).alias("TOTAL"),  # R13
        pl.col("lines").alias("LINES"),  # R14
        pl.when(pl.col("country") == "GB").then(pl.lit("UK"))
        .when(pl.col("country") == "US").then(pl.lit("OVERSEAS"))
        .otherwise(pl.lit("EU")).alias("REGION"),  # R15
        pl.when(pl.col("total") >= 10_000).then(pl.lit("FREE")).otherwise(pl.lit("STANDARD")).alias("SHIPPING"),  # R16
        pl.concat_str(
            (grams // 1000).cast(pl.String), pl.lit("."), (grams % 1000).cast(pl.String).str.zfill(3)
        ).alias("WEIGHT_KG"),  # R17
    )  # fmt: skip


def _country_names() -> dict[str, str]:
    table = pl.read_csv(FOLDER / "template" / "refs" / "countries.csv", columns=["alpha2", "name_en"])
    return dict(zip(table["alpha2"], table["name_en"], strict=True))
