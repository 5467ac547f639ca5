"""The commands (a contract: scripts and schedulers depend on it). Each opens what it needs, acts, prints, and exits.

Exit status: 0 done; 1 done, but something needs a person (said in the last line); 2 could not start.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from robots import conveyor
from robots.conveyor import Report
from robots.crew import registry
from robots.edge import clock, desk, doctor, explaining, exports, forms, homes, secrets, suggestions, trial, watch
from robots.edge import settings as configuration
from robots.edge import status as standing
from robots.edge.demo import play
from robots.edge.log import LOG, log_to
from robots.edge.settings import ConfigurationError, Settings
from robots.edge.store.database import Store, last_day, open_store
from robots.model.explanation import Unknown
from robots.model.words import Catalogue, say

DONE, NEEDS_A_PERSON, COULD_NOT_START = 0, 1, 2
GLOBAL_OPTIONS = {"--home": True, "--today": True, "--json": False}

app = typer.Typer(add_completion=False, no_args_is_help=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True)


@dataclass
class Asked:
    """What the global options say."""

    home: str | None = None
    today: date | None = None
    json: bool = False


asked = Asked()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. Global options may stand anywhere."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # both are text streams
    try:
        app(hoist(sys.argv[1:] if arguments is None else arguments), prog_name="run.py")
    except Exception as error:  # noqa: BLE001  # a bug of ours: the trace goes to the log, a person gets a sentence
        LOG.exception("stopped by an error of our own")
        told = say("cli.bug", error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        print(configuration.shipped_words("zh").speak(told), file=sys.stderr)
        raise SystemExit(COULD_NOT_START) from None


def hoist(arguments: Sequence[str]) -> list[str]:
    """Global options moved to the front, wherever they were written.

    >>> hoist(["export", "kpis", "--home", "x", "--json"])
    ['--home', 'x', '--json', 'export', 'kpis']
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name = word.split("=", 1)[0]
        if name not in GLOBAL_OPTIONS:
            rest.append(word)
            continue
        front.append(word)
        if GLOBAL_OPTIONS[name] and "=" not in word:
            front += [value for value in [next(words, None)] if value is not None]
    return front + rest


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    home: Annotated[str | None, typer.Option(help="The home; else ROBOTS_HOME, else ./home")] = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Work as if it were this day")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for machines")] = False,
) -> None:
    """Robots for outsourced partners: 外协管理机器人. Without a command: one turn over the home, then exit."""
    asked.home, asked.json = home, as_json
    try:
        asked.today = date.fromisoformat(today) if today else None
    except ValueError:
        _stop([f"--today: {today}: YYYY-MM-DD"])
    if context.invoked_subcommand is None:
        once()


# ------------------------------------------------------------------ opening


def _settings(language: str | None = None) -> Settings:
    home = configuration.find_home(asked.home)
    if not home.is_dir():
        words = configuration.shipped_words(language or "zh")
        _stop([words.speak(say("cli.no_home", home=str(home)))])
    try:
        return configuration.load(home, registry.names())
    except ConfigurationError as error:
        _stop(error.problems)


def _stop(problems: list[str]) -> NoReturn:
    """Could not start: every problem at once, status 2."""
    if asked.json:
        print(json.dumps({"problems": problems}, ensure_ascii=False))
    for problem in problems:
        print(problem, file=sys.stderr)
    raise typer.Exit(COULD_NOT_START)


@contextmanager
def _belt(settings: Settings) -> Iterator[Store]:
    """The home's database, held by the lease."""
    log_to(settings.state)
    try:
        with homes.lease(settings):
            store = _store(settings)
            try:
                yield store
            finally:
                store.close()
    except homes.HomeInUse:
        _stop([settings.words.speak(say("cli.in_use", home=str(settings.home)))])


def _store(settings: Settings) -> Store:
    return open_store(settings.toml.database.url, settings.state, clock.now(asked.today))


# ------------------------------------------------------------------ turns


@app.command()
def once() -> None:
    """One turn over the home, then exit."""
    settings = _settings()
    with _belt(settings) as store:
        report = _turn(settings, store, asked.today)
    _tell(settings, report)
    raise typer.Exit(NEEDS_A_PERSON if report.needs_a_person else DONE)


