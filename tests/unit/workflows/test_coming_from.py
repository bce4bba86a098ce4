"""Where a request came from."""

from plimsoll.workflows.coming_from import came_from, coming_from


def test_the_nearest_block_counts() -> None:
    """Inside of one it is its address, outside of all it is empty."""
    with coming_from("192.0.2.1"):
        with coming_from("192.0.2.2"):
            assert came_from() == "192.0.2.2"
        assert came_from() == "192.0.2.1"
    assert came_from() == ""
