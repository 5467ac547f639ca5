"""What a sender's config says must hold of its sheets: columns that are there, how many rows, figures that foot."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from robots.kinds.words import Dialect, Foot
from robots.model.findings import Finding, Level, a1, finding
from robots.model.names import header_path
from robots.model.words import say
from robots.reading.body import Body, figure, plain
from robots.reading.claims import Claim
from robots.reading.headers import Header, Heading


def missing_columns(sheet: str, header: Header, claim: Claim, dialect: Dialect | None) -> Iterator[Finding]:
    """Columns that this sender's sheets of a kind have always had, and this one has not."""
    expected = dialect.expect.get(claim.kind.name) if dialect else None
    present = {word for heading in header.headings for word in heading.words}
    missing = [word for word in expected.columns if header_path(word) not in present] if expected else []
    groups = _authors(claim, dialect)
    missing += [" / ".join(authors) for authors in groups if present.isdisjoint(map(header_path, authors))]
    if missing:
        cell = a1(header.below - 1, header.headings[0].column)
        kind = say(f"kind.{claim.kind.name}")
        yield finding("EXPECTED_COLUMNS", Level.ERROR, sheet, cell, kind=kind, columns="、".join(missing))


def _authors(claim: Claim, dialect: Dialect | None) -> Iterator[tuple[str, ...]]:
    """The columns of which one must be there, so that somebody's own comment is not taken for an answer."""
    picks = (dialect.pick(claim.kind.name, name) for name in claim.columns) if dialect else ()
    yield from (pick.first_by_other_than for pick in picks if pick and pick.first_by_other_than)


def row_count(kind: str, rows: int, dialect: Dialect | None) -> Iterator[Finding]:
    """Fewer or more rows of a kind than this sender ever sends: an export that broke off, or another one's."""
    expected = dialect.expect.get(kind) if dialect else None
    if expected and not expected.least <= rows <= (rows if expected.most is None else expected.most):
        most = "∞" if expected.most is None else expected.most
        named = say(f"kind.{kind}")
        yield finding("EXPECTED_ROWS", Level.ERROR, kind=named, rows=rows, least=expected.least, most=most)


def rows_that_do_not_foot(body: Body, header: Header, dialect: Dialect | None) -> Iterator[tuple[int, Finding]]:
    """Rows whose parts are not their total (1月 … 12月 = 全年), as (index in the body, finding)."""
    by_word = {word: heading for heading in header.headings for word in reversed(heading.words)}
    for foot in dialect.foots if dialect else ():
        total = by_word.get(header_path(foot.total))
        parts = [by_word[header_path(word)] for word in foot.parts if header_path(word) in by_word]
        if total is not None and len(parts) == len(foot.parts):
            yield from _off(body, foot, parts, total)


def _off(body: Body, foot: Foot, parts: list[Heading], total: Heading) -> Iterator[tuple[int, Finding]]:
    for index, row in enumerate(body.rows):
        cells = body.grid.rows[row]
        written = figure(cells[total.column])
        if written is None:
            continue
        summed = sum((figure(cells[part.column]) or Decimal(0) for part in parts), Decimal(0))
        if summed != written:
            values = {"first": a1(row, parts[0].column), "last": a1(row, parts[-1].column), "column": foot.total}
            values |= {"written": plain(written), "total": plain(summed), "difference": plain(written - summed)}
            place = a1(row, total.column)
            yield index, finding("ROW_DOES_NOT_FOOT", Level.ERROR, body.grid.name, place, **values)
