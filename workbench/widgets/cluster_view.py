"""Look into clusters: their records, the links that hold them together, and links to forbid or to force."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl

from workbench.errors import UnknownNameError, UsageError
from workbench.linkage import Linkage, Override, Overrides, load_overrides, save_overrides
from workbench.profiling import mask

from .desk import Desk, Message
from .html import page_table, text
from .saving import alone

__all__ = ["ClusterView"]

_MOST = 500


class ClusterView(Desk):
    """The clusters of a run, those a person should look at first.

    Args:
        linkage: A run of linking.
        path: The overrides file, which the next run honours; made with the first decision.
        by: Who decides.
        masked: Hide personal values.
        today: Gives the date of a decision.
    """

    panel = "cluster_view"

    def __init__(
        self,
        linkage: Linkage,
        path: str | os.PathLike[str],
        *,
        by: str = "",
        masked: bool = True,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.linkage, self.path, self.masked, self.today = linkage, Path(path), masked, today
        self.by = by or os.environ.get("USER") or "unknown"
        flags: dict[str, list[str]] = {}
        for flag in linkage.flags:
            if flag.cluster:
                flags.setdefault(flag.cluster, []).append(f"{flag.kind}: {flag.text}")
        self._flags = flags

    def __repr__(self) -> str:
        shared = self.clusters()
        return f"{self.linkage.model.entity}: {len(shared)} clusters of several records, {len(self._flags)} flagged"

    def clusters(self) -> list[dict[str, Any]]:
        """Clusters of several records: flagged ones first, then the least sure."""
        several = self.linkage.clusters.filter(pl.col("records") > 1)
        rows = [{**r, "flags": self._flags.get(r["canonical_id"], [])} for r in several.to_dicts()]
        return sorted(rows, key=lambda r: (-len(r["flags"]), r["probability"] or 0.0, -r["records"], r["canonical_id"]))

    def look(self, canonical_id: str) -> dict[str, Any]:
        """The records of a cluster and the links between them, weakest first.

        Raises:
            UnknownNameError: There is no such cluster.
        """
        entries = self.linkage.crosswalk.entries.filter(pl.col("canonical_id") == canonical_id)
        if not entries.height:
            raise UnknownNameError.of("cluster", canonical_id, self.linkage.clusters["canonical_id"].to_list()[:1000])
        members = entries.select("system", "source_id")
        places = self.linkage.records.keys().with_row_index("row").join(members, on=["system", "source_id"])
        names = list(self.linkage.model.fields)
        records = [
            {"record": f"{r['system']}:{r['source_id']}", "values": [self._value(n, r["row"]) for n in names]}
            for r in places.sort("system", "source_id").to_dicts()
        ]
        inside = self.linkage.pairs.join(
            members, left_on=["system_l", "id_l"], right_on=["system", "source_id"], how="semi"
        ).join(members, left_on=["system_r", "id_r"], right_on=["system", "source_id"], how="semi")
        links = [
            {"left": f"{r['system_l']}:{r['id_l']}", "right": f"{r['system_r']}:{r['id_r']}",
             "weight": round(r["weight"], 1), "probability": round(r["probability"], 4)}
            for r in inside.sort("weight").head(100).to_dicts()
        ]  # fmt: skip
        codes = [{int(self.linkage.records.column(n).codes[row]) for row in places["row"]} - {-1} for n in names]
        return {
            "cluster": canonical_id, "fields": names, "differ": [len(c) > 1 for c in codes], "records": records,
            "links": links, "flags": self._flags.get(canonical_id, []),
        }  # fmt: skip

    def _value(self, name: str, row: int) -> str:
        column = self.linkage.records.column(name)
        code = int(column.codes[row])
        shown = "" if code < 0 else str(column.values[code])
        return mask(shown) if self.masked and self.linkage.model.fields[name].personal else shown

    @property
    def overrides(self) -> Overrides:
        """What was decided about pairs, by anybody."""
        return load_overrides(self.path) if self.path.exists() else Overrides()

    def decide(self, left: str, right: str, what: Literal["part", "join", "forget"]) -> None:
        """Forbid a link, force one, or take such a decision back; the next run honours it.

        Args:
            left: A record, as 'system:id'.
            right: Another.
            what: 'part', 'join' or 'forget'.

        Raises:
            UsageError: It is none of them.
            LinkModelError: The overrides file is faulty.
        """
        if what not in ("part", "join", "forget"):
            raise UsageError(f"'{what}' is no decision", cure="say part, join or forget")
        said = Override(pair=(left, right), by=self.by, on=self.today().isoformat())
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with alone(self.path.parent):  # what others decided meanwhile is read again and kept
            now = self.overrides
            both = {left, right}
            must = [o for o in now.must_link if set(o.pair) != both]
            cannot = [o for o in now.cannot_link if set(o.pair) != both]
            if what == "part":
                cannot.append(said)
            elif what == "join":
                must.append(said)
            save_overrides(Overrides(must_link=tuple(must), cannot_link=tuple(cannot)), self.path)

    # -- for the panel

    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""
        rows = self.clusters()
        now = self.overrides
        return {
            "title": f"Clusters: {self.linkage.model.entity}",
            "said": repr(self).partition(": ")[2],
            "clusters": rows[:_MOST],
            "more": max(len(rows) - _MOST, 0),
            "masked": self.masked,
            "parted": [list(o.pair) for o in now.cannot_link],
            "joined": [list(o.pair) for o in now.must_link],
        }

    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """The panel's buttons."""
        return {
            "hello": lambda _: {"kind": "whole", **self.snapshot()},
            "look": lambda m: {"kind": "look", **self.look(str(m["cluster"]))},
            "decide": self._decide,
            "masked": self._mask,
        }

    def _decide(self, message: Message) -> Message:
        self.decide(str(message["left"]), str(message["right"]), message["what"])
        return {"kind": "whole", **self.snapshot()}

    def _mask(self, message: Message) -> Message:
        self.masked = bool(message["masked"])
        return {"kind": "whole", **self.snapshot()}

    def to_html(self) -> str:
        """The clusters worth a look as a static table."""
        rows = [
            (
                text(r["canonical_id"]),
                f"{r['records']:,}",
                f"{r['probability'] or 0:.3f}",
                "<br>".join(map(text, r["flags"])),
            )
            for r in self.clusters()[:30]
        ]
        return page_table(("cluster", "records", "least probability", "flags"), rows, repr(self), (1, 2))
