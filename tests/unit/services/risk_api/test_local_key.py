"""The key file."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.tokens import TOKEN, new_token
from plimsoll.services.risk_api.local_key import (
    AUDIT_KEY_FILE,
    KEY_FILE,
    SEALING_KEY_FILE,
    add_audit_key,
    add_sealing_key,
    local_api_key,
    local_audit_keys,
    local_sealing_keys,
)


def test_the_first_start_makes_a_key_that_stays(tmp_path: Path) -> None:
    """The key is made once and read afterwards."""
    key = local_api_key(tmp_path)
    assert key.startswith("plk_")
    assert TOKEN.fullmatch(key)
    assert local_api_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    """The file has mode 0600 whatever the mask of the process is."""
    before = os.umask(0)
    try:
        local_api_key(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_starts_at_the_same_time_agree(tmp_path: Path) -> None:
    """Of many processes that start at once, all get the key of the first."""
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(local_api_key, [tmp_path] * 64))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    """A loose mode is named, and nothing is repaired silently."""
    local_api_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(UnavailableError, match="can be read by others"):
        local_api_key(tmp_path)


def test_a_file_that_holds_no_key_is_named(tmp_path: Path) -> None:
    """A damaged file is not overwritten."""
    path = tmp_path / KEY_FILE
    path.write_text("plk_short\n")
    path.chmod(0o600)
    with pytest.raises(UnavailableError, match="holds no key"):
        local_api_key(tmp_path)
    assert path.read_text() == "plk_short\n"


@pytest.mark.parametrize("kind", ["link", "dangling", "directory", "pipe"])
def test_what_is_no_plain_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    """A link to somewhere else, a directory or a pipe is refused and does not block."""
    path = tmp_path / KEY_FILE
    target = tmp_path / "target"
    target.write_text("x")
    match kind:
        case "link":
            path.symlink_to(target)
        case "dangling":
            path.symlink_to(tmp_path / "nowhere")
        case "directory":
            path.mkdir(0o700)
        case _:
            os.mkfifo(path, 0o600)
    with pytest.raises(UnavailableError):
        local_api_key(tmp_path)
    assert target.read_text() == "x"


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The message has the path and the reason."""
    with pytest.raises(UnavailableError, match="No such file"):
        local_api_key(tmp_path / "nowhere")


def test_a_new_master_key_comes_first(tmp_path: Path) -> None:
    """Those before it stay, the mode too, and nothing else is left in the directory."""
    first = local_sealing_keys(tmp_path)
    assert add_sealing_key(tmp_path) == 2
    new, old = local_sealing_keys(tmp_path)
    assert [old] == first
    assert new != old
    assert stat.S_IMODE((tmp_path / SEALING_KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [SEALING_KEY_FILE]


def test_a_new_audit_key_comes_first(tmp_path: Path) -> None:
    """Those before it stay: they verify what they have sealed."""
    (first,) = local_audit_keys(tmp_path)
    new = new_token("pla")
    add_audit_key(tmp_path, new)
    assert local_audit_keys(tmp_path) == [new, first]
    assert stat.S_IMODE((tmp_path / AUDIT_KEY_FILE).stat().st_mode) == 0o600


def test_master_keys_do_not_grow_for_ever(tmp_path: Path) -> None:
    """The twenty-first is refused, and the file stays as it was."""
    for _ in range(19):
        local_sealing_keys(tmp_path)
        add_sealing_key(tmp_path)
    before = local_sealing_keys(tmp_path)
    with pytest.raises(UnavailableError, match="too many"):
        add_sealing_key(tmp_path)
    assert local_sealing_keys(tmp_path) == before
