"""Who may decide what: approvals bound to a spec's fingerprint, and an audit log that shows tampering."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.errors import ApprovalError
from workbench.model import Spec, dump_spec, fingerprint, load_spec, write_text

__all__ = ["AuditLog", "approve", "is_approved"]

_START = "0" * 64


@dataclass(frozen=True)
class AuditLog:
    """An append-only log in which every line carries the hash of the one before it.

    Attributes:
        path: A file of JSON lines.
    """

    path: Path

    def append(self, what: str, **facts: Any) -> None:
        """Write an entry and flush it to the disk."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "what": what, **facts}
        last = next((digest for digest, _ in reversed(list(self._lines()))), _START)
        text = json.dumps({**entry, "before": last}, ensure_ascii=False, sort_keys=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as f:
            f.write(text + "\n")
            f.flush()
            os.fsync(f.fileno())

    def entries(self) -> list[dict[str, Any]]:
        """Every entry, oldest first.

        Raises:
            ApprovalError: A line was changed, taken out or put in afterwards.
        """
        out, expected = [], _START
        for number, (digest, entry) in enumerate(self._lines(), 1):
            if entry.get("before") != expected:
                cure = "compare it with a backup"
                raise ApprovalError("the audit log was changed afterwards", where=f"{self.path}:{number}", cure=cure)
            out.append({k: v for k, v in entry.items() if k != "before"})
            expected = digest
        return out

    def _lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        if not self.path.exists():
            return
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                entry = json.loads(line)
            except ValueError:
                where = f"{self.path}:{number}"
                raise ApprovalError("a line of the audit log is broken", where=where, cure="restore it") from None
            yield hashlib.sha256(line.encode()).hexdigest(), entry


def is_approved(spec: Spec) -> bool:
    """Whether the spec is approved as it stands: an approval covers one fingerprint."""
    return spec.status == "approved" and spec.approved == fingerprint(spec)


def approve(path: str | os.PathLike[str], by: str, log: AuditLog) -> Spec:
    """Approve a spec as it stands, in its file and in the audit log.

    Args:
        path: The spec's file.
        by: Who approves: the spec's approver.
        log: Where the approval is written down.

    Raises:
        SpecError: The spec is faulty.
        ApprovalError: Somebody else approves it, or its maintainer would approve their own work.
    """
    spec = load_spec(path)
    if spec.approver is None:
        raise ApprovalError("the spec names no approver", where=str(path), cure="add approver: …")
    if by != spec.approver:
        raise ApprovalError(f"'{by}' may not approve this spec", where=str(path), cure=f"ask '{spec.approver}'")
    if by == spec.maintainer:
        raise ApprovalError("nobody approves their own work", where=str(path), cure="name another approver")
    approved = spec.model_copy(update={"status": "approved", "approved": fingerprint(spec)})
    write_text(path, dump_spec(approved))
    log.append("approved", spec=spec.title, fingerprint=fingerprint(spec), by=by)
    return approved
