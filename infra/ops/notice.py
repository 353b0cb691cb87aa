"""Looks through every notice with sample values, and keeps the record of its versions: needs no AWS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.compose import Message, compose
from chalicelib.notices.segments import count_segments
from chalicelib.texts import load_words
from chalicelib.texts.catalogue import FORMS, LANGUAGES, PROFILES, template_version
from infra.ops import notice_versions
from infra.ops.notice_samples import sample
from infra.ops.notice_versions import STEPS, Template, every_template

app = typer.Typer(no_args_is_help=True, help="Notices: look through them, record their versions.")
_LAYOUT = Path(__file__).with_name("notice_preview.html")


@dataclass(frozen=True, slots=True)
class Shown:
    """One notice as composed from the sample, or what it lacks."""

    profile: str
    step: str
    channel: str
    language: str
    message: Message | None
    lacks: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its file's name, without a suffix."""
        return f"{self.profile.lower()}-{self.step}-{self.channel}-{self.language}"

    @property
    def size(self) -> str:
        """How long it is: an SMS in segments as the operator counts them, the rest in characters."""
        if self.message is None:
            return "not composed"
        if self.channel != "SMS":
            return f"{len(self.message.text)} characters"
        cost = count_segments(self.message.text)
        plural = "" if cost.count == 1 else "s"
        return f"{cost.count} segment{plural}, {cost.units} {cost.encoding} units"


def show(template: Template) -> Shown:
    """Return a notice made from the sample of its profile."""
    profile, step, channel, language = template
    values = sample(profile, language, channel=channel)
    try:
        message = compose(profile=profile, step=step, channel=channel, language=language, variables=values)
    except MissingVariables as missing:
        return Shown(*template, None, missing.names)
    return Shown(*template, message)


def chosen(
    profiles: Iterable[str], steps: Iterable[str], channels: Iterable[str], languages: Iterable[str]
) -> Iterator[Template]:
    """Yield the templates that match; an empty choice means all, an unknown one is a BadParameter."""
    choices = []
    for given, known in ((profiles, PROFILES), (steps, STEPS), (channels, FORMS), (languages, LANGUAGES)):
        wanted = {name.casefold() for name in given}
        matching = {name for name in known if not wanted or name.casefold() in wanted}
        if unknown := wanted - {name.casefold() for name in matching}:
            raise typer.BadParameter(f"{', '.join(sorted(unknown))}: none of {', '.join(known)}")
        choices.append(matching)
    for template in every_template():
        if all(name in choice for name, choice in zip(template, choices, strict=True)):
            yield template


@app.command()
def preview(
    profile: Annotated[list[str] | None, typer.Option(help="CN, US, GB or EU; all by default.")] = None,
    template: Annotated[list[str] | None, typer.Option(help="first_notice, …; all by default.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="SMS, EMAIL, …; all by default.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="zh-CN or en; both by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write files and an index.html here instead.")] = None,
) -> None:
    """Show notices filled with sample values; exits with 1 when one lacks a mandatory variable."""
    templates = chosen(profile or (), template or (), channel or (), language or ())
    notices = [show(each) for each in templates]
    if out:
        write(notices, out)
        typer.echo(f"{len(notices)} notices: {out / 'index.html'}")
    else:
        console = Console()
        for notice in notices:
            console.print(_panel(notice))
    if any(notice.lacks for notice in notices):
        raise typer.Exit(1)


def write(notices: Iterable[Shown], out: Path) -> None:
    """Write each notice as .txt (and .html), and an index.html to look through them all."""
    from jinja2 import Template as Layout

    out.mkdir(parents=True, exist_ok=True)
    groups: dict[str, dict[str, list[Shown]]] = {}
    for notice in notices:
        groups.setdefault(notice.profile, {}).setdefault(notice.step, []).append(notice)
        if notice.message:
            subject = f"{notice.message.subject}\n\n" if notice.message.subject else ""
            (out / f"{notice.file}.txt").write_text(subject + notice.message.text + "\n", encoding="utf-8")
        if notice.message and notice.message.html:
            (out / f"{notice.file}.html").write_text(notice.message.html, encoding="utf-8")
    layout = Layout(_LAYOUT.read_text(encoding="utf-8"), autoescape=True, trim_blocks=True)
    (out / "index.html").write_text(layout.render(groups=groups), encoding="utf-8")


def _panel(notice: Shown) -> Panel:
    title = f"{notice.profile} {notice.step} · {notice.channel} · {notice.language}"
    if notice.message is None:
        return Panel(f"[bold red]lacks {', '.join(notice.lacks)}[/]", title=title)
    lines = [escape(notice.message.text)]
    if notice.message.subject:
        lines.insert(0, f"[bold]{escape(notice.message.subject)}[/]\n")
    version = notice.message.template.rpartition("@")[2]
    return Panel(Group(*lines), title=title, subtitle=f"version {version} · {notice.size} · complete")


@app.command()
def versions() -> None:
    """Record the words as they are: what changed gets the next version."""
    for profile in PROFILES:
        before = notice_versions.on_record(profile)
        # A new template has to be on record before it can be shown, and shown before its length is known.
        notice_versions.write(profile, notice_versions.as_they_are(profile, {}))
        load_words.cache_clear()
        template_version.cache_clear()
        now = notice_versions.as_they_are(profile, _budgets(profile))
        notice_versions.write(profile, now)
        changed = [key for key, record in now.items() if record != before.get(key)]
        typer.echo(f"{profile}: {len(changed)} of {len(now)} templates changed")


def _budgets(profile: str) -> dict[str, int]:
    """The segments an SMS template may cost when it is new: what it costs with the sample."""
    shown = [show(template) for template in every_template() if template[0::2] == (profile, "SMS")]
    return {
        f"{each.step}/SMS/{each.language}": count_segments(each.message.text).count
        for each in shown
        if each.message
    }
