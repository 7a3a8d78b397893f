"""Pinyin of a name, stored beside it: lists are in the order that readers look names up in."""

from pypinyin import lazy_pinyin


def key(name: str) -> str:
    """Write a name by its sounds, lower case; what is not Chinese stays as it is."""
    return " ".join(lazy_pinyin(name)).lower()
