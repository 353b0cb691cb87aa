"""The operators' command line: `python -m infra.ops`."""

from __future__ import annotations

import typer

from infra.ops import (
    agreement,
    alibaba,
    case,
    complaint,
    directory,
    evidence,
    feed,
    key,
    lender,
    mediation,
    notice,
    staff,
    talk,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Accord for its operators.",
)
# One line for each noun; a module beside this one has its commands as `app`.
app.add_typer(agreement.app, name="agreement")
app.add_typer(alibaba.app, name="alibaba")
app.add_typer(case.app, name="case")
app.add_typer(complaint.app, name="complaint")
app.add_typer(directory.app, name="directory")
app.add_typer(evidence.app, name="evidence")
app.add_typer(feed.app, name="feed")
app.add_typer(key.app, name="key")
app.add_typer(lender.app, name="lender")
app.add_typer(mediation.app, name="mediation")
app.add_typer(notice.app, name="notice")
app.add_typer(staff.app, name="staff")
app.add_typer(talk.app, name="talk")

if __name__ == "__main__":
    app(prog_name="python -m infra.ops")
