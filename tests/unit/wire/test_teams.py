"""The messages about teams."""

from plimsoll.wire.teams import NewTeam, Team, TeamChanges, TeamMember, TeamPage
from wire_examples import survives


def test_examples_are_valid() -> None:
    """Each example of the document is a message."""
    assert survives(NewTeam)
    assert survives(Team)
    assert survives(TeamChanges)
    assert survives(TeamMember)
    assert survives(TeamPage)
