"""付款审批单, 冲销单 and 放行清单, and the letters around them: what approvers fill in, and what finance pays from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any

from robots.crew.paymaster.again import refused_before, refused_table
from robots.crew.paymaster.rows import bank_payments, in_order
from robots.crew.paymaster.sheet import words_of
from robots.crew.paymaster.sorts import SORT, are_mixed, sort_told, sorts_told
from robots.figures.approvals import (
    AGREED,
    LAYOUT,
    OVER,
    REFUSED,
    WRONG,
    WRONG_OVER,
    Case,
    Form,
    Refused,
    Row,
    Verdict,
    awaited,
    given,
    refusals,
)
from robots.figures.batches import CONFIRMED, RELEASED, VOID
from robots.figures.lines import order_line
from robots.model.decisions import Column, Look, Notice, Sheet, Table, Workbook
from robots.model.forms import Form as Issued
from robots.model.letters import CODE
from robots.model.money import ZERO
from robots.model.words import Text, say
from robots.rules import People, Rules

FORM_LAYOUT = 1
_BEFORE = Column(say("form.word.refused_before"), Look.WRAP, 34)
_TOLD_OF_TROUBLE = ("finance", "manager")
_COLUMNS = (
    Column(say("form.word.batch"), Look.TEXT, 15),
    Column(say("form.word.payment_key"), Look.WRAP, 15),
    Column(say("form.word.payee"), Look.WRAP, 22),
    Column(say("form.word.account"), Look.TEXT, 22),
    Column(say("form.word.invoice"), Look.TEXT, 22),
    Column(say("form.word.order_line"), Look.WRAP, 14),
    Column(say("form.word.net"), Look.MONEY, 13),
    Column(say("form.word.due"), Look.DATE, 11),
    Column(say("form.word.approver"), Look.WRAP, 10),
    Column(say("form.word.opinion"), Look.TEXT, 10, open=True, choices=(AGREED, REFUSED)),
    Column(say("form.word.approval_reason"), Look.WRAP, 20, open=True),
    Column(say("form.word.code"), Look.TEXT, 13, open=True),
)
_OPINION = LAYOUT.index("opinion")


def _what(case: Case) -> str:
    return "reversal" if case.reverses else "payment"


def _currency(case: Case, rules: Rules) -> str:
    return str(case.row.get("currency") or rules.currency)


# ------------------------------------------------------------------ the form


def form(case: Case, approver: str, number: int, rules: Rules, must: Sequence[str] = ()) -> Workbook:
    """付款审批单 or 冲销单 for one approver by name: every line sealed, beside it what was said against it before, an
    opinion for each; one cell for the code. `must`: without whom nothing is released."""
    what = _what(case)
    sheet = Sheet(
        say(f"approval.{what}.sheet"), say(f"approval.{what}.title"), tuple(_facts(case, approver, rules, must)),
        (_lines(case, approver),),
    )  # fmt: skip
    name = say(f"approval.{what}.file", number=case.number, approver=approver)
    return Workbook("forms", name, (sheet,), Issued(f"approvals-{case.number}-{number}", FORM_LAYOUT, "approvals"))


def _lines(case: Case, approver: str) -> Table:
    mixed = are_mixed(case.lines)
    more = (*((SORT,) if mixed else ()), *((_BEFORE,) if case.refused else ()))
    columns = (*_COLUMNS[:_OPINION], *more, *_COLUMNS[_OPINION:])
    rows = []
    for line in _ordered(case):
        row = _line(case, line, approver)
        told = (*((sort_told(line),) if mixed else ()), *((_before(case, line),) if case.refused else ()))
        rows.append((*row[:_OPINION], *told, *row[_OPINION:]))
    return Table(columns, tuple(rows))


def _before(case: Case, line: Row) -> Text:
    return refused_before(case.refused.get(line["payment_key"], ()))


def _facts(case: Case, approver: str, rules: Rules, must: Sequence[str]) -> list[tuple[Text, Any]]:
    facts = [
        (say("fact.batch"), case.number), (say("fact.payment_lines"), len(case.lines)),
        (say("fact.total", currency=_currency(case, rules)), case.total),
        *words_of(case.total, _currency(case, rules)),
        (say("fact.preparer"), case.row["preparer"]), (say("fact.approver"), approver),
        (say("fact.needed"), case.row["needed"]), (say("fact.expires"), case.row["expires_on"]),
    ]  # fmt: skip
    if must:
        facts.append((say("fact.must"), "、".join(must)))
    if case.reverses:
        facts.append((say("fact.reversal_reason"), case.row["reason"]))
    return [*facts, (say("form.how"), say(f"approval.{_what(case)}.how"))]


def _ordered(case: Case) -> list[Row]:
    return in_order(case.lines)


def _line(case: Case, line: Row, approver: str) -> tuple[Any, ...]:
    return (
        case.number, line["payment_key"], line["vendor"], line["bank_account"], line["invoice_no"],
        order_line(line["order_id"], line["line"]),
        line["net"], _day(line["due_on"]), approver, "", "", "",
    )  # fmt: skip


def _day(due: Any) -> date | None:
    return due if isinstance(due, date) or due is None else date.fromisoformat(due)


def code_letter(case: Case, owed: Row, form_name: str, rules: Rules, must: Sequence[str] = ()) -> Notice:
    """The letter to one approver and nobody else, with the form and the code that is good for it alone; and with what
    was said against its lines before."""
    what = _what(case)
    lines = (
        say("approval.letter.code", code=CODE),
        say("approval.letter.once", number=case.number, day=case.row["expires_on"]),
        *sorts_told(case.lines, _currency(case, rules)),
        say(f"approval.{what}.needed", count=case.row["needed"], reason=case.row.get("reason")),
        *((say("approval.letter.must", names="、".join(must)),) if must else ()),
        *exposed(rules.people),
    )
    headline = say(
        f"approval.{what}.headline", number=case.number, approver=owed["approver"], lines=len(case.lines),
        total=case.total, currency=_currency(case, rules), preparer=case.row["preparer"],
    )  # fmt: skip
    table = refused_table(_ordered(case), case.refused)
    return Notice(
        owed["role"], headline, lines, "warning", (form_name,), table, say("approval.letter.next"), owed["digest"]
    )


def exposed(people: People) -> tuple[Text, ...]:
    """That four eyes are not given, where codes lie for others to read; and whom no letter reaches."""
    named = {"exposed": people.exposed, "unreached": people.unreached}
    return tuple(say(f"approval.{what}", names="、".join(names)) for what, names in named.items() if names)


def next_step(batch: Row, endorsements: Sequence[Row]) -> Text:
    """What happens to a batch that was just proposed: who has to approve it until when, or that nobody can."""
    if not endorsements:
        return say("notice.payment.next")
    names = "、".join(row["approver"] for row in endorsements)
    values = {"names": names, "needed": batch["needed"], "day": batch["expires_on"]}
    if must := awaited(endorsements):
        return say("notice.payment.next_again", must="、".join(must), **values)
    return say("notice.payment.next_approval", **values)


# ------------------------------------------------------------------ what was decided


def release_name(case: Case) -> str:
    """The name under which letters carry the paper of a release."""
    return f"release-{case.number}"


def release(case: Case) -> Workbook:
    """放行清单: what the bank is asked for by payee, and the lines of a batch that may be paid, and nothing else."""
    facts = (
        (say("fact.batch"), case.number), (say("fact.released_on"), case.row["released_on"]),
        (say("fact.payment_lines"), len(case.lines)), (say("fact.bank_payments"), bank_payments(case.lines)),
        (say("fact.total", currency=case.row["currency"]), case.total), *words_of(case.total, case.row["currency"]),
    )  # fmt: skip
    tables = (_payees(case), _released_lines(case))
    sheet = Sheet(say("sheet.release"), say("title.release"), facts, tables, notes=(say("approval.released.note"),))
    return Workbook("payments", say("file.release", batch=case.number), (sheet,))


def _released_lines(case: Case) -> Table:
    columns = (
        Column(say("column.payee"), Look.WRAP, 30), Column(say("column.bank_account"), Look.TEXT, 24),
        Column(say("column.invoice_no"), Look.TEXT, 23), Column(say("column.order"), Look.WRAP, 16),
        Column(say("column.net"), Look.MONEY, 15), Column(say("column.due_on"), Look.DATE, 12),
        Column(say("column.payment_key"), Look.TEXT, 26),
    )  # fmt: skip
    rows = tuple(
        (
            line["vendor"], line["bank_account"], line["invoice_no"],
            order_line(line["order_id"], line["line"]), line["net"], _day(line["due_on"]), line["payment_key"],
        )
        for line in _ordered(case)
    )  # fmt: skip
    return Table(columns, rows, say("approval.released.lines"), total=(4,))


def _payees(case: Case) -> Table:
    """What each payee gets, and in how many payments."""
    columns = (
        Column(say("column.payee"), Look.WRAP, 30), Column(say("column.bank_account"), Look.TEXT, 24),
        Column(say("fact.payment_lines"), Look.INTEGER, 23), Column(say("fact.bank_payments"), Look.INTEGER, 16),
        Column(say("column.net"), Look.MONEY, 15),
    )  # fmt: skip
    rows = tuple(
        (*payee, len(mine), bank_payments(mine), sum((line["net"] for line in mine), ZERO))
        for payee, mine in _by_payee(case).items()
    )
    return Table(columns, rows, say("approval.released.payees"), total=(2, 3, 4))


def _by_payee(case: Case) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for line in _ordered(case):
        found[line["vendor"], line["bank_account"]].append(line)
    return found


def names_of(endorsements: Sequence[Row]) -> str:
    """Who has given an opinion."""
    return "、".join(row["approver"] for row in endorsements)


def opinions(endorsements: Sequence[Row], lines: int) -> Text:
    """Each approver with what he said of so many lines: who refuses some of them does not agree."""
    texts = (_opinion(row["approver"], len(refusals([row])), lines) for row in endorsements)
    return reduce(lambda told, text: say("approval.both", one=told, other=text), texts)


def _opinion(name: str, refused: int, lines: int) -> Text:
    how = "agrees" if not refused else "partly" if refused < lines else "refuses"
    return say(f"approval.opinion.{how}", name=name, count=refused)


def decided(case: Case, endorsements: Sequence[Row], refused: Refused, before: Case, file: Text | None) -> list[Notice]:
    """A batch that was released whole, in part, or not at all; with the lines that were refused and why. `file`: the
    name of the file for the bank that leaves with it, if one does."""
    told = opinions(endorsements, len(before.lines))
    table = _refused_table(before, refused) if refused else None
    if not case.lines:
        is_control = any(not isinstance(who, str) for who, _ in refused.values())
        headline = say("approval.refused.control" if is_control else "approval.refused.headline", number=case.number,
                       opinions=told)  # fmt: skip
        return [_notice(role, headline, (), table, "approval.refused.next") for role in _TOLD_OF_TROUBLE]
    headline = say(
        "approval.released.headline", number=case.number, opinions=told, lines=len(case.lines),
        payments=bank_payments(case.lines), total=case.total, currency=case.row["currency"],
    )  # fmt: skip
    words = words_of(case.total, case.row["currency"])
    lines: tuple[Text, ...] = tuple(say("notice.payment.words", words=one) for _, one in words)
    if refused:
        amount = sum((line["net"] for line in before.lines if line["payment_key"] in refused), ZERO)
        lines += (say("approval.released.refused", count=len(refused), amount=amount, currency=case.row["currency"]),)
    next_step = say("approval.released.next", file=file) if file else say("approval.released.next_by_hand")
    return [Notice("finance", headline, lines, "warning", (release_name(case),), table, next_step)]


def _refused_table(case: Case, refused: Refused) -> Table:
    columns = tuple(Column(say(f"column.{name}")) for name in ("payee", "invoice_no", "net", "refused_by", "reason"))
    rows = tuple(
        (line["vendor"], line["invoice_no"], line["net"], *refused[line["payment_key"]])
        for line in _ordered(case)
        if line["payment_key"] in refused
    )
    return Table(columns, rows)


def _notice(role: str, headline: Text, lines: tuple[Text, ...], table: Table | None, next_step: str) -> Notice:
    return Notice(role, headline, lines, "critical", (), table, say(next_step))


def waits(
    case: Case, opinions: Text, missing: int, awaited: Sequence[str], refused: Refused, others: Sequence[Row]
) -> list[Notice]:
    """Some have approved, and others are still needed. `awaited`: nobody else will do in their place; `others`: who
    still owe an opinion, and should know what was refused by then."""
    headline = say("approval.waits.headline", number=case.number, opinions=opinions, missing=missing)
    lines = (say("approval.letter.must", names="、".join(awaited)),) if awaited else ()
    table = _refused_table(case, refused) if refused else None
    told = [Notice("finance", headline, lines, "info", (), table, say("approval.waits.next"))]
    for one in others if table else ():
        line = say("approval.waits.yours", name=one["approver"])
        told.append(Notice(one["role"], headline, (line,), "info", (), table, say("approval.waits.your_next")))
    return told


def reversal_decided(case: Case, names: str, refused: Refused) -> Notice:
    """A reversal that was made, or refused."""
    what = "refused" if refused else "made"
    why = next((reason for _, reason in refused.values()), case.row["reason"])
    values = {"number": case.number, "key": case.row["payment_key"], "by": case.row["preparer"]}
    headline = say(f"approval.reversal_{what}.headline", names=names, **values)
    line = say("approval.because", why=why)
    return Notice("finance", headline, (line,), "warning", (), None, say(f"approval.reversal_{what}.next"))


# ------------------------------------------------------------------ what stands against it


def _sentence(verdict: Verdict, form: Form | None) -> Text:
    approver = form.approver if form else None
    return say(f"approval.verdict.{verdict.code}", approver=approver, **verdict.values)


def _file(form: Form) -> Text:
    return say("approval.by_file", file=form.rows[0]["_file"], approver=form.approver)


def voided(case: Case, verdict: Verdict, form: Form | None) -> list[Notice]:
    """Finance and the manager are told that a case is void, by whose form, and exactly why."""
    lines = (_sentence(verdict, form), *((_file(form),) if form else ()))
    headline = say(f"approval.void.{_what(case)}", number=case.number)
    return [_notice(role, headline, lines, None, f"approval.void.next_{_what(case)}") for role in _TOLD_OF_TROUBLE]


def not_yet(case: Case, form: Form, verdict: Verdict, owed: Row | None) -> list[Notice]:
    """A form that changes nothing: somebody forgot a cell (told to whom it is `owed` by, with another code where his
    was on it), mistyped the code, or came when all was over."""
    code = WRONG if verdict.code == WRONG_OVER else verdict.code
    headline = say(f"approval.form.{code}", number=case.number, approver=form.approver)
    lines: tuple[Text, ...] = (_told(case, form, verdict), _file(form))
    next_step = say(f"approval.form_next.{OVER if verdict.code == WRONG_OVER else code}")
    if owed and form.code:
        lines = (*lines, say("approval.letter.renewed"), say("approval.letter.code", code=CODE))
        return [Notice(owed["role"], headline, lines, "warning", (), None, next_step, owed["digest"])]
    roles = [owed["role"]] if owed else _TOLD_OF_TROUBLE if code == WRONG else ["finance"]
    if verdict.code == OVER and form.rejected and verdict.values["state"] in (RELEASED, CONFIRMED):
        return _objected(case, form)
    return [Notice(one, headline, lines, "warning", (), None, next_step) for one in roles]


def _objected(case: Case, form: Form) -> list[Notice]:
    """Somebody refuses what is released: it may be stopped yet."""
    columns = tuple(Column(say(f"column.{name}")) for name in ("payee", "invoice_no", "net", "reason", "payment_key"))
    said = [row for row in form.rows if row["payment_key"] in form.rejected]
    rows = tuple((row["payee"], row["invoice"], row["net"], given(row["reason"]), row["payment_key"]) for row in said)
    headline = say("approval.objected.headline", number=case.number, approver=form.approver, count=len(rows))
    table = Table(columns, rows)
    return [_notice(role, headline, (_file(form),), table, "approval.objected.next") for role in _TOLD_OF_TROUBLE]


def _told(case: Case, form: Form, verdict: Verdict) -> Text:
    if verdict.code == WRONG_OVER:
        state = say(f"approval.state.{verdict.values['state']}")
        return say("approval.verdict.WRONG_OVER", approver=form.approver, state=state)
    return _over(case, verdict) if verdict.code == OVER else _sentence(verdict, form)


def _over(case: Case, verdict: Verdict) -> Text:
    if case.row["state"] == VOID:
        return say("approval.verdict.OVER_VOID", why=say(f"approval.why.{given(case.row['why']) or 'REJECTED'}"))
    return say("approval.verdict.OVER", state=say(f"approval.state.{verdict.values['state']}"))


def unknown(form: Form) -> Notice:
    """A form about something that we never put up."""
    headline = say("approval.form.UNKNOWN", number=form.number, approver=form.approver)
    return _notice("finance", headline, (_file(form),), None, "approval.form_next.UNKNOWN")
