"""Steps over text: blanks, case, parts, patterns."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from workbench.model import primitives as p
from workbench.model.expr import Expr
from workbench.model.regex import UnportablePattern, pin_pattern, quote_pattern

from .catalogue import Outcome, StepFault, step

Listed = Annotated[tuple[str, ...], BeforeValidator(lambda v: v if isinstance(v, list | tuple) else [v])]


def _pattern(pattern: str) -> str:
    try:
        return pin_pattern(pattern)
    except UnportablePattern as e:
        raise StepFault(f"pattern '{pattern}': {e}") from None


def _nothing(_: Any) -> list[Any]:
    return []


@step(inverse=_nothing, loses="blanks at the ends")
def trim(x: Expr, *, characters: str = "", side: Literal["both", "start", "end"] = "both") -> Expr:
    """Take blanks, or any of the characters given, from the ends.

    >>> try_step("trim", "  Ada ")
    'Ada'
    >>> try_step({"trim": {"characters": "0", "side": "start"}}, "00120")
    '120'
    """
    return p.trim(x, characters, side)


@step(inverse=_nothing, loses="how many blanks stood there")
def collapse_space(x: Expr) -> Expr:
    """Make each run of blanks one space, and take those at the ends away.

    >>> try_step("collapse_space", " Ada  King ")
    'Ada King'
    """
    return p.trim(p.squeeze(x))


@step(inverse=_nothing, loses="the case of the letters")
def upper(x: Expr) -> Expr:
    """Raise every letter.

    >>> try_step("upper", "straße")
    'STRAßE'
    """
    return p.change_case(x, "upper")


@step(inverse=_nothing, loses="the case of the letters")
def lower(x: Expr) -> Expr:
    """Lower every letter.

    >>> try_step("lower", "ADA@Example.COM")
    'ada@example.com'
    """
    return p.change_case(x, "lower")


@step(inverse=_nothing, loses="the case of the letters")
def title(x: Expr) -> Expr:
    """Raise the first letter of each word and lower the others.

    >>> try_step("title", "mary-ann o'neill")
    "Mary-Ann O'Neill"
    """
    return p.change_case(x, "title")


@step(inverse=lambda a: [{"strip_prefix": a.text}])
def prefix(x: Expr, *, text: str) -> Expr:
    """Put a text before the value.

    >>> try_step({"prefix": "CRM-"}, "12")
    'CRM-12'
    """
    return p.concat(p.lit(text), x)


@step(inverse=lambda a: [{"strip_suffix": a.text}])
def suffix(x: Expr, *, text: str) -> Expr:
    """Put a text after the value.

    >>> try_step({"suffix": " kg"}, "12")
    '12 kg'
    """
    return p.concat(x, p.lit(text))


@step(
    rejects="a value that does not begin with the text", inverse=lambda a: None if a.optional else [{"prefix": a.text}]
)
def strip_prefix(x: Expr, *, text: str, optional: bool = False) -> Outcome:
    """Take a text away from the start; a value without it is rejected unless optional.

    >>> try_step({"strip_prefix": "CRM-"}, "CRM-12")
    '12'
    >>> try_step({"strip_prefix": "CRM-"}, "12")
    Rejected("does not begin with 'CRM-'")
    """
    has = p.compare("=", p.substring(x, 0, len(text)), p.lit(text))
    value = p.when([(has, p.substring(x, len(text)))], x)
    return Outcome(value, () if optional else ((_unless(has, x), f"does not begin with '{text}'"),))


@step(rejects="a value that does not end with the text", inverse=lambda a: None if a.optional else [{"suffix": a.text}])
def strip_suffix(x: Expr, *, text: str, optional: bool = False) -> Outcome:
    """Take a text away from the end; a value without it is rejected unless optional.

    >>> try_step({"strip_suffix": " kg"}, "12 kg")
    '12'
    >>> try_step({"strip_suffix": " kg"}, "12 lb")
    Rejected("does not end with ' kg'")
    """
    has = p.compare("=", p.substring(x, -len(text)), p.lit(text))
    value = p.when([(has, p.regex_replace(x, _pattern(quote_pattern(text) + "$"), ""))], x)
    return Outcome(value, () if optional else ((_unless(has, x), f"does not end with '{text}'"),))


def _unless(condition: Expr, x: Expr) -> Expr:
    """True where there is a value and the condition does not hold."""
    return p.none_of(condition, p.is_null(x))


@step(loses="which of the texts stood there")
def replace(x: Expr, *, old: str, new: str = "") -> Expr:
    """Replace every occurrence of a text, literally.

    >>> try_step({"replace": {"old": "&", "new": "and"}}, "R & D")
    'R and D'
    """
    return p.replace(x, old, new)


@step()
def replace_pattern(x: Expr, *, pattern: str, new: str = "") -> Expr:
    r"""Replace every match of a regular expression by a literal text.

    >>> try_step({"replace_pattern": {"pattern": "[^0-9]", "new": ""}}, "12-34")
    '1234'
    """
    return p.regex_replace(x, _pattern(pattern), new)


@step(rejects="a value in which the pattern is not found")
def extract(x: Expr, *, pattern: str, group: int = 1, optional: bool = False) -> Outcome:
    r"""Take what a group of a regular expression holds (0 is the whole match).

    >>> try_step({"extract": r"([0-9]{5})"}, "D-10115 Berlin")
    '10115'
    >>> try_step({"extract": r"([0-9]{5})"}, "Berlin")
    Rejected("does not match '([0-9]{5})'")
    """
    import re

    pinned = _pattern(pattern)
    groups = re.compile(pinned).groups
    if group > groups:
        if group == 1 and groups == 0:
            group = 0
        else:
            raise StepFault(f"extract: the pattern has {groups} groups, not {group}")
    found = p.regex_extract(x, pinned, group)
    lost = p.all_of(p.is_null(found), p.none_of(p.is_null(x)))
    return Outcome(found, () if optional else ((lost, f"does not match '{pattern}'"),))


@step(rejects="a value with fewer parts")
def split(x: Expr, *, separator: str, part: int = 0, optional: bool = False) -> Outcome:
    """Take one part between separators: 0 is the first, -1 the last.

    >>> try_step({"split": {"separator": "/", "part": -1}}, "a/b/c")
    'c'
    >>> try_step({"split": {"separator": "/", "part": 3}}, "a/b")
    Rejected("has no part 3 between '/'")
    """
    found = p.split_part(x, separator, part)
    lost = p.all_of(p.is_null(found), p.none_of(p.is_null(x)))
    return Outcome(found, () if optional else ((lost, f"has no part {part} between '{separator}'"),))


@step(many=True, null="is skipped; null when all are")
def concat(values: tuple[Expr, ...], *, separator: str = " ") -> Expr:
    """Join the values that are there, with a separator between them.

    >>> try_step({"concat": ", "}, "1 High St", None, "Leeds")
    '1 High St, Leeds'
    """
    if len(values) == 1:
        return values[0]
    empty = p.lit("")
    parts: list[Expr] = []
    for i, value in enumerate(values):
        there = p.none_of(p.is_null(value))
        if i == 0:
            parts.append(p.coalesce(value, empty))
            continue
        before = p.any_of(*(p.none_of(p.is_null(v)) for v in values[:i]))
        parts.append(p.when([(p.all_of(there, before), p.concat(p.lit(separator), value)), (there, value)], empty))
    return p.when([(p.all_of(*(p.is_null(v) for v in values)), p.lit(None))], p.concat(*parts))


@step()
def substring(x: Expr, *, start: int, count: int | None = None) -> Expr:
    """Take characters from a position (0 is the first, negative counts from the end).

    >>> try_step({"substring": {"start": 0, "count": 3}}, "Leeds")
    'Lee'
    """
    if count is not None and count < 0:
        raise StepFault("substring: 'count' is 0 or more")
    return p.substring(x, start, count)


@step(
    inverse=lambda a: [{"trim": {"characters": a.fill, "side": a.side}}],
    loses="such characters that were there before",
)
def pad(x: Expr, *, width: int, fill: str = "0", side: Literal["start", "end"] = "start") -> Expr:
    """Fill up to a width with one character.

    >>> try_step({"pad": 5}, "123")
    '00123'
    """
    return p.pad(x, width, fill, side)


@step()
def keep(x: Expr, *, what: Literal["digits", "letters", "letters_and_digits"]) -> Expr:
    """Keep only the ASCII digits, or letters, or both.

    >>> try_step({"keep": "digits"}, "(0113) 496-0000")
    '01134960000'
    """
    sets = {"digits": "0-9", "letters": "A-Za-z", "letters_and_digits": "A-Za-z0-9"}
    return p.regex_replace(x, f"[^{sets[what]}]", "")


@step()
def mask(x: Expr, *, keep: int = 0) -> Expr:
    """Hide a value, but for its last characters; the length is hidden too.

    >>> try_step({"mask": 4}, "DE89370400440532013000")
    '***3000'
    >>> try_step({"mask": 4}, "1234")
    '***'
    """
    if keep < 0:
        raise StepFault("mask: 'keep' is 0 or more")
    hidden = p.lit("***")
    shown = p.concat(hidden, p.substring(x, -keep, keep)) if keep else p.concat(hidden, p.substring(x, 0, 0))
    return p.when([(p.compare(">", p.length(x), p.lit(keep)), shown), (p.is_null(x), p.lit(None))], hidden)


@step(null="stays null; a path that is not there gives null, and so does a text that is not JSON")
def json(x: Expr, *, path: str) -> Expr:
    """Take a scalar out of a JSON text, by a path like $.address.city or $.items[0].sku.

    >>> try_step({"json": "$.address.city"}, '{"address": {"city": "Leeds"}}')
    'Leeds'
    >>> try_step({"json": "$.address.city"}, '{"address": null}') is None
    True
    """
    import re

    if not re.fullmatch(r"\$(\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\])+", path):
        raise StepFault(f"json: '{path}' is not a path like $.a.b[0]")
    return p.json_path(x, path)
