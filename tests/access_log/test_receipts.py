"""Receipts: what has left the computer cannot be rewritten with any key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from notes.access_log import chain, receipts
from notes.access_log.receipts import Receipt
from notes.errors import BadFile
from notes.exchange import receipt_sheet
from notes.practice import log, verification
from notes.practice.practice import Practice
from notes.record import reading
from notes.store.engine import schema_changes
from notes.vault import keys


@pytest.fixture
def made(practice: Practice) -> Receipt:
    receipt = practice.do(log.receipt)
    practice.do(reading.list_notes)
    return receipt


@pytest.fixture
def connection(practice: Practice) -> Iterator[Connection]:
    assert practice._engine
    with schema_changes(practice._engine), practice._engine.connect() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        connection.rollback()


def test_todays_log_continues_the_receipt(practice: Practice, made: Receipt) -> None:
    assert practice.do(verification.verify_log, receipt=made).ok


@pytest.mark.parametrize("wrap", [str, lambda t: t.replace("\n", "\r\n"), lambda t: "> " + t.replace("\n", "\n> ")])
def test_a_receipt_is_read_back_from_a_message(wrap: object, made: Receipt) -> None:
    assert receipts.parse(wrap(made.text())) == made  # type: ignore[operator]
    assert receipts.parse("Dear me,\n" + made.code.replace(" ", "\n> ") + "\nbye") == made


def test_a_slip_of_the_pen_is_found(made: Receipt) -> None:
    code = made.code
    start = len(receipts.MARK) + 1
    for place in range(start, len(code)):
        if code[place] != " ":
            changed = code[:place] + ("0" if code[place] != "0" else "1") + code[place + 1 :]
            with pytest.raises(BadFile):
                receipts.parse(changed)
    with pytest.raises(BadFile):
        receipts.parse("nothing of the kind")


def test_a_log_written_anew_with_every_key_does_not_fit_the_receipt(
    practice: Practice, made: Receipt, connection: Connection
) -> None:
    head = chain.genesis(practice.vault_id)
    for seq, record in connection.exec_driver_sql("SELECT seq, record FROM access_log ORDER BY seq").all():
        content = record.replace('"outcome":"done"', '"outcome":"refused"') if seq == 3 else record
        head = keys.sha256(head + content.encode())
        connection.exec_driver_sql("UPDATE access_log SET record = ?, head = ? WHERE seq = ?", (content, head, seq))
    assert "rewritten" in receipts.check(connection, practice.vault_id, made)


def test_a_log_cut_before_the_receipt_does_not_fit_it(
    practice: Practice, made: Receipt, connection: Connection
) -> None:
    connection.exec_driver_sql("DELETE FROM access_log WHERE seq >= ?", (made.lines,))
    assert "fewer" in receipts.check(connection, practice.vault_id, made)
    assert "another vault" in receipts.check(connection, "00" * 16, made)


def test_what_speaks_against_the_log_is_a_problem(practice: Practice, made: Receipt) -> None:
    wrong = Receipt(made.vault, made.lines, "00" * 32, made.at)
    problems = practice.do(verification.verify_log, receipt=wrong).problems
    assert [(p.what, p.where) for p in problems] == [("log", "receipt")]


def test_the_sheet_proves_or_refutes_in_the_same_command(practice: Practice, small_vault: tuple[object, bytes]) -> None:
    report = practice.do(verification.verify_log, recovery_key=bytearray(small_vault[1]))
    assert report.ok and report.proven and report.proven.first == 1
    report = practice.do(verification.verify_log, recovery_key=bytearray(20))
    assert [(p.what, p.where) for p in report.problems] == [("log", "seals")]


def test_the_page_to_print_is_a_pdf_without_client_data(made: Receipt) -> None:
    page = receipt_sheet.render(made)
    assert page.startswith(b"%PDF-")
    assert b"Quillfeather" not in page


def test_the_review_reminds_of_a_receipt(practice: Practice) -> None:
    review = practice.do(log.review)
    now = practice._standing.surroundings.now()
    assert review.receipt is None and log.receipt_due(review, now)
    practice.do(log.receipt)
    assert not log.receipt_due(practice.do(log.review), now)
