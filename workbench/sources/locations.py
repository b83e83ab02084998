"""Where data lies: paths and database addresses, checked, named and masked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workbench.errors import SourceError, did_you_mean

__all__ = ["EXTENSIONS", "Place", "locate", "mask_secrets", "names_file", "sniff_format"]

EXTENSIONS = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".psv": "csv", ".txt": "csv", ".dat": "csv", ".asc": "csv",
    ".parquet": "parquet", ".pq": "parquet", ".parq": "parquet",
    ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".xlsx": "excel", ".xlsm": "excel", ".xlsb": "excel", ".xls": "excel", ".ods": "excel",
    ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".db3": "sqlite",
    ".duckdb": "duckdb", ".ddb": "duckdb",
}  # fmt: skip
SCHEMES = {"sqlite": "sqlite", "duckdb": "duckdb", "postgresql": "postgresql", "postgres": "postgresql"}
_MAGIC = (
    (0, b"PAR1", "parquet", "a Parquet file"),
    (0, b"SQLite format 3\0", "sqlite", "a SQLite database"),
    (8, b"DUCK", "duckdb", "a DuckDB database"),
    (0, b"PK\x03\x04", "excel", "a zip archive or an Excel workbook"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel", "an old Office document"),
    (0, b"%PDF-", "", "a PDF document"),
    (0, b"\x89PNG", "", "a PNG picture"),
    (0, b"\xff\xd8\xff", "", "a JPEG picture"),
    (0, b"GIF8", "", "a GIF picture"),
    (0, b"\x7fELF", "", "a program"),
    (0, b"MZ\x90", "", "a program"),
    (0, b"BZh", "", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "", "an xz archive"),
    (0, b"7z\xbc\xaf", "", "a 7-Zip archive"),
    (0, b"ARROW1", "", "an Arrow IPC file"),
    (0, b"Obj\x01", "", "an Avro file"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A location that was checked.

    Attributes:
        format: 'csv', 'parquet', …: which reader or writer takes it.
        path: The file or folder; None for a database server. A glob pattern is kept as written.
        url: The address of a database server, with its secrets: never show it, show `shown`.
        shown: What messages may say.
        root: The folder the location must not leave, when there is one.
    """

    format: str
    path: Path | None = None
    url: str = ""
    shown: str = ""
    root: Path | None = None

    @property
    def file(self) -> Path:
        """The path of a location that is a file."""
        if self.path is None:
            raise SourceError("this is a server, not a file", where=self.shown, cure="give a path")
        return self.path

    @property
    def name(self) -> str:
        """What to call a dataset that lies here."""
        return re.split(r"\.", self.path.name, maxsplit=1)[0] or self.path.name if self.path else "query"


def locate(
    location: str | os.PathLike[str],
    *,
    format: str | None = None,  # the name users know it by
    root: str | os.PathLike[str] | None = None,
    to_write: bool = False,
) -> Place:
    """Check a location and find its format.

    Args:
        location: A path, a glob pattern or a database address.
        format: The format, when the name does not tell it.
        root: A folder; relative paths start there and nothing outside is touched.
        to_write: The file need not exist.

    Raises:
        SourceError: It does not exist, leads out of the root, or its format cannot be told.
    """
    text = os.fspath(location)
    if "\0" in text or not text.strip():
        raise SourceError("the location is empty or holds a NUL", where=repr(text), cure="name a file")
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", text)
    base = Path(root).resolve() if root is not None else None
    if scheme is None:
        return _at_path(text, format, base, to_write)
    known = scheme[1].lower()
    if known == "file":
        return _at_path(unquote(urlsplit(text).path), format, base, to_write)
    if known not in SCHEMES:
        cure = did_you_mean(known, SCHEMES)
        raise SourceError(f"addresses of kind '{known}://' are not read here", where=mask_secrets(text), cure=cure)
    if SCHEMES[known] == "postgresql":
        return Place(format or "postgresql", url=text, shown=mask_secrets(text), root=base)
    path = unquote(text[scheme.end() :])
    # sqlite:///data/x.db is relative, sqlite:////data/x.db absolute, as elsewhere in Python
    path = path[1:] if path.startswith("/") else path
    return _at_path(path, format or SCHEMES[known], base, to_write)


