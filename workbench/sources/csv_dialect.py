"""Finding out how a CSV text is written: delimiter, quote, escape, preamble, header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from .csv_tokens import Dialect, Record, Tokenizer

__all__ = ["Layout", "column_names", "detect_layout", "find_header"]

# How likely a character is meant as delimiter before anything was seen
_DELIMITERS = {
    ",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, "\x1f": 1.0, "\x01": 1.0, "^": 0.85, "~": 0.85, "§": 0.85, "¬": 0.85,
    "%": 0.75, ":": 0.6, "#": 0.6, "&": 0.6, "=": 0.6, "*": 0.6, "@": 0.6, "!": 0.6, "/": 0.5, " ": 0.55,
}  # fmt: skip
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 64 * 1024
_KINDS = (
    ("number", re.compile(r"[-+]?[$€£]?\s?\d[\d., ]*(?:[eE][-+]?\d+)?\s?[%€]?|[-+]?\.\d+")),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\S*)?")),
    ("time", re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[APap][Mm])?")),
    ("address", re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|(?:https?|ftp)://\S+|www\.\S+")),
    ("code", re.compile(r"(?=\w*\d)(?=\w*[^\W\d])[\w-]+|[\w]+(?:[-_/.][\w]+)*\d[\w]*")),
)  # fmt: skip
_WORDS = re.compile(r"[^\W_][\w .,'’&()/+:!?-]*", re.S)
_FLAG = {"true", "false", "yes", "no", "y", "n", "t", "f", "null", "na", "n/a", "none", "nan"}


@dataclass(frozen=True)
class Layout:
    """How a CSV text is laid out.

    Attributes:
        dialect: How it is written.
        width: The cells a record should have.
        names: The header as found; None when there is none.
        skipped: Physical lines ahead of the first data record: preamble and header.
        preamble: The lines ahead of the header.
        how: How each fact was found, in words.
    """

    dialect: Dialect
    width: int
    names: tuple[str, ...] | None
    skipped: int
    preamble: tuple[str, ...] = ()
    how: dict[str, str] = field(default_factory=dict)


def detect_layout(
    text: str, *, delimiter: str | None = None, quote: str | None = None, escape: str | None = None,
    header: bool | None = None,
) -> Layout:  # fmt: skip
    """Find out how a text is laid out; what is given is taken as told.

    Each delimiter and quote that occurs is tried on the head of the text and judged by how many
    records come out equally wide and how many cells look like something (a number, a date, words).

    Args:
        text: The head of the text, ending with a line.
        delimiter: The delimiter.
        quote: The quote; empty for none.
        escape: The escape character; empty for none.
        header: Whether there is a header.
    """
    told = re.match(r'"?sep=(.)"?\s*$', text.partition("\n")[0], re.I)  # Excel's own mark, for Excel's own eyes
    told = None if delimiter else told
    delimiter = told[1] if told else delimiter
    newline = "\r" if "\n" not in text and "\r" in text else "\n"
    text = text.replace("\r", "\n") if newline == "\r" else text
    sample = _head(text)
    delimiters = [delimiter] if delimiter else [d for d in _DELIMITERS if d in sample] or [","]
    quotes = [quote] if quote is not None else [q for q in "\"'" if q in sample] + [""]
    tries = [
        Dialect(d, q, escape if escape is not None else _escape(sample, q), _spaced(sample, d, q), newline)
        for d in delimiters
        for q in quotes
    ]
    scored = [(_score(sample, t) * _DELIMITERS.get(t.delimiter, 1.0), -i, t) for i, t in enumerate(tries)]
    best = max(scored)[2]
    if not best.quote and quote is None:
        best = replace(best, quote='"')  # none seen yet; one may come further down
    how = {
        "delimiter": "told by the first line" if told else "given" if delimiter else "detected",
        "quote": "given" if quote is not None else "detected" if best.quote in sample else "assumed",
    }
    return _layout(text, best, header, how)


def _head(text: str) -> str:
    lines = text[:_SAMPLE_CHARACTERS].split("\n")[: _SAMPLE_LINES + 1]
    whole = len(lines) < 2 or len(text) < sum(map(len, lines)) + len(lines)
    return "\n".join(lines if whole else lines[:-1])


def _escape(sample: str, quote: str) -> str:
    if not quote:
        return ""
    escaped = len(re.findall(rf"(?<!\\)\\{quote}(?!\s*(?:[,;|\t]|\r?$))", sample, re.M))
    return "\\" if escaped > len(re.findall(rf"(?<=[^{quote}]){quote}{quote}(?=[^{quote}])", sample)) / 2 else ""


def _spaced(sample: str, delimiter: str, quote: str) -> bool:
    """Whether a space follows every delimiter (but within prose, where it also follows a comma)."""
    if delimiter in (" ", "\t"):
        return False
    outside = re.sub(rf"{quote}[^{quote}\n]*{quote}", quote * 2, sample) if quote else sample
    total, spaced = outside.count(delimiter), len(re.findall(rf"{re.escape(delimiter)} +(?=\S)", outside))
    empty = len(re.findall(rf"{re.escape(delimiter)} *(?={re.escape(delimiter)}|\r?\n|\Z)", outside))
    return spaced > 0 and spaced + empty >= total


def _score(sample: str, dialect: Dialect) -> float:
    records = [r for r in Tokenizer(dialect).records(sample) if not r.is_blank]
    if not records:
        return 0.0
    widths = Counter(len(r.cells) for r in records)
    width, fitting = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    if width < 2:
        return 0.05
    consistency = fitting / len(records)
    cells = [c for r in [r for r in records if len(r.cells) == width][:100] for c in r.cells[:200]]
    looks = fmean(_looks_like(c, dialect.quote) for c in cells)
    flaws = sum(bool(r.flaw) for r in records) / len(records)
    quoted = any(r.quoted and any(r.quoted) for r in records)
    even = float(consistency**1.5)
    return even * (0.2 + 0.8 * looks) * (1 - 1 / (width + 1)) * (1 - 0.5 * flaws) * (1.05 if quoted else 1)


def _looks_like(cell: str, quote: str) -> float:
    if not cell.strip():
        return 0.6
    if len(cell) < 60 and any(pattern.fullmatch(cell.strip()) for _, pattern in _KINDS):
        return 1.0
    if cell[0] in "\"'" or cell[-1] in "\"'":
        return 0.2 if cell[0] != quote else 0.0
    return 0.9 if _WORDS.fullmatch(cell.strip()) else 0.5


def _layout(text: str, dialect: Dialect, header: bool | None, how: dict[str, str]) -> Layout:
    records: list[Record] = []
    for record in Tokenizer(dialect).records(text):
        records.append(record)
        if len(records) >= _SAMPLE_LINES:
            break
    filled = [r for r in records if not r.is_blank]
    if not filled:
        return Layout(dialect, 1, None, 0, how={**how, "header": "nothing was found"})
    body = [len(r.cells) for r in filled]
    width = max(Counter(body).items(), key=lambda i: (i[1], i[0]))[0] if len(body) > 2 else max(body)
    first = _first_row(records, width)
    if header is None:
        found, how["header"] = find_header([r.cells for r in records[first:] if not r.is_blank])
    else:
        found, how["header"] = header, "given"
    names = tuple(records[first].cells) if found else None
    while names and len(names) > width and not names[-1].strip():
        names = names[:-1]
    width = max(width, len(names or ()))  # rows may be short throughout: nulls lose nothing
    after = records[first].end if found else records[first].start
    preamble = tuple(text[r.start : r.end].rstrip("\r\n") for r in records[:first])
    return Layout(dialect, width, names, text.count("\n", 0, after), preamble, how)


def _first_row(records: Sequence[Record], width: int) -> int:
    """The first record that is not preamble: a title, a comment or a blank line ahead of the table."""
    marked = records[0].cells[0].lower() == "sep=" and not any(records[0].cells[1:])
    if width < 2:
        return 0
    for i, record in enumerate(records[:50]):
        if marked and i == 0:
            continue
        filled = sum(bool(c.strip()) for c in record.cells)
        if record.is_blank or (filled <= 1 < len(record.cells) and i + 1 < len(records) and width > 2):
            continue
        comment = record.cells[0].startswith(("#", "//")) and len(record.cells) != width
        if len(record.cells) >= 2 and not comment and (len(record.cells) >= width / 2 or i + 2 >= len(records)):
            return i
    return 0


def find_header(rows: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Whether the first row is a header, with the reason in words.

    Column by column: a name above numbers or dates speaks for a header, a number above numbers
    against; where nothing speaks, names that are all filled and unique are taken for a header.

    >>> find_header([["id", "born"], ["7", "1970-01-01"], ["8", "1971-05-02"]])
    (True, 'the first row differs in kind from those below it')
    >>> find_header([["7", "1970-01-01"], ["8", "1971-05-02"]])
    (False, 'the first row is like those below it')
    """
    first, body = rows[0], rows[1:100]
    if not body:
        like_data = sum(_kind(c) not in ("text", "") for c in first)
        return (
            not like_data,
            "the only row: it holds names only" if not like_data else "the only row: it holds values",
        )
    score = 0.0
    for i, name in enumerate(first[:200]):
        column = [r[i] for r in body if i < len(r) and r[i].strip()]
        score += _header_vote(name, column)
    if abs(score) > 0.4:
        return score > 0, "the first row " + ("differs in kind from" if score > 0 else "is like") + " those below it"
    filled = [c.strip() for c in first if c.strip()]
    named = len(set(filled)) == len(filled) and len(filled) >= len(first) / 2
    named = named and all(_kind(c) == "text" and len(c) < 80 for c in filled)
    return named, "assumed: the first row holds distinct names" if named else "assumed: the first row holds no names"


