"""What a start still waits for."""

import pytest

from plimsoll.services.risk_api.start_up import StartUp


def test_parts_are_pending_until_their_block_ends() -> None:
    """Parts overlap as they like, and one that fails is not waited for any longer."""
    start_up = StartUp()
    with start_up.preparing("one"):
        with start_up.preparing("other"):
            assert [*start_up.pending] == ["one", "other"]
        with pytest.raises(OSError, match="broken"):
            _fail(start_up)
        assert [*start_up.pending] == ["one"]
    assert not start_up.pending


def _fail(start_up: StartUp) -> None:
    with start_up.preparing("what fails"):
        raise OSError("broken")
