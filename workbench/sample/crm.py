"""The sample's CRM: one semicolon-separated file, 'Last, First', local phone digits, dates as dd/mm/yyyy."""

from __future__ import annotations

import numpy as np
import polars as pl

from .block import Block, ids, person_id
from .draw import Draw
from .noise import copies, spoil
from .write import Files, comma

__all__ = ["CUSTOMERS", "write_crm"]

CUSTOMERS = "crm.customers"
_REMARKS = (
    "prefers e-mail", "call after 5 pm", "moved; address to be checked", 'wants to be called "Doc"',
    "invoice by post", "complaint 2025, settled", "VIP", "no advertising",
)  # fmt: skip


def write_crm(block: Block, files: Files) -> pl.DataFrame:
    """Write the block's CRM records.

    Returns:
        Whose record each is: dataset, source_id and customer_id, in the file's order.
    """
    draw = block.draw("crm")
    known = copies(draw, len(block.people), 0.93, 0.04)
    frame = pl.concat([block.people[known["index"].to_numpy()], known], how="horizontal")
    frame = spoil(draw, frame[draw.order(len(frame))])
    n = len(frame)
    frame = frame.with_columns(
        ids("", 10_000 + block.counters.take("crm", n), n, 8).alias("cust_no"),
        pl.Series("is_test", draw.chance(0.01, n)),
        pl.Series("style", draw.weighted((75, 15, 10), n)),
        pl.Series("uk", draw.chance(0.3, n)),
        pl.Series("capitals", draw.chance(0.04, n)),
        pl.Series("placeholder", draw.chance(0.003, n)),
        pl.Series("remark", (*_REMARKS, None)).gather(draw.weighted((1,) * len(_REMARKS) + (120,), n)),
        pl.Series("fax", draw.chance(0.04, n)),
        # What people mistype by hand: a name without its comma, a day that does not exist, a note in the phone field.
        pl.Series("slip", draw.weighted((985, 5, 5, 5), n)),
        pl.Series("older", np.zeros(n, dtype=bool)),
    )
    frame = _with_versions(draw, frame)
    files.csv(CUSTOMERS, "crm/customers.csv", frame.select(_columns()), separator=";")
    owner = pl.when("is_test").then(None).otherwise(person_id()).alias("customer_id")
    return frame.select(pl.lit(CUSTOMERS).alias("dataset"), pl.col("cust_no").alias("source_id"), owner)


def _with_versions(draw: Draw, frame: pl.DataFrame) -> pl.DataFrame:
    """Leave an outdated version in the file beside some records: same number, older address and date."""
    versions = frame.filter(pl.Series(draw.chance(0.02, len(frame)))).with_columns(
        street=pl.coalesce("old_street", "street"),
        city=pl.coalesce("old_city", "city"),
        postcode=pl.coalesce("old_postcode", "postcode"),
        updated=pl.col("created"),
        national=pl.lit(None, dtype=pl.String),
        older=pl.lit(True),
    )
    both = pl.concat([frame, versions])
    return both.sort("cust_no", "older", descending=[False, True], maintain_order=True)


def _columns() -> list[pl.Expr]:
    trunk = pl.col("country").replace_strict({"DE": "0", "GB": "0", "FR": "0", "NL": "0"}, default="")
    phone = trunk + pl.col("national")
    style, slip = pl.col("style"), pl.col("slip")
    between = pl.when(slip == 1).then(pl.lit(" ")).otherwise(pl.lit(", "))
    name = pl.when("is_test").then(pl.lit("Test")).otherwise("last")
    return [
        pl.col("cust_no"),
        pl.concat_str(name, between, "first").alias("CustomerName"),
        pl.when("female").then(pl.lit("F")).when(~pl.col("female")).then(pl.lit("M")).alias("sex"),
        pl.when("placeholder").then(pl.lit("01/01/1900"))
        .when(slip == 2).then(pl.col("born").dt.to_string("31/02/%Y"))
        .otherwise(pl.col("born").dt.to_string("%d/%m/%Y")).alias("dob"),
        pl.when("capitals").then(pl.col("email").str.to_uppercase()).otherwise("email").alias("email"),
        pl.when(slip == 3).then(pl.lit("see remark"))
        .when(style == 1).then(phone.str.slice(0, 4) + " " + phone.str.slice(4))
        .when(style == 2).then(phone.str.slice(0, 4) + "/" + phone.str.slice(4))
        .otherwise(phone).alias("phone"),
        pl.when("fax").then(trunk + pl.col("national").str.slice(0, 7) + "99").alias("fax"),
        pl.col("street"),
        pl.col("postcode").alias("zip"),
        pl.col("city"),
        pl.when((pl.col("country") == "GB") & pl.col("uk")).then(pl.lit("UK")).otherwise("country").alias("country"),
        comma(pl.col("balance"), group=".").alias("saldo"),
        pl.when("is_test").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("is_test"),
        pl.when("closed").then(pl.col("updated").dt.to_string("%d/%m/%Y")).alias("closed_on"),
        pl.col("updated").dt.to_string("%Y-%m-%d %H:%M:%S").alias("updated_at"),
        pl.col("remark"),
    ]  # fmt: skip
