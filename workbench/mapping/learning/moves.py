"""Which single steps may take a piece out of a text: read off the samples, nothing but the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .chains import Step

__all__ = ["CLASSES", "Move", "cuts", "quoted", "separators", "tidyings"]

Move = tuple[Step, float]  # a step and how surprising it would be

CUT = 0.45  # what cuts a number is more surprising
_ANY = "(?:.|\\n)"
# Latin letters with their accents (Unicode blocks Basic Latin to Latin Extended-B).
_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
LETTERS = "A-Za-zÀ-ÖØ-öø-ɏ"
CLASSES = {"digits": "0-9", "letters": LETTERS, "upper": _UPPER, "alnum": f"0-9{LETTERS}", "solid": "^ \\t\\n\\r"}
_PHRASE = f"0-9{LETTERS} ._'&-"  # what a name may hold
# More than one class in a row, as tokens that people see as one.
_TOKENS = (
    ("[0-9]+(?:[.][0-9]+)?", "[^0-9]", 1.2), (f"[{_UPPER}][{_LOWER}]+", f"[^{_UPPER}]", 1.3),
    ("-?[0-9]+(?:[.,][0-9]+)*", "[^0-9-]", 1.5), (f"[0-9{LETTERS}.-]+", f"[^0-9{LETTERS}.-]", 1.6),
)  # fmt: skip


def quoted(text: str) -> str:
    """A text as a portable pattern that matches it."""
    return "".join(f"\\{c}" if c in ".^$*+?()[]{}|\\-" else "\\n" if c == "\n" else c for c in text)


def _not(c: str) -> str:
    return f"[^{quoted(c)}]"


def _times(pattern: str, k: int) -> str:
    """A pattern k times in a row."""
    return pattern if k == 1 else f"(?:{pattern}){{{k}}}"


def separators(values: Sequence[str]) -> list[str]:
    """What may part all of the texts: marks, runs of marks, words that every one of them holds."""
    first = values[0]
    found = [c for c in dict.fromkeys(first) if not c.isalnum()]
    found += list(dict.fromkeys(m for m in re.findall(r"[^\w]{2,4}", first)))
    found += list(dict.fromkeys(re.findall(r"[^\W\d_]+", first)))[:12]
    return [d for d in found if all(d in v for v in values)][:14]


def _parts(d: str, least: int) -> Iterator[Move]:
    word = 0.6 if any(c.isalnum() for c in d) else 0.2 if len(d) > 1 else 0.0
    if d in (", ", "; ", ": "):
        word = -0.1  # a mark and its blank part better than the blank alone
    for k in range(min(least, 5) + 1):
        yield {"split": {"separator": d, "part": k}}, 1.0 + 0.1 * k + word
        yield {"split": {"separator": d, "part": -1 - k}}, 1.05 + 0.12 * k + word
    if len(d) > 1:
        q = quoted(d)
        yield {"extract": f"({q}{_ANY}*)"}, 1.9 + word
        return
    q, n = quoted(d), _not(d)
    for k in range(1, min(least, 3) + 1):
        yield {"extract": f"^{_times(n + '*' + q, k)}({_ANY}+)$"}, 1.3 + 0.15 * k + word
        yield {"extract": f"^({_ANY}+){_times(q + n + '*', k)}$"}, 1.3 + 0.15 * k + word
        yield {"extract": f"^({_times(n + '*' + q, k)})"}, 1.6 + 0.15 * k + word
        if k > 1:
            yield {"extract": f"^({_times(n + '*' + q, k - 1)}{n}*){q}"}, 1.4 + 0.15 * k + word
    yield {"extract": f"^({_ANY}*{q})"}, 1.8 + word
    yield {"extract": f"({q}{n}*)$"}, 1.7 + word
    yield {"extract": f"({q}{_ANY}*)$"}, 1.7 + word


def _runs(values: Sequence[str]) -> Iterator[Move]:
    for name, c in CLASSES.items():
        inside, outside = f"[{c}]", f"[^{c}]" if c[0] != "^" else f"[{c[1:]}]"
        count = min(len(re.findall(f"{inside}+", v)) for v in values)
        extra = {"digits": 0.0, "letters": 0.05, "upper": 0.3, "alnum": 0.1, "solid": 0.15}[name]
        for k in range(min(count, 5)):
            yield (
                {
                    "extract": f"^{outside}*{_times(inside + '+' + outside + '+', k)}({inside}+)"
                    if k
                    else f"({inside}+)"
                },
                1.1 + extra + 0.12 * k,
            )
            ahead = _times(f"{outside}+{inside}+", k) if k else ""
            yield {"extract": f"({inside}+){ahead}{outside}*$"}, 1.15 + extra + 0.14 * k
        if not count or name == "solid":
            continue
        yield {"extract": f"({inside}{_ANY}*)"}, 1.5 + extra
        yield {"extract": f"^({outside}+)"}, 1.3 + extra
        yield {"extract": f"^({outside}*{inside}+)"}, 1.5 + extra
        yield {"extract": f"^({outside}*{inside})"}, 1.8 + extra
        yield {"extract": f"^{outside}*{inside}+({_ANY}+)"}, 1.6 + extra
        yield {"extract": f"({outside}+)$"}, 1.4 + extra
        yield {"extract": f"({inside}+{outside}*)$"}, 1.6 + extra
        yield {"extract": f"^({_ANY}*{outside}){inside}+{outside}*$"}, 1.8 + extra
        yield {"extract": f"^({_ANY}*{inside})"}, 1.8 + extra
    for token, outside, cost in _TOKENS:
        count = min(len(re.findall(token, v)) for v in values)
        for k in range(min(count, 4)):
            yield (
                {"extract": f"^{_times(outside + '*' + token, k)}{outside}*({token})" if k else f"({token})"},
                cost + 0.12 * k,
            )


def _between(values: Sequence[str], marks: Sequence[str]) -> Iterator[Move]:
    single = [d for d in marks if len(d) == 1]
    pairs = [(a, b) for a in single for b in single if a != b]
    for a, b in pairs[:60]:
        yield {"extract": f"{quoted(a)}([^{quoted(a)}{quoted(b)}]*){quoted(b)}"}, 1.5 if a + b in "()[]{}<>" else 1.8
        yield {"extract": f"{quoted(a)}({_not(b)}*){quoted(b)}"}, 1.9
    for d in single:
        if d in "([{<\"':=#/|@":
            yield {"extract": f"{quoted(d)} *([{_PHRASE}]+)"}, 2.0
        for name in ("digits", "letters", "upper"):
            yield {"extract": f"([{CLASSES[name]}]{_not(d)}*)"}, 1.9
            yield {"extract": f"([{CLASSES[name]}]+){quoted(d)}"}, 1.7
            yield {"extract": f"{quoted(d)}([{CLASSES[name]}]+)"}, 1.7


def _cuts_number(text: str, at: int) -> bool:
    """Whether a place is inside a number, in a text that is more than digits."""
    return 0 < at < len(text) and text[at - 1].isdigit() and text[at].isdigit() and not text.isdigit()


def _fixed(values: Sequence[str]) -> Iterator[Move]:
    shortest, longest = min(map(len, values)), max(map(len, values))
    for n in range(1, min(shortest, 12) + 1):
        odd = CUT if all(_cuts_number(v, n) for v in values) else 0.0
        behind = CUT if all(_cuts_number(v, len(v) - n) for v in values) else 0.0
        yield {"substring": {"start": 0, "count": n}}, 1.3 + 0.03 * n + odd
        yield {"substring": {"start": -n}}, 1.4 + 0.03 * n + behind
        if n < shortest:
            yield {"substring": {"start": n}}, 1.7 + 0.03 * n + odd
    if shortest == longest <= 40:
        for start in range(1, shortest):
            for n in range(1, min(shortest - start, 8) + 1):
                ends = [e for e in (start, start + n) if all(_cuts_number(v, e) for v in values)]
                yield {"substring": {"start": start, "count": n}}, 1.9 + 0.02 * start + CUT * len(ends)


def cuts(values: Sequence[str]) -> list[Move]:
    """Steps that take a piece out of every one of these texts, by what the texts look like."""
    marks = separators(values)
    out: list[Move] = []
    for d in marks:
        out += _parts(d, min(v.count(d) for v in values))
    out += _runs(values)
    out += _between(values, marks)
    out += _fixed(values)
    return out


def tidyings(values: Sequence[str], outputs: Sequence[str]) -> list[Move]:
    """Steps that keep the text but change how it is written, where an output speaks for it."""
    out: list[Move] = []
    joined, wanted = "".join(values), "".join(outputs)
    gone = [c for c in dict.fromkeys(joined) if not c.isalnum() and wanted.count(c) < joined.count(c)]
    come = [c for c in dict.fromkeys(wanted) if not c.isalnum() and wanted.count(c) > joined.count(c)]
    for c in gone[:8]:
        out.append(({"replace": {"old": c, "new": ""}}, 1.2))
        out += [({"replace": {"old": c, "new": new}}, 1.2) for new in come[:4]]
    if len(gone) > 1:
        out += [
            ({"replace_pattern": {"pattern": "[" + "".join(map(quoted, gone)) + "]+", "new": new}}, 1.5)
            for new in ["", *come[:3]]
        ]
    if any(c.isdigit() for c in joined):
        out.append(({"keep": "digits"}, 1.2))
        out.append(({"trim": {"characters": "0", "side": "start"}}, 1.3))
    if any(c.isalpha() for c in joined):
        out.append(({"keep": "letters"}, 1.3))
        out.append(({"replace_pattern": {"pattern": f"[^{_UPPER}]", "new": ""}}, 1.4))
        out.append(({"keep": "letters_and_digits"}, 1.4))
    if all(v.count(",") == 1 for v in values):
        out.append(({"reorder_name": {"from": "Last, First", "to": "First Last"}}, 1.1))
    if any("  " in v for v in values):
        out.append(("collapse_space", 0.8))
    longest = max(map(len, values))
    for width in range(2, min(max(map(len, outputs)), 20) + 1):
        if width >= longest:
            out.append(({"pad": {"width": width, "fill": "0"}}, 1.4))
    return out
