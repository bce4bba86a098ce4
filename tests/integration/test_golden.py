"""What users read stays as it is until somebody decides otherwise: ``make golden`` rewrites these files."""

import os
import re
import shutil
from pathlib import Path

import pytest

from commands import Command

PROJECT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
BOOKS = PROJECT / "examples" / "portfolios"

CASES = {
    "help.txt": ["--help"],
    "help_alerts.txt": ["alerts", "--help"],
    "help_audit.txt": ["audit", "--help"],
    "help_channels.txt": ["channels", "--help"],
    "help_secrets.txt": ["secrets", "--help"],
    "help_webhooks.txt": ["webhooks", "--help"],
    "help_up.txt": ["up", "--help"],
    "help_demo.txt": ["demo", "--help"],
    "help_demo_live.txt": ["demo", "live", "--help"],
    "help_live.txt": ["live", "--help"],
    "help_ticks.txt": ["ticks", "--help"],
    "help_ticks_send.txt": ["ticks", "send", "--help"],
    "help_ticks_replay.txt": ["ticks", "replay", "--help"],
    "help_portfolios.txt": ["portfolios", "--help"],
    "help_prices.txt": ["prices", "--help"],
    "help_runs.txt": ["runs", "--help"],
    "help_runs_start.txt": ["runs", "start", "--help"],
    "help_runs_what_if.txt": ["runs", "what-if", "--help"],
    "help_limits.txt": ["limits", "--help"],
    "help_limits_propose.txt": ["limits", "propose", "--help"],
    "help_breaches.txt": ["breaches", "--help"],
    "help_db.txt": ["db", "--help"],
    "help_jobs.txt": ["jobs", "--help"],
    "help_schedules.txt": ["schedules", "--help"],
    "help_tenants.txt": ["tenants", "--help"],
    "help_users.txt": ["users", "--help"],
    "help_users_factors.txt": ["users", "factors", "--help"],
    "help_users_invite.txt": ["users", "invite", "--help"],
    "help_sessions.txt": ["sessions", "--help"],
    "help_roles.txt": ["roles", "--help"],
    "help_roles_give.txt": ["roles", "give", "--help"],
    "help_teams.txt": ["teams", "--help"],
    "help_worker.txt": ["worker", "--help"],
    "help_report.txt": ["report", "--help"],
    "help_doctor.txt": ["doctor", "--help"],
    "report_long_only.txt": ["report", "long_only.csv", "--prices", "demo"],
    "report_long_short_t.txt": [
        *("report", "long_short.csv", "--method", "monte-carlo", "--distribution", "student-t"),
        *("--horizon", "10", "--by", "desk", "--as-of", "2008-12-31"),
    ],
    "report_option_overlay_parametric.txt": ["report", "option_overlay.csv", "--method", "parametric"],
}


@pytest.mark.parametrize("name", CASES)
def test_text_is_as_it_was(name: str, plimsoll: Command, tmp_path: Path) -> None:
    """The text is the golden one but for the run and the code, which change with every edit."""
    for book in BOOKS.glob("*.csv"):
        shutil.copy(book, tmp_path)
    outcome = plimsoll(*CASES[name])
    assert outcome.code == 0, outcome.err
    text = re.sub(r"Run [0-9a-f]+, code \S+,", "Run …, code …,", outcome.out)
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    if os.environ.get("GOLDEN") == "rewrite":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8"), "run `make golden` if this is wanted"
