"""What is done to a piece last: filled up to a width, or made an English ordinal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .atoms import Atom, Pool
from .chains import Chain

__all__ = ["finish"]

_FILLS = " 0*.x_-"
# Unicode CLDR, ordinal rules of English: 1st but 11th, 2nd but 12th, 3rd but 13th, all others th.
ORDINAL: Chain = (
    {"suffix": {"text": "th"}},
    *({"replace": {"old": f"{digit}th", "new": f"{digit}{end}"}} for digit, end in ((1, "st"), (2, "nd"), (3, "rd"))),
    *({"replace": {"old": f"1{digit}{end}", "new": f"1{digit}th"}} for digit, end in ((1, "st"), (2, "nd"), (3, "rd"))),
)
_ENDING = re.compile("(?:st|nd|rd|th)\\b")
_WHOLE = re.compile("(?:0|[1-9][0-9]*)")


def finish(pool: Pool) -> None:
    """Add the atoms that are pieces filled up to a width, or ordinals."""
    filled = [f for f in _FILLS if any(f * 2 in o or o[:1] == f or o[-1:] == f for o in pool.outputs)]
    ordinal = all(_ENDING.search(o) for o in pool.outputs)
    for values, atoms in list(pool.by_value.items()):
        best = atoms[0]
        for fill in filled:
            for side, texts in _widened(values, pool.outputs, fill):
                args: dict[str, object] = {"width": len(texts[0]), "fill": fill}
                step = {"pad": args if side == "start" else {**args, "side": side}}
                odd = 1.6 if fill == "0" and side == "end" else 0.0  # zeros behind a number make it another one
                pool.add(Atom(best.column, (*best.chain, step), best.cost + 0.7 + odd, texts))
        if ordinal and all(_WHOLE.fullmatch(v) for v in values):
            texts = tuple(v + _ending(v) for v in values)
            if all(t in o for t, o in zip(texts, pool.outputs, strict=True)):
                best = next((a for a in atoms if a.chain[-1:] != ({"format_date": "%d"},)), best)  # 5th, not 05th
                pool.add(Atom(best.column, (*best.chain, *ORDINAL), best.cost + 0.6, texts))


def _ending(number: str) -> str:
    return "th" if number[-2:-1] == "1" else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")


def _widened(values: Sequence[str], outputs: Sequence[str], fill: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The pieces with the fills beside them, where all come to one width that not all have by themselves."""
    if len(set(map(len, values))) == 1:
        return
    before, after = [], []
    for v, o in zip(values, outputs, strict=True):
        at = o.find(v)
        end = at + len(v)
        before.append(o[len(o[:at].rstrip(fill)) : end])
        after.append(o[at : len(o) - len(o[end:].lstrip(fill))])
    for side, texts in (("start", before), ("end", after)):
        if len(set(map(len, texts))) == 1:
            yield side, tuple(texts)
