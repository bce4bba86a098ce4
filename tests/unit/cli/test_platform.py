"""What ``plimsoll up`` serves; how it runs is in tests/integration/test_up.py and test_first_door.py."""

import io
from pathlib import Path

from rich.console import Console

from certificates import write_certificate
from plimsoll.cli.platform import Platform, Tls
from plimsoll.cli.telling import Telling
from plimsoll.services.risk_api.certificate import Certificate
from plimsoll.services.risk_api.installation import Installation


def test_one_door_leads_in_from_all_ports(tmp_path: Path) -> None:
    """Plain and with TLS the same is served; the metrics are something else."""
    telling = Telling(Console(file=io.StringIO()).status("…"), tmp_path, False)
    place, ports = Installation(tmp_path), (8000, 8001)
    plain = Platform(place, ports, None, True, telling)
    assert plain.url == "http://127.0.0.1:8000"
    assert [served.port for served in plain.served] == [8000, 8001]
    tls = Tls(Certificate(*write_certificate(tmp_path)), "0.0.0.0", 8443)  # noqa: S104 - served nowhere
    first, metrics, second = Platform(place, ports, tls, True, telling).served
    assert second.app is first.app is not metrics.app
    assert (second.port, second.address, second.certificate) == (8443, tls.address, tls.certificate)
