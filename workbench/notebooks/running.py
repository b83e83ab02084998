"""Execute a notebook through papermill and keep it as notebook, HTML and result."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import MissingExtraError, UnknownNameError
from workbench.model import write_text

from .parameters import check_parameters, read_parameters

__all__ = ["Done", "notebook_path", "run_notebook", "write_result"]


@dataclass(frozen=True, slots=True)
class Done:
    """An executed notebook.

    Attributes:
        name: The notebook's name without its suffix.
        notebook: The executed copy.
        html: The same as a page.
        result: What its last cell wrote.
        failure: Why it stopped, '' when it did not.
    """

    name: str
    notebook: Path
    html: Path
    result: dict[str, Any]
    failure: str = ""


def notebook_folder() -> Path:
    """The folder of the notebooks: inside the installed package, or the repository's own."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"


def notebook_path(name: str) -> Path:
    """The notebook of this name, number or path.

    Raises:
        UnknownNameError: There is none.

    >>> notebook_path("profile").name
    '2_profile.ipynb'
    """
    if name.endswith(".ipynb"):
        return Path(name)
    known = {p.stem: p for p in sorted(notebook_folder().glob("*.ipynb"))}
    for stem, path in known.items():
        if name in (stem, stem.partition("_")[0], stem.partition("_")[2]):
            return path
    raise UnknownNameError.of("notebook", name, known)


def run_notebook(
    name: str, parameters: Mapping[str, Any], folder: str | os.PathLike[str], *, title: str = "", page: bool = True
) -> Done:
    """Execute a notebook with parameters; a failing cell leaves the notebook as far as it came.

    Args:
        name: The notebook's name, number or path.
        parameters: Its parameters by name.
        folder: Where the executed notebook, the page and the result go.
        title: Name of the files; the notebook's when empty.
        page: Whether to make the HTML page.

    Raises:
        UsageError: A parameter is unknown or of the wrong type.
        MissingExtraError: papermill is not installed.
    """
    try:
        import papermill
    except ImportError:
        raise MissingExtraError.of("papermill", "notebooks", "running notebooks") from None
    source = notebook_path(name)
    target = Path(folder).absolute() / f"{title or source.stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    result = target.with_suffix(".json")
    result.unlink(missing_ok=True)
    given = check_parameters(read_parameters(source), {**parameters, "result": str(result)}, where=source.name)
    failure = ""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Jupyter's own deprecations are not the user's business
        try:
            papermill.execute_notebook(
                str(source), str(target), parameters=given, progress_bar=False, kernel_name="python3",
                cwd=str(source.parent), request_save_on_cell_execute=False, extra_arguments=["--log-level=50"],
            )  # fmt: skip
        except papermill.exceptions.PapermillExecutionError as e:
            failure = _told(e.ename, e.evalue)
        except Exception as e:
            if type(e).__name__ != "DeadKernelError":
                raise
            failure = "the kernel died; is the machine out of memory?"
    html = _page(target) if page else target
    done = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    return Done(source.stem, target, html, done, failure)


def _told(name: str, value: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", value).strip()
    return plain or name


# nbconvert sets the code that a notebook shows in a proportional font.
_CODE = "<style>.highlight pre{font-family:var(--jp-code-font-family,monospace);font-size:.9em}</style>"


def _page(notebook: Path) -> Path:
    """The executed notebook as one file that loads nothing from a network."""
    import nbformat
    from nbconvert import HTMLExporter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        off = dict.fromkeys(
            ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url", "widget_renderer_url"), ""
        )
        exporter = HTMLExporter(exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True, **off)
        body, _ = exporter.from_notebook_node(nbformat.read(notebook, as_version=4))
    body = re.sub(r'<script[^>]*\bsrc="https?:[^>]*></script>', "", body)
    body = re.sub(r'<link[^>]*\bhref="https?:[^>]*>', "", body)
    body = re.sub(r"<script type=\"module\">.*?mermaid.*?</script>", "", body, flags=re.S)
    body = body.replace("</head>", f"{_CODE}</head>", 1)
    return write_text(notebook.with_suffix(".html"), body)


def write_result(path: str, /, **facts: Any) -> dict[str, Any]:
    """Write what a notebook found as JSON, for the story and for other programs.

    Args:
        path: Where to; nothing is written when empty (by hand).
        facts: Plain data.
    """
    if path:
        write_text(path, json.dumps(facts, ensure_ascii=False, indent=2, default=str) + "\n")
    return facts
