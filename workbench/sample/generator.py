"""The sample landscape put together: written texts copied, data made block by block."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import SourceError, UsageError
from workbench.model import dump_yaml, write_text

from .block import Block, Counters
from .crm import write_crm
from .databases import SCHEMA, address_in, postgresql, sqlite_file
from .erp import write_erp, write_products
from .legacy import write_legacy
from .orders import make_lines, make_orders, make_products
from .people import make_people
from .shop import write_shop
from .truth import write_truth
from .warehouse import write_warehouse
from .words import FOLDER, load_words
from .write import Files

__all__ = ["Sample", "generate"]

BLOCK = 200_000
MOST_ROWS = 100_000_000
_MARK = "truth/made_with.yaml"
_SQLITE = "erp/erp.sqlite"


@dataclass(frozen=True)
class Sample:
    """A sample landscape that was made.

    Attributes:
        root: Its folder.
        customers: How many people it has.
        seed: Its seed.
        rows: Rows written, by dataset; ``truth.*`` are those of the ground truth.
    """

    root: Path
    customers: int
    seed: int
    rows: Mapping[str, int]

    @property
    def landscape(self) -> Path:
        """The landscape file."""
        return self.root / "landscape.yaml"

    @property
    def total(self) -> int:
        """All rows written."""
        return sum(self.rows.values())


def generate(directory: str | os.PathLike[str], rows: int = 1000, seed: int = 1, postgres: str = "") -> Sample:
    """Make a retail landscape: CRM, ERP, web shop, warehouse, a legacy feed, contracts and ground truth.

    The same rows and seed give the same bytes. An earlier sample in the folder is replaced; a folder that
    holds anything else is left alone.

    Args:
        directory: Where to write; made if missing.
        rows: How many customers; everything else grows with them (about 22 rows in all for each).
        seed: Any whole number from 0.
        postgres: Name of an environment variable with the address of a PostgreSQL: the ERP's tables go there,
            into the schema 'erp', and the landscape names the variable. Into a SQLite file when empty.

    Raises:
        UsageError: The numbers make no sense, the folder or the schema holds something else, or the variable
            holds no address.
        SourceError: A file or a table cannot be written.
        MissingExtraError: psycopg is not installed.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise UsageError(f"a sample has 1 to {MOST_ROWS:,} customers, not {rows}", cure="choose another --rows")
    if not 0 <= seed < 2**63:
        raise UsageError(f"a seed is a whole number from 0, not {seed}", cure="choose another --seed")
    root = Path(directory)
    _make_room(root)
    database = postgresql(address_in(postgres)) if postgres else sqlite_file(root / _SQLITE)
    try:
        with Files(root, database) as files:
            shutil.copytree(FOLDER / "template", root, dirs_exist_ok=True, copy_function=shutil.copyfile)
            if postgres:
                _point_to(postgres, root)
            _write(files, rows, seed)
        write_text(root / _MARK, dump_yaml({"rows": str(rows), "seed": str(seed)}))
    except OSError as e:
        raise SourceError(f"cannot write the sample: {e.strerror}", where=str(e.filename or root)) from e
    return Sample(root, rows, seed, dict(files.rows))


def _make_room(root: Path) -> None:
    if root.is_dir() and any(root.iterdir()) and not (root / _MARK).is_file():
        raise UsageError(
            "the folder holds something that is no sample", where=str(root), cure="name an empty or a new folder"
        )


def _point_to(variable: str, root: Path) -> None:
    """Have the landscape name the PostgreSQL that a variable holds, and no SQLite file of an earlier sample."""
    landscape = root / "landscape.yaml"
    text = landscape.read_text(encoding="utf-8")
    here = f"location: {_SQLITE}\n  format: sqlite\n  table: "
    there = f"location: ${{{variable}}}\n  format: postgresql\n  table: {SCHEMA}."
    text = text.replace(here, there).replace("SQLite here, PostgreSQL in earnest", "PostgreSQL")
    write_text(landscape, text)
    (root / _SQLITE).unlink(missing_ok=True)


def _write(files: Files, rows: int, seed: int) -> None:
    words = load_words()
    counters = Counters()
    products = make_products(min(max(rows // 20, 40), 5000), seed)
    write_products(products, files)
    for number, done in enumerate(range(0, rows, BLOCK)):
        size = min(BLOCK, rows - done)
        people = make_people(words, counters.take("person", size), size, seed, number)
        orders = make_orders(people, counters.take("order", 2 * size), seed, number)
        lines = make_lines(orders, products, seed, number)
        block = Block(seed, number, words, counters, people, products, orders, lines)
        crm = write_crm(block, files)
        erp, bookings = write_erp(block, files)
        accounts, placed = write_shop(block, files)
        dimension, facts = write_warehouse(block, files)
        write_legacy(block, files)
        write_truth(block, files, [crm, erp, accounts, dimension], [bookings, placed, facts])