def _turn(settings: Settings, store: Store, today: date | None) -> Report:
    with _watched(settings) as sees:
        return conveyor.turn(settings, store, clock.now(today), sees)


def _tell(settings: Settings, report: Report) -> None:
    if asked.json:
        print(json.dumps(_as_values(report), ensure_ascii=False, indent=1))
        return
    if not report.did_something:
        return
    words = settings.words
    for name, state, why in report.drops:
        became = "nothing_taken" if state == "taken" and why else state
        console.print(f"  {words.speak(say(f'drop.{became}'))}  {escape(name)}" + (f" — {escape(why)}" if why else ""))
    for done in report.delivered:
        console.print(
            f"  {words.speak(say(f'cli.{done.sort}'))}  {escape(done.where or done.what)}" + _tail(words, done)
        )
    for name in report.coming:
        console.print("  " + escape(words.speak(say("cli.coming", name=name))))
    for trouble in report.troubles:
        console.print("  " + escape(trouble_text(words, trouble)), style="red")
    console.print(escape(_last_line(words, report)))


def _tail(words: Catalogue, done: Any) -> str:
    if done.state in ("done", "sent") and not done.trouble:
        return f" — {escape(done.what)}" if done.sort == "letter" else ""
    return " — " + escape(words.speak(say(f"outbox.{done.state}", why=done.trouble)))


def trouble_text(words: Catalogue, trouble: str) -> str:
    """A trouble in the home's language: its code is the first word."""
    code, _, detail = trouble.partition(" ")
    return words.speak(say(f"trouble.{code}", detail=detail))


def _last_line(words: Catalogue, report: Report) -> str:
    if report.needs_a_person:
        return words.speak(say("cli.needs_a_person", errors=report.errors, troubles=len(report.troubles)))
    return words.speak(say("cli.done", drops=len(report.drops), delivered=len(report.delivered)))


def _as_values(report: Report) -> dict[str, Any]:
    return {
        "day": report.day.isoformat(),
        "drops": [{"name": name, "state": state, "why": why} for name, state, why in report.drops],
        "worked": report.worked,
        "delivered": [vars(done) for done in report.delivered],
        "coming": report.coming,
        "troubles": report.troubles,
        "needs_a_person": report.needs_a_person,
    }


@app.command("watch")
def watch_command(sweep: Annotated[float, typer.Option(help="Seconds between sweeps")] = watch.SWEEP_SECONDS) -> None:
    """Stay: file events, sweeps and the schedule. Ctrl+C ends it after the turn under way."""
    settings = _settings()
    stop = threading.Event()
    with _belt(settings) as store:
        console.print(escape(settings.words.speak(say("cli.watching", inbox=str(settings.inbox)))))
        try:
            watch.keep_watch(settings.inbox, lambda: _tell(settings, _turn(settings, store, asked.today)), stop, sweep)
        except KeyboardInterrupt:
            stop.set()


@app.command()
def demo(language: Annotated[str, typer.Option(help="zh or en")] = "zh") -> None:
    """A fresh home from sample_workbooks, three business days in fast motion, letters as .eml."""
    _one_of_ours(language)
    home = configuration.demo_home(asked.home)
    words = configuration.shipped_words(language)
    try:
        homes.make_demo(home, language)
    except homes.NotEmpty:
        _stop([words.speak(say("cli.demo_not_empty", home=str(home)))])
    asked.home = str(home)
    settings = _settings()
    with _belt(settings) as store:
        for number, day in enumerate(homes.DEMO_DAYS, 1):
            dropped = play(settings, number)
            console.print(
                escape(words.speak(say("demo.day", number=number, day=day, count=len(dropped)))), style="bold"
            )
            report = _turn(settings, store, day)
            _tell(settings, report)
    console.print(escape(words.speak(say("demo.end", home=str(home), outbox=str(settings.outbox)))), style="bold")


