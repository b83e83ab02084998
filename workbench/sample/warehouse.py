"""The sample's warehouse as the last hand-written load left it: integers for dates and money, codes of its own."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from .block import Block, person_id
from .people import TODAY
from .write import Files

__all__ = ["CUSTOMERS", "ORDERS", "write_warehouse"]

CUSTOMERS, ORDERS = "warehouse.dim_customer", "warehouse.fact_order"
_ALPHA3 = {"DE": "DEU", "GB": "GBR", "FR": "FRA", "US": "USA", "NL": "NLD", "ES": "ESP", "IT": "ITA"}
_DIAL = {"DE": "49", "GB": "44", "FR": "33", "US": "1", "NL": "31", "ES": "34", "IT": "39"}
_STATUS = {"open": 1, "shipped": 2, "delivered": 3, "cancelled": 8, "returned": 9}
_CHANNEL = {"web": "ONLINE", "app": "ONLINE", "phone": "CALL", "store": "SHOP"}


def write_warehouse(block: Block, files: Files) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write what the warehouse holds of the block: the state of ninety days ago.

    Returns:
        Whose record each customer is, and which order each fact is, in the files' order.
    """
    cutoff = TODAY - timedelta(days=90)
    orders = block.orders.filter(pl.col("ordered") < cutoff)
    known = pl.col("person").is_in(orders["person"].unique().implode())
    people = block.people.filter((pl.col("created") < cutoff) | known)
    files.parquet(CUSTOMERS, "warehouse/dim_customer.parquet", people.select(_customer_columns(cutoff)))
    totals = block.lines.group_by("order", maintain_order=True).agg(
        pl.col("amount").sum(), pl.col("quantity").sum(), pl.len().alias("lines")
    )
    orders = orders.join(totals, on="order", how="left", maintain_order="left")
    files.parquet(ORDERS, "warehouse/fact_order.parquet", orders.select(_order_columns()))
    return (
        people.select(pl.lit(CUSTOMERS).alias("dataset"), _text("person"), person_id()),
        orders.select(pl.lit(ORDERS).alias("dataset"), _text("order"), "order"),
    )


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).alias("source_id")


def _day(column: pl.Expr) -> pl.Expr:
    return column.dt.to_string("%Y%m%d").cast(pl.Int32)


def _customer_columns(cutoff: object) -> list[pl.Expr]:
    return [
        pl.col("person").alias("CUSTOMER_KEY"),
        pl.concat_str("last", pl.lit(" "), "first").str.to_uppercase().alias("CUSTOMER_NM"),
        pl.when("female").then(2).otherwise(1).cast(pl.Int8).alias("GENDER_CD"),
        _day(pl.col("born")).alias("BIRTH_DATE_ID"),
        pl.col("email").alias("EMAIL_ADDR"),
        ("00" + pl.col("country").replace_strict(_DIAL) + pl.col("national")).alias("PHONE_NO"),
        pl.col("street").alias("STREET_TXT"),
        pl.col("postcode").alias("POSTAL_CD"),
        pl.col("city").alias("CITY_NM"),
        pl.col("country").replace_strict(_ALPHA3).alias("COUNTRY_CD"),
        pl.col("balance").alias("BALANCE_CENTS"),
        pl.when("closed").then(pl.lit("C")).otherwise(pl.lit("A")).alias("STATUS_CD"),
        pl.lit(cutoff, dtype=pl.Datetime("us")).alias("LOAD_TS"),
    ]


def _order_columns() -> list[pl.Expr]:
    return [
        pl.col("order").alias("ORDER_KEY"),
        pl.col("person").alias("CUSTOMER_KEY"),
        _day(pl.col("ordered")).alias("ORDER_DATE_ID"),
        pl.col("status").replace_strict(_STATUS, return_dtype=pl.Int8).alias("STATUS_ID"),
        pl.col("channel").replace_strict(_CHANNEL).alias("CHANNEL_CD"),
        pl.col("currency").alias("CURRENCY_CD"),
        pl.col("amount").alias("TOTAL_CENTS"),
        pl.col("quantity").alias("PIECES_QTY"),
        pl.col("lines").cast(pl.Int32).alias("LINES_QTY"),
    ]
