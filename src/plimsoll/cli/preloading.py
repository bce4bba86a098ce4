"""Importing while something else is waited for: most of a start is one or the other."""

import threading
from collections.abc import Callable
from importlib import import_module

__all__ = ["preload"]


def preload(*modules: str) -> Callable[[], None]:
    """Import modules on a thread of their own and return what waits until that is done.

    Parameters
    ----------
    modules
        Full names. One that cannot be imported is left to whoever needs it: the import there says why.

    Examples
    --------
    >>> preload("json", "no_such_module")()
    """

    def load() -> None:
        for name in modules:
            try:
                import_module(name)
            except ImportError:
                continue

    # A thread that is not waited for, after Ctrl-C for instance, does not keep the process.
    thread = threading.Thread(target=load, name="preload", daemon=True)
    thread.start()
    return thread.join
