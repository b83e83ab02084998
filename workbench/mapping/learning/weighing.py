"""What speaks for and against a whole program: what it makes of other inputs, and whether its parts fit together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .chains import CONVENTIONS, Chain, number_of
from .others import Others
from .programs import Part, Straight, merged
from .shapes import coarse

__all__ = ["ONE_FORMAT", "ONE_TEXT", "bound_by", "unlike_padding", "weighed"]

# What is written by one format, with the text between, is less surprising than each of it alone.
ONE_FORMAT, ONE_TEXT = 0.25, 0.35
STRANGE, NO_NUMBER, UNLIKE, REWRITTEN = 1.2, 1.4, 0.15, 0.3
_DIGITS = re.compile("[0-9]+")
_UNPADDED = re.compile("%-[dmHI]")
_PADDED = re.compile("%[dmHI]")


def weighed(program: Straight, more: Others, outputs: Sequence[str]) -> Straight:
    """The program with its cost raised by what speaks against it.

    Args:
        program: What explains the examples.
        more: Other inputs: its outputs for them should look like the examples'.
        outputs: The examples' outputs.
    """
    cost = program.cost + _style(program)
    if len(more):
        cost += _strange(more.outputs(program), more, outputs)
    return Straight(program.parts, cost)


def _strange(found: Sequence[str | None], more: Others, outputs: Sequence[str]) -> float:
    forms, ends = {coarse(o) for o in outputs}, {o == o.strip() for o in outputs}
    given = [o for o in found if o is not None]
    blank = [(o == o.strip()) not in ends for o in given]
    odd = sum(b or coarse(o) not in forms for o, b in zip(given, blank, strict=True))
    cost = STRANGE * odd / len(more) + (0.3 if any(blank) else 0.0)
    unlike = _number_reader(outputs)
    if unlike is not None:
        wrong = sum(map(unlike, given))
        cost += NO_NUMBER * wrong / len(more) + (0.6 if wrong else 0.0)
    shapes = {_shape(o) for o in outputs}
    if len(shapes) == 1 and len(set(outputs)) > 1:
        cost += UNLIKE * sum(_shape(o) not in shapes for o in given) / len(more)
    rewritten = sum(o is not None and _rewrites(o, row) for o, row in zip(found, more.rows, strict=True))
    return cost + REWRITTEN * rewritten / len(more)


def _number_reader(outputs: Sequence[str]) -> Callable[[str], bool] | None:
    """Whether a text is a number, but written otherwise than the outputs are; None where they are no numbers."""
    for usual in CONVENTIONS:
        if all(number_of(o, *usual) is not None for o in outputs):
            others = [c for c in CONVENTIONS if c != usual]
            return lambda t: number_of(t, *usual) is None and any(number_of(t, *c) is not None for c in others)
    return None


def _shape(text: str) -> str:
    return re.sub("[^\\W\\d_]", "a", re.sub("[0-9]", "9", text))


def _rewrites(out: str, row: Sequence[str | None]) -> bool:
    """Whether a short number is written with a leading zero that the input does not have, or without one it has."""
    given = {run for v in row if v for run in _DIGITS.findall(v)}
    plain = {run.lstrip("0") for run in given}
    return any(len(r) < 3 and r not in given and r.lstrip("0") in plain for r in _DIGITS.findall(out))


def _steps_named(program: Straight, *names: str) -> list[tuple[Part, str, Any]]:
    return [
        (part, name, args)
        for part in program.parts
        if not isinstance(part, str)
        for step in part[1]
        if isinstance(step, Mapping)
        for name, args in step.items()
        if name in names
    ]


def _style(program: Straight) -> float:
    """What speaks against parts that belong together but are made in different ways, less what speaks for them."""
    sizes = _steps_named(program, "bucket", "scale")
    buckets = [args for _, name, args in sizes if name == "bucket"]
    odd = 0.6 * (len({repr((name, args)) for _, name, args in sizes}) - 1) if buckets else 0.0
    if len(buckets) > 1 and any("mode" in b for b in buckets):
        odd += 0.3  # the ends of a range are reached by going down, then up
    forms = {repr(args) for _, _, args in _steps_named(program, "format_number")}
    odd += 0.3 * max(0, len(forms) - 1) if len(buckets) > 1 else 0.0
    codes = " ".join(str(args) for _, _, args in _steps_named(program, "format_date", "format_clock"))
    odd += 0.3 if _UNPADDED.search(codes) and _PADDED.search(codes) and _mixed(codes) else 0.0
    texts = [sum(isinstance(p, str) for p in parts) for parts in (program.parts, merged(program.parts))]
    pieces = [len(parts) - n for parts, n in zip((program.parts, merged(program.parts)), texts, strict=True)]
    return odd - ONE_FORMAT * (pieces[0] - pieces[1]) - ONE_TEXT * (texts[0] - texts[1])


def _mixed(codes: str) -> bool:
    """Whether a date, or the hours of a time, are written with leading zeros here and without there."""
    return any(
        re.search(f"%-[{kind}]", codes) is not None and re.search(f"%[{kind}]", codes) is not None
        for kind in ("dm", "HI")
    )


def unlike_padding(programs: Sequence[Straight]) -> float:
    """What speaks against cases of which one writes leading zeros where another leaves them out."""
    codes = [" ".join(str(a) for _, _, a in _steps_named(p, "format_date", "format_clock")) for p in programs]
    written = " ".join(codes)
    return 0.3 * any(f"%-{c}" in written and f"%{c}" in written for c in "dmHIjV")


def bound_by(chain: Chain) -> str:
    """What a chain has to share with those beside it: the buckets of a range, the reading of a date; '' if nothing."""
    for at, step in enumerate(chain):
        if isinstance(step, Mapping) and "bucket" in step:
            return repr(step["bucket"])
        if isinstance(step, Mapping) and "format_date" in step:
            return repr(chain[:at])
    return ""
