"""Files that are saved soon, whole, and never over somebody else's edit."""

from __future__ import annotations

import threading
from pathlib import Path

from workbench.widgets.saving import Autosave, SharedFile


def test_quick_changes_are_written_once(tmp_path: Path):
    made: list[int] = []
    done = threading.Event()
    file = SharedFile(tmp_path / "a.txt")
    saver = Autosave(file, lambda: made.append(1) or f"{len(made)}", delay=0.1, told=lambda _: done.set())  # type: ignore[func-returns-value]
    for _ in range(20):
        saver.changed()
    assert saver.dirty
    assert done.wait(20)
    assert made == [1]
    assert not saver.dirty


def test_flush_writes_what_is_pending(tmp_path: Path):
    saver = Autosave(SharedFile(tmp_path / "a.txt"), lambda: "text", delay=60)
    saver.changed()
    assert saver.flush().state == "saved"
    assert (tmp_path / "a.txt").read_text("utf-8") == "text"


def test_a_file_written_by_another_is_left_alone(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("first", encoding="utf-8")
    file = SharedFile(path)
    file.read()
    path.write_text("theirs", encoding="utf-8")
    assert file.changed()
    assert not file.write("mine")
    assert path.read_text("utf-8") == "theirs"


def test_the_same_content_again_is_no_edit(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("same", encoding="utf-8")
    file = SharedFile(path)
    file.read()
    path.unlink()
    path.write_text("same", encoding="utf-8")
    assert not file.changed()


def test_a_file_that_appeared_meanwhile_is_somebody_elses(tmp_path: Path):
    file = SharedFile(tmp_path / "a.txt")
    assert file.read() is None
    (tmp_path / "a.txt").write_text("theirs", encoding="utf-8")
    assert not file.write("mine")


def test_a_failure_to_write_is_told_and_tried_again(tmp_path: Path):
    folder = tmp_path / "f"
    folder.write_text("a file where the folder should be", encoding="utf-8")
    saver = Autosave(SharedFile(folder / "a.txt"), lambda: "text", delay=0)
    assert saver.changed().state == "failed"
    folder.unlink()
    assert saver.flush().state == "saved"


def test_whoever_decides_never_waits_for_a_save_and_nothing_is_lost(tmp_path: Path):
    said = ["first"]
    writing, go_on = threading.Event(), threading.Event()

    def make() -> str:
        text = said[-1]
        writing.set()
        assert go_on.wait(20)
        return text

    saver = Autosave(SharedFile(tmp_path / "a.txt"), make, delay=0.01)
    saver.changed()
    assert writing.wait(20), "a save is under way"
    said.append("second")
    assert saver.changed().state == "pending", "and this comes back at once"
    go_on.set()
    assert saver.flush().state == "saved"
    assert (tmp_path / "a.txt").read_text("utf-8") == "second"
