"""Four eyes offline: batches go to their approvers, forms come back, and what is approved is released (RULES 7).

A batch is released in the turn in which its last needed approval is found good. Nothing is written for the bank before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import chain

from robots.crew.paymaster import papers
from robots.crew.paymaster.banking import file_name
from robots.crew.paymaster.controls import outdated, stops
from robots.figures.approvals import (
    GIVEN,
    GOOD,
    INCOMPLETE,
    OVER,
    WAITING,
    WRONG,
    WRONG_OVER,
    Bench,
    Case,
    Form,
    Refusal,
    Refused,
    Row,
    Verdict,
    awaited,
    endorsed,
    forms_in,
    given,
    judge,
    missing,
    refusals,
    with_set_offs,
)
from robots.figures.batches import (
    APPROVED,
    PROPOSED,
    REJECTED,
    RELEASED,
    REVERSED,
    REVERSIBLE,
    VOID,
    Moves,
    move,
    paid_together,
    state_told,
)
from robots.figures.controls import Hold
from robots.figures.lines import records
from robots.figures.refusals import Line, asked_again, line_of_row, standing_refusals
from robots.ledger import Ledger
from robots.model.decisions import Decision, Notice, record
from robots.model.money import ZERO
from robots.model.names import identity
from robots.model.words import Text, say
from robots.rules import Rules

ROBOT = "paymaster"
KIND = "approvals"


@dataclass
class Standing:
    """How cases stand while forms are judged one after the other; what moved, and what there is to tell."""

    cases: dict[str, Case]
    endorsements: dict[tuple[str, str], Row]
    rules: Rules
    today: date
    moves: Moves = field(default_factory=Moves)
    told: list[tuple[str, Notice]] = field(default_factory=list)
    later: list[tuple[str, Callable[[], Sequence[Notice]]]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    closed: list[Case] = field(default_factory=list)
    stops: Callable[[], Mapping[str, Sequence[Hold]]] = dict
    outdated: Callable[[], Collection[str]] = frozenset
    refused: Callable[[], Mapping[Line, tuple[Refusal, ...]]] = dict

    def stopped(self, case: Case) -> Refused:
        """Lines that a control stops today, whoever approved them: key → (what stops it, why)."""
        holds = self.stops()
        found = {line["payment_key"]: holds.get(line["payment_key"], ()) for line in case.lines}
        names = {key: tuple(say(f"hold.{one.code}.name") for one in mine) for key, mine in found.items() if mine}
        return {key: (say("approval.control"), say("list.lines", items=items)) for key, items in names.items()}

    @property
    def released(self) -> list[Case]:
        """Batches that were released just now, with the lines that were: what goes to the bank."""
        return [case for case in self.closed if case.row["state"] == RELEASED]

    def change(self, case: Case, **values: object) -> Case:
        """Note how a case stands now."""
        changed = replace(case, row=case.row | values)
        self.cases[case.number] = changed
        self.touched.add(case.number)
        return changed

    def tell(self, subject: str, *notices: Notice) -> None:
        """Something to tell, once for each case and form."""
        self.told += [(f"{subject}-{number}", notice) for number, notice in enumerate(notices)]

    def tell_later(self, subject: str, notices: Callable[[], Sequence[Notice]]) -> None:
        """What is told of a case that is open still: once all forms of the turn are judged, for the next one may close
        it, and then nobody is waited for."""
        self.later.append((subject, notices))

    def tell_rest(self) -> None:
        """All forms are judged."""
        for subject, notices in self.later:
            self.tell(subject, *notices())
        self.later.clear()

    def is_open(self, number: str) -> bool:
        """Is it still waited for?"""
        return bool(self.cases[number].row["state"] == PROPOSED)


def standing(ledger: Ledger, rules: Rules, today: date) -> Standing:
    """Every batch and reversal there is; those that are still up for approval with their payment lines."""
    batches, reversals = ledger.said("batches"), ledger.said("reversals")
    waiting = batches[batches["state"] == PROPOSED]["batch"]
    asked = reversals[reversals["state"] == PROPOSED]["payment_key"]
    payables = ledger.said("payables")
    with_asked = payables["batch"].isin(payables[payables["payment_key"].isin(asked)]["batch"])
    mine = payables[payables["batch"].isin(waiting) | with_asked]
    by_key = {row["payment_key"]: row for row in map(clean, records(mine))}
    lines: dict[str, list[Row]] = {batch: [] for batch in waiting}
    for row in by_key.values():
        if row["batch"] in lines:
            lines[row["batch"]].append(row)
    cases = {row["batch"]: Case(row["batch"], row, tuple(lines.get(row["batch"], ())))
             for row in map(clean, records(batches))}  # fmt: skip
    for row in map(clean, records(reversals)):
        line = by_key.get(row["payment_key"]) if row["state"] == PROPOSED else None
        together = paid_together(line, by_key.values()) if line else ()
        cases[row["reversal"]] = Case(row["reversal"], row, together, reverses=True)
    endorsements = {(row["number"], row["approver"]): row for row in map(clean, records(ledger.said("endorsements")))}
    return Standing(cases, endorsements, rules, today, stops=partial(stops, ledger, rules, today),
                    outdated=partial(outdated, ledger, rules, today),
                    refused=partial(standing_refusals, ledger))  # fmt: skip


def clean(row: Row) -> Row:
    """A row of a table with None where it is blank, so that it can be recorded again."""
    return {name: given(value) for name, value in row.items()}


# ------------------------------------------------------------------ put up


def issue(case: Case, rules: Rules, today: date) -> tuple[Row, list[Row], list[Decision]]:
    """A case put before its approvers: its row, an endorsement that each of them owes, the forms and the letters.

    Nobody approves what is prepared under his own name. Without anybody who may, the row comes back as it was.
    """
    preparer = case.row["preparer"] or rules.people.preparer
    able = {name: role for name, role in rules.people.approvers.items() if identity(name) != identity(preparer)}
    if not able or not case.lines:
        return case.row, [], []
    numbers = rules.approvals(today)
    fewest, must = asked_again(chain.from_iterable(case.refused.values()), able)
    needed = 2 if case.total > numbers.two_above and not case.reverses else 1
    row = case.row | {
        "preparer": preparer, "needed": max(needed, fewest), "limit": numbers.two_above, "content": case.content,
        "issued_on": today.isoformat(), "expires_on": (today + timedelta(days=numbers.valid_days)).isoformat(),
    }  # fmt: skip
    case = replace(case, row=row)
    owed = [_owed(case, name, role, name in must, rules.currency) for name, role in able.items()]
    return row, owed, list(_sent(case, owed, sorted(must), rules, today))


def with_refusals(case: Case, refused: Mapping[Line, tuple[Refusal, ...]]) -> Case:
    """A batch with what was said against its lines before."""
    told = {row["payment_key"]: refused[line_of_row(row)] for row in case.lines if line_of_row(row) in refused}
    return replace(case, refused=told)


def _owed(case: Case, name: str, role: str, must: bool, currency: str) -> Row:
    digest = case.digest(name, case.row.get("currency") or currency)
    return {"number": case.number, "approver": name, "role": role, "digest": digest, "state": WAITING, "tries": 0,
            "must": must}  # fmt: skip


def _sent(case: Case, owed: Sequence[Row], must: Sequence[str], rules: Rules, today: date) -> Iterator[Decision]:
    """A form and a letter for each who owes an opinion. `must`: without whom nothing is released."""
    for number, one in enumerate(owed, 1):
        name = f"form-{case.number}-{one['approver']}"
        form = papers.form(case, one["approver"], number, rules, must)
        yield Decision(ROBOT, today.isoformat(), name, form, name=name)
        letter = papers.code_letter(case, one, name, rules, must)
        yield Decision(ROBOT, today.isoformat(), f"code-{name}", letter)


def late_issues(now: Standing) -> Iterator[Decision]:
    """Batches that nobody could approve when they were written, put up now that somebody can. Older ones are left, and
    those of which the bank has answered: they were paid by hand, or were not."""
    since = (now.today - timedelta(days=now.rules.approvals(now.today).valid_days)).isoformat()
    for case in now.cases.values():
        waits = case.row["state"] == PROPOSED and not case.row["issued_on"]
        if waits and case.row["day"] >= since and all(line["state"] == PROPOSED for line in case.lines):
            row, owed, sent = issue(with_refusals(case, now.refused()), now.rules, now.today)
            if owed:
                yield Decision(ROBOT, now.today.isoformat(), case.number, record("batches", [row]))
                yield Decision(ROBOT, now.today.isoformat(), f"owed-{case.number}", record("endorsements", owed))
                yield from sent


# ------------------------------------------------------------------ come back


def answered(ledger: Ledger, rules: Rules, today: date) -> Standing | None:
    """What the forms that came back come to; None where none did. At its hour the robot looks at those of earlier
    turns too, should one of them have failed."""
    is_called = ROBOT in ledger.called
    news = ledger.news("receipts")
    if not is_called and not (news["kind"] == KIND).any():
        return None
    now = standing(ledger, rules, today)
    if (news["kind"] == KIND).any() or any(case.row["state"] == PROPOSED for case in now.cases.values()):
        _read(now, ledger)
    if is_called:
        _expire(now)
        _replaced(now)
    return now


def _read(now: Standing, ledger: Ledger) -> None:
    new = {int(drop) for drop in ledger.news("drops")["id"]}
    waiting = [case.seen + 1 for case in now.cases.values() if case.row["state"] == PROPOSED]
    since = min([*new, *(waiting if ROBOT in ledger.called else ())])
    broken = _broken(ledger)
    forms = forms_in(records(ledger.changed_from(KIND, since)), now.cases)
    seen = {number: case.seen for number, case in now.cases.items()}
    done: set[tuple[str, str]] = set()
    for form in sorted(forms, key=lambda one: -len(one.rejected)):  # of those that come together no refusal is lost
        case = now.cases.get(form.number)
        if case is None and form.drop in new:
            now.tell(f"unknown-{form.drop}", papers.unknown(form))
        elif case is not None and form.drop > seen[form.number]:
            latest = now.change(case, seen=max(case.seen, form.drop))
            _judged(now, latest, replace(form, broken=broken.get(form.drop, ())), form.by in done)
            done |= {form.by} & {by for by, row in now.endorsements.items() if row["state"] == GIVEN}
    now.tell_rest()


def _broken(ledger: Ledger) -> dict[int, tuple[str, ...]]:
    """Drop → sealed cells that were changed, as the reader found them."""
    found: dict[int, tuple[str, ...]] = {}
    for row in records(ledger.news("findings")):
        if row["code"] == "FORM_VOID":
            drop = int(row["drop"])
            found[drop] = (*found.get(drop, ()), f"{row['sheet']}!{row['cell']}")
    return found


def _judged(now: Standing, case: Case, form: Form, is_copy: bool) -> None:
    """`is_copy`: of two copies that came together the other one was good, which is no misuse of its code."""
    bench = Bench(now.endorsements, now.rules.tag, now.rules.approvals(now.today).tries, now.today)
    verdict = judge(case, form, bench)
    if is_copy and verdict.code == "REUSED":
        verdict = Verdict(OVER, {"state": case.row["state"]})
    if (owed := now.endorsements.get((form.number, form.approver))) and verdict.code not in (OVER, "REUSED"):
        now.endorsements[form.number, form.approver] = endorsed(owed, form, verdict, now.today)
    if verdict.voids:
        _void(now, case, verdict, form)
    elif verdict.code == GOOD:
        _close(now, case)
    else:
        now.tell_later(f"form-{case.number}-{form.drop}", partial(_not_yet, now, form, verdict))


def _not_yet(now: Standing, form: Form, verdict: Verdict) -> list[Notice]:
    """What there is to say of a form that changed nothing. One that was not complete needs no more, where its approver
    sent another one that is, or where the others have decided without it."""
    case, owed = now.cases[form.number], now.endorsements.get(form.by)
    is_closed = not now.is_open(form.number)
    if verdict.code == INCOMPLETE and owed and owed["state"] == GIVEN:
        return []
    if verdict.code == INCOMPLETE and is_closed:
        verdict = Verdict(OVER, {"state": case.row["state"]})
    if verdict.code == WRONG and is_closed:  # somebody tried a code that is none: that is told whatever became of it
        verdict = Verdict(WRONG_OVER, {"state": case.row["state"]})
    return papers.not_yet(case, form, verdict, owed if verdict.code == INCOMPLETE else None)


def _void(now: Standing, case: Case, verdict: Verdict, form: Form | None) -> None:
    """Nothing of it is released; its lines may be put up again."""
    if not case.reverses:
        waiting = [line for line in case.lines if line["state"] == PROPOSED]
        now.moves += move(waiting, VOID, now.today, form.approver if form else ROBOT, verdict.code)
    case = now.change(case, state=VOID, why=verdict.code)
    now.closed.append(case)
    now.tell(f"void-{case.number}", *papers.voided(case, verdict, form))


def _expire(now: Standing) -> None:
    """What nobody answered in time is void, so that its lines are put up again, with codes that are good again."""
    for case in list(now.cases.values()):
        expires = case.row["expires_on"]
        if case.row["state"] == PROPOSED and expires and expires < now.today.isoformat():
            _void(now, case, Verdict("EXPIRED", {"day": expires}), None)


def _replaced(now: Standing) -> None:
    """A batch whose every line names an account that a verified change has replaced is void, so that its lines are put
    up again to the new one. Where others stand beside them the batch goes on: such a line is refused at its release."""
    waiting = [case for case in now.cases.values() if case.row["state"] == PROPOSED and case.row["issued_on"]]
    batches = [case for case in waiting if case.lines and not case.reverses]
    old = now.outdated() if batches else frozenset()
    for case in batches:
        if all(line["payment_key"] in old for line in case.lines):
            _void(now, case, Verdict("ACCOUNT"), None)


# ------------------------------------------------------------------ released


def _close(now: Standing, case: Case) -> None:
    """Release what everybody needed has approved, unless somebody is still owed."""
    owed = [row for (number, _), row in now.endorsements.items() if number == case.number]
    mine = [row for row in owed if row["state"] == GIVEN]
    opinions = papers.opinions(mine, len(case.lines))
    refused = with_set_offs(refusals(mine), case.lines)
    lacking = missing(int(case.row["needed"]), owed)
    stopped = {} if case.reverses or lacking else now.stopped(case)
    refused = with_set_offs(stopped | refused, case.lines)
    if len(refused) < len(case.lines) and lacking:
        others = [row for row in owed if row["state"] != GIVEN]
        notices = papers.waits(case, opinions, lacking, awaited(owed), refused, others)
        now.tell_later(f"waits-{case.number}", lambda: notices if now.is_open(case.number) else [])
    elif case.reverses:
        _reverse(now, case, papers.names_of(mine), refused)
    else:
        _release(now, case, mine, refused)


def _release(now: Standing, case: Case, endorsements: Sequence[Row], refused: Refused) -> None:
    names = papers.names_of(endorsements)
    waiting = [line for line in case.lines if line["state"] == PROPOSED]  # else it was paid before anybody was asked
    kept = [line for line in waiting if line["payment_key"] not in refused]
    for who, why in dict.fromkeys(refused.values()):
        lines = [line for line in waiting if refused.get(line["payment_key"]) == (who, why)]
        now.moves += move(lines, REJECTED, now.today, who, why)
    approved = move(kept, APPROVED, now.today, names)
    released = move(approved.rows, RELEASED, now.today, names)
    now.moves += approved + released
    state = RELEASED if kept else VOID
    day = now.today.isoformat() if kept else None
    total = sum((line["net"] for line in kept), ZERO)
    sums = {"lines": len(kept), "total": total} if kept else {}
    changed = now.change(case, state=state, released_on=day, why=None if kept else "REJECTED", **sums)
    after = replace(changed, lines=released.rows)
    now.closed.append(after)
    file = file_name(case.row, now.rules.currency) if case.row["currency"] in now.rules.payers else None
    now.tell(f"decided-{case.number}", *papers.decided(after, endorsements, refused, case, file))


def _reverse(now: Standing, case: Case, names: str, refused: Refused) -> None:
    if not refused:
        by, why = f"{case.row['preparer']}、{names}", case.row["reason"]
        now.moves += move(case.lines, REVERSED, now.today, by, why)
    case = now.change(case, state=REJECTED if refused else REVERSED)
    now.tell(f"reversal-{case.number}", papers.reversal_decided(case, names, refused))


# ------------------------------------------------------------------ decisions


def decisions(now: Standing) -> Iterator[Decision]:
    """What is recorded and told, and the paper of every batch that was released."""
    day = now.today.isoformat()
    touched = [now.cases[number] for number in sorted(now.touched)]
    batches = [case.row for case in touched if not case.reverses]
    reversals = [case.row for case in touched if case.reverses]
    owed = [row for (number, _), row in now.endorsements.items() if number in now.touched]
    tables = (("endorsements", owed), ("payables", list(now.moves.rows)), ("movements", list(now.moves.movements)),
              ("batches", batches), ("reversals", reversals))  # fmt: skip
    yield from (Decision(ROBOT, day, f"answers-{name}", record(name, rows)) for name, rows in tables if rows)
    for case in now.released:
        name = papers.release_name(case)
        yield Decision(ROBOT, day, name, papers.release(case), name=name)
    yield from (Decision(ROBOT, day, subject, notice) for subject, notice in now.told)


# ------------------------------------------------------------------ reversals


def why_no_reversal(ledger: Ledger, rules: Rules, wanted: Row) -> Text | None:
    """Why a reversal cannot be asked for, or None where it can."""
    key, by = wanted["payment_key"], wanted["by"]
    if not wanted["reason"].strip() or not by.strip():
        return say("cli.reverse_blank")
    line = _line_of(ledger, key)
    if line is None:
        return say("cli.reverse_unknown", key=key)
    state = line["state"]
    if state not in REVERSIBLE:
        return say("cli.reverse_state", key=key, state=state_told(state, bool(rules.people.approvers)))
    together = {one["payment_key"] for one in paid_together(line, _in_batch(ledger, line))}
    for row in records(ledger.said("reversals")):
        if row["payment_key"] in together and row["state"] == PROPOSED:
            return say("cli.reverse_open", key=key, number=row["reversal"])
    others = [name for name in rules.people.approvers if identity(name) != identity(by)]
    return None if others else say("cli.reverse_nobody", by=by)


def _line_of(ledger: Ledger, key: str) -> Row | None:
    """A payment line as it stands."""
    lines = ledger.said("payables")
    return next((clean(row) for row in records(lines[lines["payment_key"] == key])), None)


def _in_batch(ledger: Ledger, line: Row) -> list[Row]:
    lines = ledger.said("payables")
    return [clean(row) for row in records(lines[lines["batch"] == line["batch"]])]


def ask_reversal(ledger: Ledger, rules: Rules, today: date, wanted: Row) -> Iterator[Decision]:
    """A reversal put before everybody who may approve it but the one who asks: `payment_key`, `reason`, `by`."""
    now = standing(ledger, rules, today)
    line = _line_of(ledger, wanted["payment_key"])
    if line is None:  # `why_no_reversal` was not asked
        raise KeyError(wanted["payment_key"])
    number = sum(case.reverses and case.row["day"] == today.isoformat() for case in now.cases.values()) + 1
    row = {
        "reversal": f"CX-{today:%Y%m%d}-{number:02d}", "payment_key": line["payment_key"], "day": today.isoformat(),
        "reason": wanted["reason"], "state": PROPOSED, "preparer": wanted["by"], "seen": None, "why": None,
        "expires_on": None,
    }  # fmt: skip
    together = paid_together(line, _in_batch(ledger, line))
    row, owed, sent = issue(Case(row["reversal"], row, together, reverses=True), rules, today)
    if owed:
        yield Decision(ROBOT, today.isoformat(), row["reversal"], record("reversals", [row]))
        yield Decision(ROBOT, today.isoformat(), f"owed-{row['reversal']}", record("endorsements", owed))
        yield from sent