def names_file(text: str) -> bool:
    """Whether a text can only mean a file, there or not: it has a folder, or ends like one.

    >>> names_file("nowhere.csv"), names_file("crm.customers")
    (True, False)
    """
    path = Path(text)
    return len(path.parts) > 1 or path.suffix.lower() in (*EXTENSIONS, ".gz", ".zst")


def _at_path(text: str, format: str | None, base: Path | None, to_write: bool) -> Place:
    path = Path(text).expanduser()
    full = (base / path) if base is not None else path
    if base is not None and not full.resolve().is_relative_to(base):
        raise SourceError("the path leads out of the project", where=text, cure=f"keep data under {base}")
    is_glob = any(c in text for c in "*?[") and not full.exists()
    if not to_write and not is_glob and not full.exists():
        raise SourceError("there is no such file", where=str(full), cure=_siblings(full))
    return Place(format or _format_of(full, to_write or is_glob), full, shown=str(full), root=base)


def _siblings(path: Path) -> str:
    parent = path.parent
    if not parent.is_dir():
        return f"there is no folder {parent} either"
    names = [p.name for p in parent.iterdir() if not p.name.startswith(".")]
    return did_you_mean(path.name, names) if names else f"the folder {parent} is empty"


def _format_of(path: Path, by_name_only: bool) -> str:
    suffix = path.suffix.lower()
    if suffix in (".gz", ".zst") and len(path.suffixes) > 1:
        suffix = path.suffixes[-2].lower()
    if not by_name_only and path.is_dir():
        return _format_of_folder(path)
    found = EXTENSIONS.get(suffix, "")
    if found == "sqlite" and not by_name_only and sniff_format(path)[0] == "duckdb":
        return "duckdb"  # both call their files .db
    if found:
        return found
    known, what = ("", "") if by_name_only else sniff_format(path)
    if not suffix and known:
        return known
    hint = f"; its content looks like {what}" if what else ""
    cure = did_you_mean(suffix, EXTENSIONS) if suffix else "say format='csv', 'parquet', 'json' …"
    raise SourceError(f"the format cannot be told from the name '{path.name}'{hint}", where=str(path), cure=cure)


def _format_of_folder(path: Path) -> str:
    inside = sorted(p.name for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    if any(Path(n).suffix.lower() in (".parquet", ".pq", ".parq") for n in inside):
        return "parquet"
    shown = ", ".join(inside[:8]) + (" …" if len(inside) > 8 else "")
    cure = f"name one of its files: {shown}" if inside else "it is empty"
    raise SourceError("this is a folder, not a file", where=str(path), cure=cure)


def sniff_format(path: Path) -> tuple[str, str]:
    """The format and its name in words by a file's first bytes; empty where they tell nothing."""
    try:
        with path.open("rb") as f:
            head = f.read(512)
    except OSError:
        return "", ""
    for offset, magic, format_, what in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return format_, what
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"[":
        return "json", "JSON"
    if start == b"{":
        return "ndjson" if b"}\n{" in head else "json", "JSON"
    return ("csv", "text") if head and b"\0" not in head else ("", "")


def mask_secrets(text: str) -> str:
    """Replace the passwords in addresses and connection strings.

    >>> mask_secrets("postgresql://ann:pa@ss@db.example/shop?sslpassword=x&a=1")
    'postgresql://ann:***@db.example/shop?sslpassword=***&a=1'
    >>> mask_secrets("host=db password='a b' user=ann")
    'host=db password=*** user=ann'
    """
    text = re.sub(r"(://[^:/?#@\s]*):\S*@", r"\1:***@", text)
    return re.sub(r"((?:pass(?:word|wd)?|secret|token|api_?key)\s*=\s*)('[^']*'|[^&\s;]+)", r"\1***", text, flags=re.I)
