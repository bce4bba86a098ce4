"""What a number takes for granted, recorded where it is decided and shown in the report."""

from dataclasses import dataclass

__all__ = ["Assumption"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing that the report takes for granted.

    Parameters
    ----------
    topic
        A stable word for programs: ``window``, ``gaps``, ``proxy``, ``stale``, ``fx``, ``options`` …
    text
        One sentence for people.
    items
        Symbols that it concerns; empty where it concerns all.
    """

    topic: str
    text: str
    items: tuple[str, ...] = ()
