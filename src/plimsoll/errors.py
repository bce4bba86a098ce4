"""Every error that Plimsoll raises on purpose.

::

    PlimsollError                code plimsoll             exit 4
    ├── UsageError               code usage                exit 2   an option or argument that makes no sense
    ├── DataError                code bad-data             exit 3   a file, row or number that cannot be used
    │   └── InfectedError        code infected             exit 3   a file in which a virus was found
    ├── UnavailableError         code unavailable          exit 4   something that is needed is not there
    ├── NotFoundError            code not-found            exit 2   a name or id that leads to nothing
    ├── ConflictError            code conflict             exit 4   what is wanted contradicts what is stored
    ├── PreconditionError        code precondition-failed  exit 4   somebody else has changed it meanwhile
    ├── PermissionDeniedError    code forbidden            exit 4   the caller may not do this
    │   └── FourEyesError        code four-eyes            exit 4   another than the proposer must approve
    ├── SignInError              code unauthenticated      exit 4   somebody has not shown who they are
    └── ThrottledError           code rate-limited         exit 4   it was tried too often

A single item that cannot be valued is not an error but a :class:`plimsoll.risk.failures.Failure`:
the rest of the report stands.
"""

__all__ = [
    "ConflictError",
    "DataError",
    "FourEyesError",
    "InfectedError",
    "NotFoundError",
    "PermissionDeniedError",
    "PlimsollError",
    "PreconditionError",
    "SignInError",
    "ThrottledError",
    "UnavailableError",
    "UsageError",
]


class PlimsollError(Exception):
    """Root of the tree.

    Parameters
    ----------
    message
        What is wrong, in one sentence.
    remedy
        What the user can do about it; empty where nothing can be done.
    """

    code = "plimsoll"
    exit_code = 4

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        """Return the place, the message and the remedy as one text."""
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n  {self.remedy}" if self.remedy else text

    @property
    def place(self) -> str:
        """Where it happened, as ``file, row 3, column price``; empty where there is no such place."""
        return ""


class UsageError(PlimsollError):
    """An option or argument that makes no sense."""

    code = "usage"
    exit_code = 2


class DataError(PlimsollError):
    """A file, row or number that cannot be used.

    Parameters
    ----------
    message, remedy
        As for :class:`PlimsollError`.
    file
        Name of the file as the user gave it.
    row
        Row in that file, counted from 1 as an editor does, header and preamble included.
    column
        Name of the column.
    """

    code = "bad-data"
    exit_code = 3

    def __init__(
        self, message: str, *, remedy: str = "", file: str = "", row: int | None = None, column: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file = file
        self.row = row
        self.column = column

    @property
    def place(self) -> str:
        """Where it happened, as ``file, row 3, column price``."""
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (self.file, row, column) if part)


class InfectedError(DataError):
    """A file in which a virus was found: nothing of it was kept."""

    code = "infected"


class UnavailableError(PlimsollError):
    """Something that is needed is not there: an optional package, a server, a disk."""

    code = "unavailable"
    exit_code = 4


class NotFoundError(PlimsollError):
    """A name or id that leads to nothing, or to nothing that the caller may see."""

    code = "not-found"
    exit_code = 2


class ConflictError(PlimsollError):
    """What is wanted contradicts what is stored: a name that is taken, a tree that would bite its tail."""

    code = "conflict"
    exit_code = 4


class PreconditionError(PlimsollError):
    """Somebody else has changed it since the caller read it."""

    code = "precondition-failed"
    exit_code = 4


class PermissionDeniedError(PlimsollError):
    """The caller is known and may not do this."""

    code = "forbidden"
    exit_code = 4


class FourEyesError(PermissionDeniedError):
    """Whoever proposed a change wants to approve it: another person must."""

    code = "four-eyes"
    exit_code = 4


class SignInError(PlimsollError):
    """Somebody has not shown who they are; which part of it was wrong is never said."""

    code = "unauthenticated"
    exit_code = 4


class ThrottledError(PlimsollError):
    """It was tried too often.

    Parameters
    ----------
    message, remedy
        As for :class:`PlimsollError`.
    seconds
        After which it may be tried again.
    repeated
        Whether it was refused before for the same reason, so that it need not be written down again.
    """

    code = "rate-limited"
    exit_code = 4

    def __init__(self, message: str, *, remedy: str = "", seconds: int = 1, repeated: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.seconds = seconds
        self.repeated = repeated