@app.command()
def reverse(
    payment_key: Annotated[str, typer.Argument(help="the key of a released, paid or returned payment line")],
    reason: Annotated[str, typer.Option(help="why: it stays on record")] = "",
    by: Annotated[str, typer.Option(help="who asks: somebody else has to approve")] = "",
) -> None:
    """Ask to reverse a released payment line: a form goes to a second person, and only that form reverses it."""
    settings = _settings()
    with _belt(settings) as store:
        wanted = {"payment_key": payment_key, "reason": reason, "by": by}
        told, report = conveyor.reverse(settings, store, clock.now(asked.today), wanted)
    if report is None:
        _stop([settings.words.speak(told)])
    _tell(settings, report)
    if not asked.json:
        console.print(escape(settings.words.speak(told)))
    raise typer.Exit(NEEDS_A_PERSON if report.needs_a_person else DONE)


# ------------------------------------------------------------------ homes and machines


@app.command()
def init(folder: str, language: Annotated[str, typer.Option(help="zh or en")] = "zh") -> None:
    """A new home with commented settings."""
    _one_of_ours(language)
    home = homes.make(configuration.find_home(folder), language, clock.now(asked.today).date())
    secrets.make(configuration.load(home, registry.names()))
    print(configuration.shipped_words(language).speak(say("cli.made", home=str(home))))


def _one_of_ours(language: str) -> None:
    if language not in configuration.LANGUAGES:
        _stop([f"--language: {language}: zh, en"])


@app.command()
def form(
    kind: Annotated[str, typer.Argument(help="vendors, contracts, orders, deliveries, invoices, surveys …")],
) -> None:
    """A blank ledger of one kind, to fill in and drop: known again whatever it is called."""
    settings = _settings()
    if kind not in settings.lexicon.vocabularies:
        _stop([f"form {kind}: {', '.join(settings.lexicon.vocabularies)}"])
    place = forms.issue(settings, kind, clock.now(asked.today))
    print(json.dumps({"path": str(place)}) if asked.json else settings.words.speak(say("cli.form", path=str(place))))


@app.command("doctor")
def doctor_command() -> None:
    """Is this machine ready: folders, database, mail, fonts, Excel or LibreOffice."""
    settings = _settings()
    answers = list(doctor.examine(settings, clock.now(asked.today)))
    if asked.json:
        rows = [{"what": what, "health": health, "says": settings.words.speak(text)} for what, health, text in answers]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        marks = {"ok": "[green]✔[/]", "warn": "[yellow]![/]", "bad": "[red]✘[/]"}
        for what, health, text in answers:
            name = settings.words.speak(say(f"doctor.name.{what}"))
            console.print(f"{marks[health]} {name}: {escape(settings.words.speak(text))}")
    raise typer.Exit(NEEDS_A_PERSON if any(health == "bad" for _, health, _ in answers) else DONE)


# ------------------------------------------------------------------ looking


@app.command()
def check(files: list[str]) -> None:
    """Read files without posting; print what would be taken, and every finding."""
    settings = _settings_or_shipped()
    results = [(name, *desk.check(name, settings.lexicon, settings)) for name in files]
    if asked.json:
        print(
            json.dumps(
                [suggestions.as_values(settings.words, *result) for result in results], ensure_ascii=False, indent=1
            )
        )
    else:
        for name, reading, code in results:
            for line in suggestions.as_lines(settings.words, name, reading, code):
                console.print(escape(line))
    bad = any(code or any(f.level in ("error", "question") for f in reading.findings) for _, reading, code in results)
    raise typer.Exit(NEEDS_A_PERSON if bad else DONE)


def _settings_or_shipped() -> Settings:
    """The home's settings where there is one; else the shipped ones: `check` needs no home."""
    home = configuration.find_home(asked.home)
    try:
        return configuration.load(home, registry.names())
    except ConfigurationError as error:
        _stop(error.problems)


@app.command("status")
def status_command() -> None:
    """What is waiting, failing, due next; when each robot last worked."""
    settings = _settings()
    store = _store(settings)
    now = standing.look(settings, store, clock.now(asked.today))
    store.close()
    if asked.json:
        print(json.dumps(now.as_values(), ensure_ascii=False, indent=1))
    else:
        for line in now.as_lines(settings.words):
            console.print(escape(line))
    raise typer.Exit(NEEDS_A_PERSON if now.needs_a_person else DONE)


