"""Facts as pages: one HTML file each, nothing loaded from a network, light and dark, personal data masked."""

from .pages import index_page, page, profile_page, verdict_page

__all__ = ["index_page", "page", "profile_page", "verdict_page"]
