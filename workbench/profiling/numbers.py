"""In which way the texts of a column write numbers, decided once for the column.

'1.234' may be 1234 or 1.234, and '1,234' likewise: what decides is how many rows of the column can only be
the one, and how many can only be the other.
"""

from __future__ import annotations

import re
from typing import Literal

import polars as pl

from .counted import Counted
from .facts import NumberFormat, Status
from .reference import currencies

__all__ = ["has_leading_zeros", "number_formats"]

MOST = 20_000  # different values looked at
LEAST = 0.05  # share of filled rows below which a few numbers make no number column
MOSTLY = 99  # see dates
MONEY_LETTERS = {"kr", "Kr", "Rs", "Fr", "zł", "Kč", "Ft", "lei"}
SPACES = "  \u202f\u2009"
SHAPE = re.compile(
    r"[(\-+−]?[^\d\w\s]?(?:[Aa]{1,2} ?|[^\d\w\s] ?)?[(\-+−]?"  # brackets, sign, currency
    r"[.,]?9(?:[.,' ’]9)*[.,]?(?:[EeAa][+\-]?9)?"  # digits in groups, exponent
    r" ?(?:[)\-]|%|[^\d\w\s]|[Aa]{1,2})?"  # bracket, sign, unit
)
BODY = (
    r"^(?P<open>\()?(?P<sign>[-+−])?(?P<prefix>[^\d\s.,()+\-−]{1,4})?\s?(?P<inner>[-+−])?"
    rf"(?P<body>[.,]?\d[\d.,'’{SPACES}]*?)(?P<power>[eE][+-]?\d+)?\s?(?P<suffix>[^\d\s.,()+\-−]{{1,8}})?(?P<after>[-)])?$"
)
G = {"": "", ".": r"\.", ",": ",", " ": f"[{SPACES}]", "'": "['’]"}


def number_formats(counted: Counted, shapes: pl.Series, kinds: list[str], habit: str = "") -> tuple[NumberFormat, ...]:
    """The ways of writing numbers that a fair share of the texts fit, best first.

    Args:
        counted: The texts.
        shapes: Their shapes at the level 'runs'.
        kinds: The different shapes, or the most frequent ones.
        habit: The decimal sign that other columns prove: assumed where nothing here tells.
    """
    kinds = [kind for kind in kinds if SHAPE.fullmatch(kind.strip())]
    if not kinds:
        return ()
    part = counted.only(shapes.is_in(kinds))
    texts = part.values.str.strip_chars()
    frame = texts.str.extract_groups(BODY).struct.unnest().with_columns(part.counts.alias("n"))
    frame = _same_marks(frame.filter(pl.col("body").is_not_null()))
    found = _weigh(frame, _masks(frame.get_column("body")), counted, habit)
    least = LEAST * counted.number(counted.filled).value
    return tuple(f for f in found if f.matched.value > 0) if _most(found) >= least else ()


def _most(found: tuple[NumberFormat, ...]) -> float:
    return max((f.matched.value for f in found), default=0)


