"""What a failure of PostgreSQL means in words: not reached, not let in, lost, full, stopped, not allowed."""

from __future__ import annotations

from typing import Any

from workbench.errors import SourceError

from .locations import mask_secrets

__all__ = ["postgres_error"]

# By the SQLSTATE, or its class, that the server sends; the longest that fits is taken.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_STATES = {
    "08": ("the connection to PostgreSQL was lost", "see the server's log, then run it again: nothing was kept"),
    "28": ("PostgreSQL does not let this user in", "check user and password, and the server's pg_hba.conf"),
    "3D": ("PostgreSQL has no such database", "create it, or name another in the address"),
    "42": ("PostgreSQL does not understand a statement", "mend the query"),
    "42501": ("PostgreSQL does not allow it", "ask for the right to it"),
    "53": ("PostgreSQL has run out of room", "free memory or disk space on the server, or close connections"),
    "53300": ("PostgreSQL takes no more connections", "close some, or raise max_connections"),
    "57014": ("PostgreSQL stopped a statement", "raise statement_timeout, or take fewer rows at a time"),
    "57P": ("the connection to PostgreSQL was lost", "see the server's log, then run it again: nothing was kept"),
    "57P03": ("PostgreSQL is starting or stopping", "wait, then run it again"),
}
_NO_ADDRESS = ("the address of PostgreSQL is not understood", "write it as postgresql://user@host/database")
# A connection that fails has no SQLSTATE: its words are libpq's.
_WORDS = (
    ("refused", ("no PostgreSQL server answers there", "start it, or check host and port")),
    ("no such file", ("no PostgreSQL server answers there", "start it, or check host and port")),
    ("translate host name", ("the host of PostgreSQL is not known", "check the host's name")),
    ("failed to resolve host", ("the host of PostgreSQL is not known", "check the host's name")),
    ("timeout", ("PostgreSQL does not answer in time", "check host, port and firewall")),
    ("password", _STATES["28"]),
    ("pg_hba.conf", _STATES["28"]),
    ("role", _STATES["28"]),
    ("database", _STATES["3D"]),
    ("closed", _STATES["08"]),
    ("terminat", _STATES["08"]),
    ("invalid", _NO_ADDRESS),
)


def postgres_error(error: Any, url: str, where: str) -> SourceError:
    """A failure as what happened, where, and the cure; the server's own words stand behind, secrets masked.

    Args:
        error: What psycopg raised.
        url: The address that was used: its password is taken out of the words.
        where: What the user calls the place.
    """
    import psycopg

    try:
        password = psycopg.conninfo.conninfo_to_dict(url).get("password")
    except psycopg.Error:  # its words would repeat the address, secrets and all
        what, cure = _NO_ADDRESS
        return SourceError(what, where=where, cure=cure)
    lines = str(error).strip().splitlines()
    said = mask_secrets(lines[0].strip() if lines else type(error).__name__)
    if password:
        said = said.replace(str(password), "***")
    what, cure = _meaning(error.sqlstate or "", str(error).lower())
    return SourceError(f"{what}: {said}", where=where, cure=cure)


def _meaning(state: str, words: str) -> tuple[str, str]:
    found = (_STATES[state[:n]] for n in (5, 3, 2) if state[:n] in _STATES)
    spoken = (meaning for word, meaning in _WORDS if word in words and not state)
    return next(found, None) or next(spoken, ("PostgreSQL refuses a statement", "see the server's log"))
