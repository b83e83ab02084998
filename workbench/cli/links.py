"""Verbs on records that are the same thing: link."""