def _same_marks(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with no mark around the number or with the column's usual ones: 'A1' and '12b' are codes."""
    for name in ("prefix", "suffix"):
        mark = _common(frame, name)
        letters = mark.isalpha() and not (mark.upper() in currencies() or mark in MONEY_LETTERS)
        if letters and (name == "prefix" or len(mark) < 2):
            mark = ""
        frame = frame.filter(pl.col(name).is_null() | (pl.col(name) == mark))
    return frame


def has_leading_zeros(counted: Counted) -> bool:
    """Whether some digits begin with a zero that a number would lose ('007'): then they are codes."""
    zeros = counted.values.str.contains(r"^0\d+$")
    return int(counted.counts.filter(zeros).sum()) > 0.005 * counted.filled


def _sum(frame: pl.DataFrame, mask: pl.Series | None = None) -> int:
    counts = frame.get_column("n")
    return int((counts if mask is None else counts.filter(mask)).sum())


def _masks(bodies: pl.Series) -> dict[str, pl.Series]:
    """Which bodies are what: whole, one mark with or without three digits after, marks in groups."""
    body = pl.col(bodies.name)
    found = {"whole": body.str.contains(r"^\d+$")}
    for name, mark, other in (("point", ".", ","), ("comma", ",", ".")):
        m, o = G[mark], G[other]
        found[f"{name}_doubt"] = body.str.contains(rf"^[1-9]\d{{0,2}}{m}\d{{3}}$")
        one = body.str.contains(rf"^\d*{m}\d+$|^\d+{m}$")
        spaced = body.str.contains(rf"^\d{{1,3}}(?:(?:{G[' ']}|{G[chr(39)]})\d{{3}})+{m}\d+$")
        grouped = body.str.contains(
            rf"^[1-9]\d{{0,2}}(?:{m}\d{{3}}){{2,}}(?:{o}\d*)?$|^[1-9]\d{{0,2}}{m}\d{{3}}{o}\d*$"
        )
        found[f"{name}_decimal"] = (one & ~found[f"{name}_doubt"]) | spaced
        found[f"{name}_group"] = grouped
    for name, mark in (("space", " "), ("quote", "'")):
        found[f"{name}_group"] = body.str.contains(rf"^\d{{1,3}}(?:{G[mark]}\d{{3}})+(?:[.,]\d+)?$")
    return bodies.to_frame().select(**found).to_dict()  # one call: a call a mask is slow on thousands of columns


def _weigh(frame: pl.DataFrame, masks: dict[str, pl.Series], counted: Counted, habit: str) -> tuple[NumberFormat, ...]:
    rows = {name: _sum(frame, mask) for name, mask in masks.items()}
    # Decimal point: '1.5', '1,234,567', '1,234.5'; decimal comma the other way round.
    proofs = {
        ".": rows["point_decimal"] + rows["comma_group"],
        ",": rows["comma_decimal"] + rows["point_group"],
    }
    doubt = rows["point_doubt"] + rows["comma_doubt"]
    if not any(proofs.values()) and not doubt:
        return (_made(frame, masks, counted, "", 0, "proven"),)
    found: list[NumberFormat] = []
    first = "." if proofs["."] >= proofs[","] else ","
    if not any(proofs.values()) and habit:
        first = habit
    for decimal in (first, "," if first == "." else "."):
        against = proofs["," if decimal == "." else "."]
        if not proofs[decimal] and not doubt:
            continue
        found.append(
            _made(frame, masks, counted, decimal, proofs[decimal], _status(proofs[decimal], against, decimal == first))
        )
    return tuple(found)


def _status(proofs: int, against: int, first: bool) -> Status:
    if proofs and against and proofs < MOSTLY * against and against < MOSTLY * proofs:
        return "conflicting"
    if proofs > against:
        return "proven"
    return "assumed" if first and not against else "rival"


def _made(
    frame: pl.DataFrame, masks: dict[str, pl.Series], counted: Counted, decimal: str, proofs: int, status: Status
) -> NumberFormat:
    """The format with this decimal sign, the grouping sign following from what is there."""
    own, other = ("point", "comma") if decimal != "," else ("comma", "point")
    marks = {"": None, ",": "comma", ".": "point", " ": "space", "'": "quote"}
    fits = masks["whole"] | masks[f"{own}_decimal"] | masks[f"{own}_doubt"]
    grouped = masks[f"{other}_group"] | masks[f"{other}_doubt"]
    group = "," if own == "point" else "."
    if not _sum(frame, grouped):
        group = next((g for g in (" ", "'") if _sum(frame, masks[f"{marks[g]}_group"])), "")
        grouped = masks[f"{marks[group]}_group"] if group else grouped
    matched = fits | grouped
    part = frame.filter(matched)
    has_decimals = _sum(
        frame, masks[f"{own}_decimal"] | (masks[f"{own}_doubt"] if status != "rival" else masks[f"{own}_decimal"])
    )
    sign = decimal if decimal and (has_decimals or _decimals(part, decimal)) else ""
    if status == "rival" and not sign and decimal and _sum(frame, masks[f"{own}_doubt"]):
        sign = decimal
    return NumberFormat(
        decimal=sign,
        group=group,
        matched=counted.number(_sum(frame, matched)),
        negative=_negative(part),
        prefix=_common(part, "prefix"),
        suffix=_common(part, "suffix"),
        digits=_decimals(part, sign) if sign else 0,
        proven=counted.number(proofs if decimal else _sum(frame, matched)),
        ambiguous=counted.number(_sum(frame, masks["point_doubt"] | masks["comma_doubt"])),
        exponent=part.get_column("power").is_not_null().any(),
        status=status,
    )


def _decimals(part: pl.DataFrame, decimal: str) -> int:
    found = part.get_column("body").str.extract(rf"{G[decimal]}(\d+)$").str.len_chars().max()
    return int(found or 0)  # type: ignore[arg-type]


def _negative(part: pl.DataFrame) -> Literal["", "minus", "trailing", "parentheses"]:
    if part.get_column("open").is_not_null().any():
        return "parentheses"
    if (part.get_column("after") == "-").any():
        return "trailing"
    return "minus" if part.select((pl.col("sign") != "+").any() | (pl.col("inner") == "-").any()).item() else ""


def _common(part: pl.DataFrame, name: str) -> str:
    """What stands before or after in at least a tenth of the rows."""
    counts = part.filter(pl.col(name).is_not_null()).group_by(name).agg(pl.col("n").sum())
    best = counts.sort("n", name, descending=[True, False]).head(1)
    if best.height and best["n"].item() >= 0.1 * _sum(part):
        return str(best[name].item()).strip()
    return ""
