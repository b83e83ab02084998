"""The sample's ERP: database tables with coded column names, comma decimals as text, dates as yyyymmdd."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from .block import Block, ids, person_id
from .draw import Draw, Numbers
from .noise import doubled, spoil
from .people import TODAY
from .write import Files, comma

__all__ = ["CUSTOMERS", "LINES", "ORDERS", "PRODUCTS", "sku", "write_erp", "write_products"]

CUSTOMERS, ORDERS, LINES, PRODUCTS = "erp.customers", "erp.orders", "erp.order_lines", "erp.products"
_ALPHA3 = {"DE": "DEU", "GB": "GBR", "FR": "FRA", "US": "USA", "NL": "NLD", "ES": "ESP", "IT": "ITA"}
_DIAL = {"DE": "49", "GB": "44", "FR": "33", "US": "1", "NL": "31", "ES": "34", "IT": "39"}
_STATUS = {"open": "A", "shipped": "B", "delivered": "C", "cancelled": "X", "returned": "R"}
_CHANNEL = {"web": "10", "app": "10", "phone": "20", "store": "30"}
_SHORT = {"straße": "str.", " Street": " St", " Road": " Rd", " Avenue": " Ave", "Calle ": "C/ ", "rue ": "r. "}
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}


def sku(product: str = "product") -> pl.Expr:
    """The number a product goes by in the ERP."""
    return pl.lit("M-") + pl.col(product).cast(pl.String).str.zfill(6)


def write_products(products: pl.DataFrame, files: Files) -> None:
    """Write the product master; weights partly in grams, partly in kilograms."""
    heavy = pl.col("weight") >= 1000
    grams = pl.col("weight").cast(pl.String)
    kilos = pl.concat_str(
        (pl.col("weight") // 1000).cast(pl.String), pl.lit(","), (pl.col("weight") % 1000).cast(pl.String).str.zfill(3)
    )
    frame = products.select(
        sku().alias("MATNR"),
        pl.col("ean").alias("EAN11"),
        pl.col("name").alias("MAKTX"),
        pl.col("code").alias("MATKL"),
        comma(pl.col("price")).alias("STPRS"),
        pl.when(heavy).then(kilos).otherwise(grams).alias("NTGEW"),
        pl.when(heavy).then(pl.lit("KG")).otherwise(pl.lit("G")).alias("GEWEI"),
    )
    files.table(PRODUCTS, "MARA", frame)


def write_erp(block: Block, files: Files) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the block's customers, orders and lines.

    Returns:
        Whose record each customer is, and which order each booking is, in the tables' order.
    """
    draw = block.draw("erp")
    customers = _customers(block, draw)
    files.table(CUSTOMERS, "KNA1", customers.select(_customer_columns()))
    orders, lines = _bookings(block, draw, customers)
    files.table(ORDERS, "AUFK", orders.select(_order_columns()))
    files.table(LINES, "AUFP", lines.select(_line_columns()))
    return (
        customers.select(pl.lit(CUSTOMERS).alias("dataset"), pl.col("KUNNR").alias("source_id"), person_id()),
        orders.select(pl.lit(ORDERS).alias("dataset"), pl.col("AUFNR").alias("source_id"), "order"),
    )


def _customers(block: Block, draw: Draw) -> pl.DataFrame:
    """Everybody who ordered, and a few more; some twice."""
    n = len(block.people)
    known = draw.chance(0.03, n)
    known[block.orders["index"].to_numpy()] = True
    records = doubled(draw, np.flatnonzero(known), 0.02)
    frame = pl.concat([block.people[records["index"].to_numpy()], records], how="horizontal")
    frame = spoil(draw, frame[draw.order(len(frame))])
    n = len(frame)
    return frame.with_columns(
        ids("", 200_000 + block.counters.take("erp", n), n, 10).alias("KUNNR"),
        pl.Series("plain", draw.chance(0.15, n)),
    )


