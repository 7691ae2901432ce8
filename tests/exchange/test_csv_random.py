"""Nothing that can stand in a file brings the importer down or makes it lose a letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from notes.errors import NotesError
from notes.exchange import importing

FUZZ = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
CELL = TEXT | st.sampled_from(
    ["", " ", "2026-03-01", "03/04/2026", "31/12/2026", '"', "a\r\nb", "=1+1", "intake", "x,y;z"]
)
NAMES = st.sampled_from(["client", "date", "kind", "tags", "text", "", "plan", "Session Date", "mood"]) | TEXT


@FUZZ
@given(content=st.binary(max_size=300), encoding=st.sampled_from([None, "cp1252", "utf-16", "latin-1", "utf-7"]))
def test_any_bytes_are_read_or_refused_in_words(
    csv_file: Callable[..., Path], content: bytes, encoding: str | None
) -> None:
    try:
        importing.read(csv_file(content), encoding=encoding)
    except NotesError as refused:
        assert refused.exit_code == 7
        assert refused.what


@FUZZ
@given(header=st.binary(max_size=30), content=st.binary(max_size=100))
def test_any_bytes_under_good_column_names_are_read_or_refused_in_words(
    csv_file: Callable[..., Path], header: bytes, content: bytes
) -> None:
    try:
        importing.read(csv_file(b"client,date," + header + b"\nMika,2026-03-01," + content))
    except NotesError as refused:
        assert refused.exit_code == 7


@FUZZ
@given(content=st.text(max_size=200))
def test_any_text_as_a_map_file_is_followed_or_refused_in_words(csv_file: Callable[..., Path], content: str) -> None:
    table = csv_file("client,text\nMika,x\n")
    map_file = csv_file(content.encode("utf-8", "replace"), "map.toml")
    try:
        importing.read(table, map_file)
    except NotesError as refused:
        assert refused.exit_code == 7


@FUZZ
@given(
    names=st.lists(NAMES, min_size=2, max_size=6),
    rows=st.lists(st.lists(CELL, min_size=1, max_size=7), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_loses_no_cell_and_no_row(
    csv_file: Callable[..., Path], names: list[str], rows: list[list[str]], delimiter: str, ends: str
) -> None:
    # A first line that another sign parts into as many columns could be either table.
    assume(all("".join(names).count(sign) < len(names) - 1 for sign in ",;\t|" if sign != delimiter))
    target = io.StringIO(newline="")
    returns = any("\r" in cell for row in [names, *rows] for cell in row)  # the writer leaves a lone return unquoted
    quoting = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    csv.writer(target, delimiter=delimiter, lineterminator=ends, quoting=quoting).writerows([names, *rows])
    try:
        reading = importing.read(csv_file(target.getvalue()))
    except NotesError as refused:
        assert refused.exit_code == 7
        return
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(reading.rows) + len(reading.rejected) == len(filled)
    columns = [name.strip() for name in names]
    lines = iter(sorted([*(r.place for r in reading.rows), *(r.line for r in reading.rejected)]))
    kept = {row.place: row for row in reading.rows}
    for row in filled:
        if (read := kept.get(next(lines))) is None:
            continue
        sections = {told for told, how in reading.understood.items() if how.startswith("section")}
        for column, cell in zip(columns, row, strict=True):
            if column in sections and cell.strip():
                assert cell in read.text


@FUZZ
@given(
    text=st.text(max_size=150), front=st.text(max_size=100), name=st.text("abc 0123456789-_.", min_size=1, max_size=20)
)
def test_any_text_in_a_folder_is_read_or_refused_in_words(tmp_path: Path, text: str, front: str, name: str) -> None:
    folder = tmp_path / "folder" / "Mika"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.strip() or 'a'}.md"
    path.write_bytes(f"---\n{front}\n---\n{text}".encode("utf-8", "replace"))
    try:
        reading = importing.read(tmp_path / "folder")
    except NotesError as refused:
        assert refused.exit_code == 7
    else:
        assert len(reading.rows) + len(reading.rejected) == 1
    finally:
        path.unlink()
