"""Keys of the audit in memory, for the tests."""

from dataclasses import dataclass


@dataclass
class KeyList:
    """A source of keys; see `plimsoll.workflows.audit_sealing.AuditKeys`."""

    keys: list[str]

    def read(self) -> list[str]:
        """Return them, the one that seals first."""
        return list(self.keys)

    def add(self, key: str) -> None:
        """Put a key before the others."""
        self.keys.insert(0, key)