def _customer_columns() -> list[pl.Expr]:
    def typed(column: str) -> pl.Expr:
        plain = pl.col(column).str.replace_many(_UMLAUTS)
        return pl.when("plain").then(plain).otherwise(column)

    national = pl.col("national")
    dial = pl.lit("00") + pl.col("country").replace_strict(_DIAL)
    return [
        pl.col("KUNNR"),
        typed("last").alias("NAME1"),
        typed("first").alias("NAME2"),
        pl.when("female").then(pl.lit("2")).when(~pl.col("female")).then(pl.lit("1")).otherwise(pl.lit("0")).alias("SEXKZ"),
        pl.col("born").dt.to_string("%Y%m%d").fill_null("00000000").alias("GBDAT"),
        typed("street").str.replace_many(_SHORT).alias("STRAS"),
        pl.col("postcode").fill_null("").alias("PSTLZ"),
        pl.col("city").str.strip_chars().str.to_uppercase().alias("ORT01"),
        pl.col("country").replace_strict(_ALPHA3).alias("LAND1"),
        (dial + " " + national.str.slice(0, 3) + " " + national.str.slice(3)).alias("TELF1"),
        pl.col("email").alias("SMTPADR"),
        comma(pl.col("balance")).alias("SALDO"),
        pl.when("closed").then(pl.lit("X")).otherwise(pl.lit("")).alias("LOEVM"),
        pl.col("created").dt.to_string("%Y%m%d").alias("ERDAT"),
        pl.col("updated").dt.to_string("%Y%m%d").alias("AEDAT"),
    ]  # fmt: skip


def _bookings(block: Block, draw: Draw, customers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The orders as booked last night: some lost on the way from the shop, some booked twice."""
    orders = block.orders
    n = len(orders)
    from_shop = orders["channel"].is_in(["web", "app"]).to_numpy()
    lost = draw.chance(0.01, n) & from_shop
    late = (orders["ordered"] >= TODAY - timedelta(hours=24)).to_numpy()
    again = draw.chance(0.005, n) & from_shop
    at = np.flatnonzero(~lost & ~late)
    at = np.sort(np.concatenate([at, np.flatnonzero(again & ~lost & ~late)]), kind="stable")
    booked = orders[at].with_columns(
        ids("", 4_500_000_000 + block.counters.take("booking", len(at)), len(at), 10).alias("AUFNR"),
        pl.Series("at", at),
        pl.Series("second", draw.chance(0.3, len(at))),
    )
    numbers = customers.group_by("index", maintain_order=True).agg(
        pl.col("KUNNR").first().alias("one"), pl.col("KUNNR").last().alias("two")
    )
    booked = booked.join(numbers, on="index", how="left", maintain_order="left").with_columns(
        KUNNR=pl.when("second").then("two").otherwise("one")
    )
    lines = _booked_lines(block.lines, booked, n, draw)
    totals = lines.group_by("booking", maintain_order=True).agg(pl.col("amount").sum().alias("total"))
    return pl.concat([booked, totals.select("total")], how="horizontal"), lines


def _booked_lines(lines: pl.DataFrame, booked: pl.DataFrame, orders: int, draw: Draw) -> pl.DataFrame:
    """The lines of the orders booked, a few with a quantity mistyped."""
    count: Numbers = np.bincount(lines["order_index"].to_numpy(), minlength=orders)
    start = np.cumsum(count) - count
    at = booked["at"].to_numpy()
    booking = np.repeat(np.arange(len(at)), count[at])
    begin = np.cumsum(count[at]) - count[at]
    take = start[at][booking] + np.arange(len(booking)) - begin[booking]
    wrong = pl.Series(draw.chance(0.003, len(take)))
    frame: pl.DataFrame = lines[take].with_columns(
        pl.Series("booking", booking),
        booked["AUFNR"].gather(booking).alias("AUFNR"),
        quantity=pl.col("quantity") + pl.lit(wrong).cast(pl.Int64),
    )
    return frame.with_columns(amount=pl.col("quantity") * pl.col("price"))


def _order_columns() -> list[pl.Expr]:
    local = pl.col("ordered").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    web = pl.col("channel").is_in(["web", "app"])
    return [
        pl.col("AUFNR"),
        pl.col("KUNNR"),
        local.dt.to_string("%Y%m%d").alias("ERDAT"),
        local.dt.to_string("%H%M%S").alias("ERZET"),
        pl.col("currency").alias("WAERK"),
        comma(pl.col("total")).alias("NETWR"),
        pl.col("status").replace_strict(_STATUS).alias("STAT"),
        pl.col("channel").replace_strict(_CHANNEL).alias("VTWEG"),
        pl.when(web).then(pl.format("W-{}", pl.col("order") + 1_000_000)).otherwise(pl.lit("")).alias("BSTNK"),
    ]


def _line_columns() -> list[pl.Expr]:
    return [
        pl.col("AUFNR"),
        (pl.col("line") * 10).cast(pl.String).str.zfill(6).alias("POSNR"),
        sku().alias("MATNR"),
        (pl.col("quantity").cast(pl.String) + ",000").alias("MENGE"),
        pl.lit("ST").alias("MEINS"),
        comma(pl.col("price")).alias("PREIS"),
        comma(pl.col("amount")).alias("NETWR"),
    ]
