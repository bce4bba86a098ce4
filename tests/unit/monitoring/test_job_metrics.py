"""Measurements of jobs."""

from plimsoll.monitoring.metrics import Metrics


def test_jobs_are_published_by_kind_and_state() -> None:
    """Attempts, their time and what waits have names and labels of their own."""
    metrics = Metrics()
    metrics.jobs.attempts.labels("risk-run", "succeeded").inc()
    metrics.jobs.seconds.labels("risk-run").observe(0.2)
    metrics.jobs.waiting.labels("messages").set(3)
    text = metrics.exposition().decode()
    assert 'plimsoll_job_attempts_total{kind="risk-run",status="succeeded"} 1.0' in text
    assert 'plimsoll_job_seconds_sum{kind="risk-run"} 0.2' in text
    assert 'plimsoll_jobs_waiting{queue="messages"} 3.0' in text