def _header_vote(name: str, column: Sequence[str]) -> float:
    if not column or not name.strip():
        return 0.0
    kinds = Counter(_kind(c) for c in column)
    kind, count = kinds.most_common(1)[0]
    own = _kind(name)
    if own == "flag" and "flag" not in kinds:
        own = "text"  # flags stand among flags: 'no' above numbers is short for number
    if kind == "code" == own:
        return -1.0 if _shape(name) in {_shape(c) for c in column} else 0.0
    if kind != "text" and count >= 0.8 * len(column):
        if own == "text" or (own == "code" and kind != "flag"):
            return 1.0
        year = re.fullmatch(r"(?:19|20)\d\d", name.strip())
        return (-0.2 if year else -1.0) if own == kind else 0.0
    if own not in ("text", "code"):
        return -0.7
    if name in column:
        return -0.7
    lengths = [len(c) for c in column]
    far = max(lengths) < 4 < len(name) or min(lengths) > 2 * len(name) + 10
    return 0.3 if far else 0.0


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d", "9", cell.strip()))


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return ""
    if text.lower() in _FLAG:
        return "flag"
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(text)), "text")


def column_names(found: Sequence[str] | None, width: int) -> tuple[list[str], list[str]]:
    """Names for all columns: filled in where missing, made unique where they repeat.

    Returns:
        The names, and what was done about which, in words.

    >>> column_names(["a", "", "a"], 4)[0]
    ['a', 'column_2', 'a_2', 'column_4']
    """
    given = [n.strip() for n in found or ()][:width]
    names: list[str] = []
    remarks: list[str] = []
    taken, seen = set(given), Counter[str]()
    for i in range(width):
        name = given[i] if i < len(given) else ""
        if not name:
            name = _free(f"column_{i + 1}", taken)
            if found is not None:
                remarks.append(f"column {i + 1} has no name: called '{name}'")
        elif seen[name]:
            unique = _free(f"{name}_{seen[name] + 1}", taken, f"{name}_")
            remarks.append(f"the name '{name}' stands twice: column {i + 1} is called '{unique}'")
            seen[name] += 1
            name = unique
        taken.add(name)
        seen[name] += 1
        names.append(name)
    return names, remarks


def _free(name: str, taken: set[str], stem: str | None = None) -> str:
    number = 2
    while name in taken:
        name = f"{stem or name + '_'}{number}"
        number += 1
    return name
