"""The mapping review as a panel: what it shows, what its buttons do, and how it looks on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from workbench.markup import bar, block, note, table, toned
from workbench.model import STEPS

from .desk import Desk, Message
from .html import badge, text
from .preview import Preview
from .review import MappingDecisions
from .review_edits import as_text
from .review_items import ReviewItem
from .saving import SaveState

__all__ = ["MappingReview"]

_SAID = {
    "proposed": "waits", "accepted": "accepted", "changed": "changed", "added": "added", "written": "by hand",
    "rejected": "rejected", "missing": "not mapped",
}  # fmt: skip


class MappingReview(MappingDecisions, Desk):
    """A mapping review in a notebook: show it as the last line of a cell; see `MappingDecisions`."""

    panel = "mapping_review"

    def __repr__(self) -> str:
        done = sum(1 for i in self.items if i.decided)
        return f"{self.spec.title}: {done} of {len(self.items)} fields decided"

    # -- for the panel

    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""
        return {
            "title": self.spec.title,
            "from": self.spec.source.dataset,
            "to": f"{self.target.name} {self.target.version}",
            "items": [_shown(i) for i in self.items],
            "columns": list(self.choices),
            "catalogue": _catalogue(),
            **self._rest(),
        }

    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """The panel's buttons."""
        return {
            "hello": self._hello,
            "accept": lambda m: self._field_changed(self.accept, m),
            "reject": lambda m: self._field_changed(self.reject, m),
            "source": lambda m: self._field_changed(self.source, m, [str(c) for c in m["columns"]]),
            "constant": lambda m: self._field_changed(self.constant, m, str(m["value"])),
            "steps": lambda m: self._field_changed(self.steps, m, [str(s) for s in m["steps"]]),
            "move": lambda m: self._field_changed(self.move, m, int(m["step"]), int(m["to"])),
            "on_error": lambda m: self._field_changed(self.on_error, m, str(m["what"])),
            "text": lambda m: self._field_changed(self.text, m, str(m["yaml"])),
            "accept_above": lambda m: self._many(self.accept_above, float(m["score"])),
            "undo": lambda _: self._many(self.undo),
            "redo": lambda _: self._many(self.redo),
            "masked": lambda m: self._many(self.mask, bool(m["masked"])),
            "merge": self._merge,
            "theirs": lambda _: self._many(self.take_theirs),
            "look": self._look,
            "preview": lambda m: {"kind": "preview", "field": m["field"], **_tried(self._try(m))},
            "faults": lambda _: {"kind": "faults", "faults": [{"what": w, "cure": c} for w, c in self.faults()]},
            "save": lambda _: {"kind": "saving", "saving": _saving(self.save())},
        }

    def handle(self, message: Message) -> dict[str, Any]:
        """Answer a message; before each a look whether somebody else edited the file."""
        notice = self.sync() if message.get("do") not in ("merge", "theirs", "hello") else ""
        answer = super().handle(message)
        if notice and answer["kind"] != "error":
            answer = {**self._whole(), "re": message.get("n"), "notice": notice}
        return answer

    def _told(self, state: SaveState) -> None:
        super()._told(state)
        self.tell({"kind": "saving", "saving": _saving(state)})

    def mask(self, masked: bool) -> None:
        """Hide personal values in previews, or show them; every review starts with them hidden."""
        if self.previewer is not None:
            self.previewer.masked = masked

    def _rest(self) -> dict[str, Any]:
        return {
            "unmapped": list(self.spec.unmapped),
            "undo": self.undoes,
            "redo": self.can_redo,
            "saving": _saving(self.saving.state),
            "masked": self.previewer.masked if self.previewer else True,
        }

    def _whole(self) -> dict[str, Any]:
        return {"kind": "whole", **self.snapshot()}

    def _hello(self, _: Message) -> Message:
        notice = self.sync()
        return {**self._whole(), **({"notice": notice} if notice else {})}

    def _field_changed(self, act: Callable[..., None], message: Message, *args: Any) -> Message:
        name = str(message["field"])
        act(name, *args)
        return {"kind": "patch", "items": [_shown(self.item(name))], **self._rest()}

    def _many(self, act: Callable[..., object], *args: Any) -> Message:
        act(*args)
        return self._whole()

    def _merge(self, _: Message) -> Message:
        merged = self.merge()
        taken = f"merged: {len(merged.ours)} of your decisions stand beside theirs"
        clash = f"; both changed {', '.join(merged.clashes)}: theirs stays" if merged.clashes else ""
        return {**self._whole(), "notice": taken + clash}

    def _look(self, message: Message) -> Message:
        name = str(message["field"])
        field = self.spec.fields.get(name)
        yaml = as_text(field, name, self.spec) if field else ""
        return {"kind": "look", "field": name, "yaml": yaml, **_tried(self.preview(name))}

    def _try(self, message: Message) -> Preview:
        texts = message.get("steps")
        return self.preview(str(message["field"]), None if texts is None else [str(t) for t in texts])

    # -- on paper

    def to_html(self) -> str:
        """The review as a static table."""
        found = self.items
        done = sum(1 for i in found if i.decided)
        caption = f"{self.spec.title}: {self.spec.source.dataset} → {self.target.name}, {done} of {len(found)} decided"
        rows = [
            (
                text(i.name) + (" " + toned("required", "soft") if i.required else ""),
                _origin(i),
                bar(i.score) if i.score is not None else "",
                " → ".join(f"<code>{text(s[:90])}</code>" for s in i.steps),
                badge(_SAID[i.status], i.status),
                "<br>".join(text(w) for w in i.why[:3]),
            )
            for i in found
        ]
        left = f"Left out: {', '.join(self.spec.unmapped)}" if self.spec.unmapped else ""
        headings = ("field", "from", "score", "steps", "decision", "why")
        return block(table(headings, rows, caption=caption), note(left))


def _origin(item: ReviewItem) -> str:
    if item.constant is not None:
        return f"constant <code>{text(item.constant)}</code>"
    return "by case" if item.cases else text(" + ".join(item.sources))


def _shown(item: ReviewItem) -> dict[str, Any]:
    return {**asdict(item), "decided": item.decided, "said": _SAID[item.status]}


def _saving(state: SaveState) -> dict[str, str]:
    return {"state": state.state, "text": state.text}


def _tried(preview: Preview) -> dict[str, Any]:
    return {
        "rows": [{"before": list(b), "after": a, "why": w, "times": n} for b, a, w, n in preview.rows],
        "tried": preview.tried,
        "passed": preview.passed,
        "empty": preview.empty,
        "rejected": preview.rejected,
        "reasons": [{"why": w, "times": n} for w, n in preview.reasons],
        "faults": [{"what": w, "cure": c} for w, c in preview.faults],
    }


def _catalogue() -> Sequence[dict[str, str]]:
    """Every step with its first sentence, for the list one picks from."""
    return [{"name": n, "doc": STEPS[n].doc.split("\n")[0]} for n in sorted(STEPS)]
