"""Linking: which records are the same thing, with crosswalk and golden records."""
