"""Cells and rows of CSV files: what is read, what is refused, and on which line."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.errors import ProblemList
from issuer.learners.cells import as_date, as_number, as_time
from issuer.learners.csv_reader import MAX_LINE, CsvReader, Line

KNOWN = ("sourcedId", "givenName", "familyName", "preferredGivenName", "password")
KEPT = frozenset(KNOWN) - {"password"}


def read(data: bytes) -> tuple[list[Line], ProblemList, CsvReader]:
    problems = ProblemList()
    reader = CsvReader(io.BytesIO(data), "users.csv", "oneroster", problems)
    rows = list(reader.rows()) if reader.header(KNOWN, ("sourcedId", "givenName"), KEPT) else []
    return rows, problems, reader


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order-mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_rows_are_read_with_their_lines(mark: bytes, end: bytes) -> None:
    data = mark + end.join([b"sourcedId,givenName", b'1," Zo\xc3\xab "', b"", b'2,"a,b"', b""])
    rows, problems, _ = read(data)
    assert [(row.number, dict(row.cells)) for row in rows] == [
        (2, {"sourcedId": "1", "givenName": "Zoë"}),
        (4, {"sourcedId": "2", "givenName": "a,b"}),
    ]
    assert problems.count == 0


def test_a_row_over_several_lines_is_at_its_first() -> None:
    rows, _, _ = read(b'sourcedId,givenName\n1,"a\nb"\n2,c\n')
    assert [row.number for row in rows] == [2, 4]


def test_columns_that_are_not_kept_never_come_out() -> None:
    rows, _, _ = read(b"sourcedId,password,givenName\n1,Secret.Word,Ana\n")
    assert rows[0].cells == {"sourcedId": "1", "givenName": "Ana"}


@pytest.mark.parametrize(
    ("header", "code", "column", "hint"),
    [
        (b"sourcedId,givenName,preferedGivenName", "misspelt-column", "preferedGivenName",
         "Did you mean 'preferredGivenName'?"),
        (b"sourcedId,given_name", "misspelt-column", "given_name", "Did you mean 'givenName'?"),
        (b"SourcedID,givenName", "misspelt-column", "SourcedID", "Did you mean 'sourcedId'?"),
        (b"sourcedId,givenName,givenName", "duplicate-column", "givenName", ""),
        (b"sourcedId,familyName", "missing-column", "givenName", ""),
        (b"", "empty-file", "", ""),
        (b"\n", "empty-file", "", ""),
        (b"\xff\xfes", "not-utf8", "", "Save it as UTF-8."),
    ],
)  # fmt: skip
def test_a_wrong_header_is_named(header: bytes, code: str, column: str, hint: str) -> None:
    rows, problems, _ = read(header + b"\n1,2,3\n" if header.strip() else header)
    found = problems.problems[0]
    assert rows == []
    assert (found.code, found.file, found.line) == (f"oneroster.{code}", "users.csv", 1)
    assert (found.column, found.hint) == (column, hint)


def test_an_unknown_column_that_resembles_nothing_is_noted() -> None:
    rows, problems, reader = read(b"sourcedId,givenName,shoeSize,metadata.x\n1,Ana,38,y\n")
    assert len(rows) == 1
    assert problems.count == 0
    assert reader.notes == ["users.csv: column shoeSize is not known, and was not read."]


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        (b"1,a\n2\n3,c\n", "bad-row", 3),
        (b"1,a,b\n", "bad-row", 2),
        (b'1,"a"b\n', "bad-csv", 3),
        (b'1,"open\n', "bad-csv", 3),
        (b"1,a\n2,\xff\n", "not-utf8", 3),
        (b"1,a\n" * 9 + b"2,Zo\xeb\n", "not-utf8", 11),
        (b"1,a\n2,b\x00\n", "bad-csv", 3),
        (b"1," + b"x" * (MAX_LINE + 1) + b"\n", "bad-csv", 2),
    ],
)
def test_a_broken_row_is_named(body: bytes, code: str, line: int) -> None:
    _, problems, _ = read(b"sourcedId,givenName\n" + body)
    assert [problem.code for problem in problems.problems] == [f"oneroster.{code}"]
    assert problems.problems[0].line == line


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(body: bytes) -> None:
    read(b"sourcedId,givenName\n" + body)
    read(body)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-06-30T08:15:00Z", datetime(2026, 6, 30, 8, 15, tzinfo=UTC)),
        ("2026-06-30T08:15:00.000Z", datetime(2026, 6, 30, 8, 15, tzinfo=UTC)),
        ("2026-06-30 08:15", datetime(2026, 6, 30, 8, 15, tzinfo=UTC)),
        ("2026-06-30T08:15:00+02:00", datetime(2026, 6, 30, 6, 15, tzinfo=UTC)),
        ("2026-02-30", None),
        ("2026-06-30T25:00:00Z", None),
        ("20260630", None),
        ("30.06.2026", None),
        ("2026-W01-1", None),
        ("٢٠٢٦-٠٦-٣٠", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("", None),
    ],
)
def test_times_are_read_strictly(text: str, value: datetime | None) -> None:
    assert as_time(text) == value


def test_dates_are_read_strictly() -> None:
    assert as_date("2026-06-30") == date(2026, 6, 30)
    assert as_date("2026-06-30T00:00:00Z") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"),
        ("3.50", "3.5"),
        (".5", "0.5"),
        ("-1", "-1"),
        ("+2", "2"),
        ("NaN", None),
        ("1e3", None),
        ("3,5", None),
        ("٣", None),
        ("1" * 16, None),
        ("", None),
    ],
)
def test_numbers_are_read_strictly(text: str, value: str | None) -> None:
    assert as_number(text) == (None if value is None else Decimal(value))
