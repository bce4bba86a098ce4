"""The document as a file; that it is the right one is in tests/integration/test_api_reference.py."""

import subprocess
import sys

from plimsoll.services.risk_api.shipped_document import shipped_document


def test_it_is_read_once_and_needs_no_api() -> None:
    """Whoever wants the document alone does not wait for the framework."""
    assert shipped_document()["openapi"] == "3.1.0"
    assert shipped_document() is shipped_document()
    program = (
        "import sys; from plimsoll.services.risk_api.shipped_document import shipped_document;"
        "shipped_document(); sys.exit('fastapi' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
