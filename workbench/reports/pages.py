"""HTML pages made from facts that were computed before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

__all__ = ["index_page", "page", "profile_page", "verdict_page"]


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("workbench.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def page(title: str, body: str) -> str:
    """Wrap an HTML fragment as a page of its own.

    Args:
        title: The page's title, as plain text.
        body: HTML that is already safe.
    """
    return str(_environment().get_template("page.html").render(title=title, body=body))


def _shown(thing: Any) -> str:
    """The rich form that an object shows in a notebook."""
    if hasattr(thing, "_repr_html_"):
        return str(thing._repr_html_())
    bundle = thing._repr_mimebundle_() if hasattr(thing, "_repr_mimebundle_") else {}
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    return str(bundle.get("text/html") or f"<pre>{escape(str(thing))}</pre>")


def profile_page(facts: Any) -> str:
    """A profile as a page, personal values masked."""
    return page(f"Profile of {facts.name}", _shown(facts))


def verdict_page(verdict: Any) -> str:
    """A verdict as a page."""
    return page("Verdict", _shown(verdict))


def index_page(name: str, description: str, chapters: Sequence[Mapping[str, Any]]) -> str:
    """The first page of a story.

    Args:
        name: Name of the landscape.
        description: What it is.
        chapters: Per flow: flow, source, target, failure, counts, verdict, summary (where there are
            no counts) and links (pairs of text and address).
    """
    totals = {
        "flows": len(chapters),
        "passed": sum(1 for c in chapters if not c["failure"]),
        "rows": sum(int(c["counts"].get("rows_in", 0)) for c in chapters),
        "rejected": sum(int(c["counts"].get("rejected", 0)) for c in chapters),
    }
    template = _environment().get_template("index.html")
    return page(
        f"{name}: mapping report", template.render(name=name, description=description, chapters=chapters, totals=totals)
    )