@app.command()
def export(table: str, form: Annotated[str, typer.Option("--format", help="csv or json")] = "csv") -> None:
    """A table for machines: kpis, scores, alerts, payables, batches, receipts, findings, drops, letters, journal, …"""
    if table not in exports.names() or form not in ("csv", "json"):
        _stop([f"export {table} --format {form}: {', '.join(exports.names())}; csv, json"])
    store = _store(_settings())
    columns, rows = exports.export(store, table)
    store.close()
    text = exports.as_json(columns, rows) + "\n" if form == "json" or asked.json else exports.as_csv(columns, rows)
    sys.stdout.write(text)


@app.command("explain")
def explain_command(
    reference: Annotated[
        list[str],
        typer.Argument(metavar="REF", help="An alert, a payment key, an invoice's number, or: vendor period [kpi]"),
    ],
    workbook: Annotated[bool, typer.Option(help="Write it as a workbook into the outbox's reports")] = False,
) -> None:
    """The formula with its numbers, the rules and the rows behind a score, a KPI, an alert, a payment or an invoice."""
    settings = _settings()
    store = _store(settings)
    now = clock.now(asked.today)
    found = explaining.explain(settings, store, " ".join(reference), now.date(), whole=workbook)
    store.close()
    if isinstance(found, Unknown):
        _stop(explaining.could_be(found, settings.words))
    path = explaining.write(settings, found, now) if workbook else None
    if asked.json:
        values = explaining.as_values(found[0], settings.words) | ({"path": str(path)} if path else {})
        print(json.dumps(values, ensure_ascii=False, indent=1))
        return
    paper = _paper()
    for part in explaining.printed(found[0], settings.words):
        paper.print(part)
    if path:
        paper.print(escape(settings.words.speak(say("explain.written", path=str(path)))))


@app.command("what-if")
def what_if_command(
    rules: Annotated[str, typer.Argument(metavar="RULES.toml", help="[scorecard] tolerance_days = 2, and the like")],
) -> None:
    """The same history under other rules: whose grade, alert or bonus moves, as a workbook. Changes nothing."""
    from robots.figures.whatif import told  # noqa: PLC0415  # pandas loads here: other commands stay quick

    settings = _settings()
    try:
        file, other = configuration.under_other_rules(rules, settings.rules, settings.words)
    except ConfigurationError as error:
        _stop(error.problems)
    now = clock.now(asked.today)
    store = _store(settings)
    if last_day(store) is None:
        store.close()
        _stop([settings.words.speak(say("explain.empty_home"))])
    with _watched(settings) as sees:
        moves = trial.what_if(settings, store, other, now.date(), registry.crew(), sees)
    store.close()
    found = told.told(moves, file, now.date())
    written = explaining.publish(settings, told.workbook(found, file, now.date()), now)
    if asked.json:
        print(
            json.dumps(
                explaining.as_values(found, settings.words) | {"path": str(written)}, ensure_ascii=False, indent=1
            )
        )
        return
    paper = _paper()
    for part in explaining.printed(
        replace(found, tables=told.summary(found)), settings.words, told.MOST_SHOWN, "whatif.more"
    ):
        paper.print(part)
    paper.print(escape(settings.words.speak(say("explain.written", path=str(written)))))


@contextmanager
def _watched(settings: Settings) -> Iterator[Callable[[str], None]]:
    """Tells what is being worked on, in a line that moves while a terminal watches."""
    if asked.json or not console.is_terminal:
        yield lambda _: None
        return
    with console.status(settings.words.speak(say("cli.working"))) as line:
        yield lambda what: line.update(escape(what))


def _paper() -> Console:
    """Where tables are drawn: as wide as the terminal, or a hundred columns where there is none."""
    return Console(highlight=False, width=None if console.is_terminal else explaining.WIDTH)


@app.command()
def words() -> None:
    """Header words and values that nobody knew, as TOML to paste."""
    settings = _settings()
    store = _store(settings)
    found = suggestions.unknown(store, settings)
    store.close()
    if asked.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        print(suggestions.as_toml(found, settings))
