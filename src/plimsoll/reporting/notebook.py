"""What a notebook shows for a report: the headline and the nodes, nothing that runs."""

from plimsoll.reporting.html import render_template
from plimsoll.reporting.printable import printable
from plimsoll.reporting.report import RiskReport

__all__ = ["notebook_html"]


def notebook_html(report: RiskReport) -> str:
    """Return a fragment of HTML for ``_repr_html_``.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        Headline, nodes and how to see more; no script, all texts escaped. Colours and fonts are those of the
        notebook.
    """
    return render_template("notebook.html.j2", printable(report))
