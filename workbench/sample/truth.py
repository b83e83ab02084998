"""The ground truth beside the sample: who is who, which booking is which order. No verb of the workbench reads it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from .block import Block, person_id
from .write import Files, euros

__all__ = ["true_crosswalk", "write_truth"]

_DIAL = {"DE": "+49", "GB": "+44", "FR": "+33", "US": "+1", "NL": "+31", "ES": "+34", "IT": "+39"}


def write_truth(block: Block, files: Files, customers: Iterable[pl.DataFrame], orders: Iterable[pl.DataFrame]) -> None:
    """Write the block's people and orders as they are, and what each record of a system stands for.

    Args:
        block: The block.
        files: Where to write.
        customers: By dataset: dataset, source_id, customer_id of each record.
        orders: By dataset: dataset, source_id, order of each record.
    """
    files.csv("truth.customers", "truth/customers.csv", block.people.select(_customer()))
    totals = block.lines.group_by("order", maintain_order=True).agg(pl.col("amount").sum(), pl.len().alias("lines"))
    booked = block.orders.join(totals, on="order", how="left", maintain_order="left")
    files.csv("truth.orders", "truth/orders.csv", booked.select(_order()))
    for records in customers:
        files.csv("truth.customer_records", "truth/customer_records.csv", records)
    for records in orders:
        known = records.select("dataset", "source_id", _order_id())
        files.csv("truth.order_records", "truth/order_records.csv", known)


def true_crosswalk(folder: str | os.PathLike[str]) -> pl.DataFrame:
    """Which customer records of a sample are the same person, to hold a crosswalk or a draft against.

    Args:
        folder: The sample's.

    Returns:
        Columns canonical_id, system, source_id (in canonical form, as 'CRM-00010001'); one row a record.
    """
    records = pl.read_csv(Path(folder) / "truth" / "customer_records.csv", infer_schema=False)
    system = pl.col("dataset").str.split(".").list.first()
    key = pl.concat_str(system.str.to_uppercase(), pl.lit("-"), "source_id")
    found = records.select(pl.col("customer_id").alias("canonical_id"), system.alias("system"), key.alias("source_id"))
    return found.unique(("system", "source_id"), keep="first", maintain_order=True)


def _order_id() -> pl.Expr:
    return (pl.lit("O") + pl.col("order").cast(pl.String).str.zfill(8)).alias("order_id")


def _customer() -> list[pl.Expr]:
    return [
        person_id(),
        pl.concat_str("first", pl.lit(" "), "last").alias("full_name"),
        pl.col("first").alias("first_name"),
        pl.col("last").alias("last_name"),
        pl.col("email"),
        (pl.col("country").replace_strict(_DIAL) + pl.col("national")).alias("phone"),
        pl.when("female").then(pl.lit("Female")).otherwise(pl.lit("Male")).alias("gender"),
        pl.col("born").alias("born_on"),
        pl.col("street"),
        pl.col("postcode"),
        pl.col("city"),
        pl.col("country"),
        pl.when("closed").then(pl.lit("closed")).otherwise(pl.lit("active")).alias("status"),
        euros(pl.col("balance")).alias("balance"),
        pl.col("updated").dt.to_string("%Y-%m-%dT%H:%M:%SZ").alias("updated_at"),
    ]


def _order() -> list[pl.Expr]:
    moment = pl.col("ordered").dt.replace_time_zone("UTC")
    return [
        _order_id(),
        person_id(),
        pl.col("ordered").dt.to_string("%Y-%m-%dT%H:%M:%SZ").alias("ordered_at"),
        moment.dt.convert_time_zone("Europe/Berlin").dt.to_string("%Y-%m-%d").alias("order_date"),
        pl.col("status"),
        pl.col("currency"),
        euros(pl.col("amount")).alias("total"),
        pl.col("channel").replace({"app": "web"}).alias("channel"),
        pl.col("lines"),
    ]
