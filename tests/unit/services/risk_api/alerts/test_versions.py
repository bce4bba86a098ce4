"""The versions of alerts."""

import pytest

from alert_records import alert
from plimsoll.services.risk_api.alerts.versions import alert_tag, alert_version
from plimsoll.services.risk_api.problems import ProblemError


def test_a_count_changes_the_tag_and_not_the_version() -> None:
    """Whoever reads learns of each time; whoever acts may have seen fewer."""
    seen, now = alert(version=2, count=5), alert(version=2, count=9)
    assert alert_tag(seen) != alert_tag(now)
    assert alert_version(f'"{alert_tag(seen)}"') == alert_version(f'"{alert_tag(now)}"') == 2
    assert alert_version('"2"') == 2


@pytest.mark.parametrize(
    ("sent", "status"), [(None, 428), ("", 412), ("2", 412), ('"0"', 412), ('"2-x"', 412), ("*", 412)]
)
def test_what_is_no_version_is_refused(sent: str | None, status: int) -> None:
    """A change must name what was seen."""
    with pytest.raises(ProblemError) as caught:
        alert_version(sent)
    assert caught.value.status_code == status
