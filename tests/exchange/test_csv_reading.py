"""CSV files of earlier notes: understood, or refused with the line and the reason; never misread, never shortened."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from notes.errors import BadFile, BadValue, ExchangeError, Unsupported
from notes.exchange import importing
from notes.exchange.dates import read_moment
from notes.exchange.rows import Reading

Written = Callable[..., Path]


@pytest.fixture
def csv_read(csv_file: Written) -> Callable[..., Reading]:
    """The reading of a file with this content: ``csv_read(content, map="client = 'x'", encoding=...)``."""

    def read(content: str | bytes, *, map: str | None = None, encoding: str | None = None) -> Reading:
        map_file = csv_file(map, "map.toml") if map is not None else None
        return importing.read(csv_file(content), map_file, encoding)

    return read


def rejected(reading: Reading) -> list[int | str]:
    return [row.line for row in reading.rejected]


# --- which column is what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["client", "Client Code", "client_id", "PATIENT", "Patient Name", "name", "Code"])
@pytest.mark.parametrize("day", ["date", "Session Date", "session_date", "Date of Service", "DOS", "when"])
def test_the_columns_of_client_and_date_are_guessed_from_their_names(
    csv_read: Callable[..., Reading], client: str, day: str
) -> None:
    reading = csv_read(f"what was said,{day},{client}\nWords.,2026-03-01,Mika\n")
    (row,) = reading.rows
    assert (row.client, row.at, row.text) == ("Mika", "2026-03-01", "## What was said\n\nWords.")
    assert reading.understood == {client: "client", day: "date", "what was said": "section “What was said”"}


def test_every_other_column_becomes_a_section_in_the_files_order(csv_read: Callable[..., Reading]) -> None:
    (row,) = csv_read("plan,client,risk_level,date,mood\nWalk daily,Mika,none,2026-03-01,low\n").rows
    assert row.text == "## Plan\n\nWalk daily\n\n## Risk level\n\nnone\n\n## Mood\n\nlow"


def test_an_empty_cell_makes_no_section(csv_read: Callable[..., Reading]) -> None:
    (row,) = csv_read("client,a,b,c\nMika,first, \t,third\n").rows
    assert row.text == "## A\n\nfirst\n\n## C\n\nthird"


def test_kinds_and_tags_are_taken_up(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read('client,type,topic,label,text\nMika,Treatment_Plan,"Grief; father, GRIEF",home,x\nMika,,,,y\n')
    assert [(row.kind, row.tags) for row in reading.rows] == [
        ("treatment plan", ("grief", "father", "home")),
        ("progress", ()),
    ]
    assert reading.rejected == reading.doubtful[:-1] == []


KINDS = "client,type,text\nMika,intake,x\nMika,song,y\n"


def test_a_column_that_holds_other_things_than_kinds_is_doubtfully_kept_as_text(
    csv_read: Callable[..., Reading],
) -> None:
    reading = csv_read(KINDS)
    assert [(row.kind, row.text) for row in reading.rows] == [
        ("progress", "## Type\n\nintake\n\n## Text\n\nx"),
        ("progress", "## Type\n\nsong\n\n## Text\n\ny"),
    ]
    assert "type" in reading.doubtful[0]


def test_a_column_that_the_map_file_calls_the_kind_must_hold_kinds(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read(KINDS, map='kind = "type"')
    assert [(row.kind, row.place) for row in reading.rows] == [("intake", 2)]
    assert rejected(reading) == [3]
    assert "kind" in reading.rejected[0].why and "song" not in reading.rejected[0].why


def test_a_first_column_without_name_that_differs_in_every_row_is_doubtfully_the_client(
    csv_read: Callable[..., Reading],
) -> None:
    reading = csv_read(",note\n0,one\n1,two\n")
    assert [row.client for row in reading.rows] == ["0", "1"]
    assert "every row becomes a client" in reading.doubtful[0]
    with pytest.raises(BadFile, match="no column says which client"):
        csv_read(",note\n0,one\n0,two\n")


def test_undated_rows_are_said_to_be_doubtful(csv_read: Callable[..., Reading]) -> None:
    assert "undated" in " ".join(csv_read("client,text\nMika,x\n").doubtful)


def test_a_table_without_a_client_is_refused_with_what_to_do(csv_read: Callable[..., Reading]) -> None:
    with pytest.raises(BadFile) as refused:
        csv_read("who,what\nMika,x\n")
    assert refused.value.exit_code == 7
    assert "--map" in refused.value.hint


def test_a_file_without_column_names_is_refused_without_repeating_what_it_says(
    csv_read: Callable[..., Reading],
) -> None:
    with pytest.raises(BadFile) as refused:
        csv_read("Mika Berg,2026-03-01,He hit her again.\nMika Berg,2026-03-08,She left.\n")
    assert "hit her" not in f"{refused.value.what} {refused.value.why} {refused.value.hint}"


# --- the map file ---------------------------------------------------------------------------------------------------


def test_a_map_file_overrides_the_guess(csv_read: Callable[..., Reading]) -> None:
    content = "name,code,date,seen,topic,mood,row\nMika,M-17,x,03.04.2026,grief,low,1\n"
    reading = csv_read(content, map='client = "code"\ndate = "seen"\ntags = ["mood"]\nleave_out = ["row"]\n')
    (row,) = reading.rows
    assert (row.client, row.at, row.tags) == ("M-17", "2026-04-03", ("low",))
    assert row.text == "## Name\n\nMika\n\n## Date\n\nx\n\n## Topic\n\ngrief"
    assert reading.understood["row"] == "left out"


def test_an_empty_list_of_tags_makes_tags_sections(csv_read: Callable[..., Reading]) -> None:
    (row,) = csv_read("client,topic,text\nMika,grief,x\n", map="tags = []\n").rows
    assert (row.tags, row.text) == ((), "## Topic\n\ngrief\n\n## Text\n\nx")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ('client = "nobody"', "lacks a column"),
        ('tags = ["client", "none"]', "lacks a column"),
        ('colour = "red"', "means nothing: colour"),
        ("client = 5", "means nothing: client"),
        ('client = ["client"]', "means nothing: client"),
        ('tags = "client"', "means nothing: tags"),
        ("tags = [1]", "lacks a column"),
        ("[client]\nx = 1", "means nothing: client"),
        ("client = ", "is not TOML"),
        ("client: client", "is not TOML"),
        ("\ufeff[[", "is not TOML"),
        ("client = " + "9" * 5000, "is not TOML"),
        ("client = " + "[" * 5000, "is not TOML"),
    ],
)
def test_a_map_file_that_means_nothing_is_refused(csv_read: Callable[..., Reading], told: str, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence) as refused:
        csv_read("client,text\nMika,x\n", map=told)
    assert refused.value.exit_code == 7


def test_a_map_file_that_is_not_there_is_refused(csv_file: Written, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"map\.toml cannot be read"):
        importing.read(csv_file("client,text\nMika,x\n"), tmp_path / "map.toml")


@pytest.mark.parametrize("way_out", ['kind = ""', 'leave_out = ["type"]'])
def test_a_column_named_type_that_holds_no_kinds_can_be_mapped_away(
    csv_read: Callable[..., Reading], way_out: str
) -> None:
    assert csv_read("client,type,text\nMika,Individual therapy,x\n", map=way_out).rows


# --- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01", "2026-03-01"),
        (" 2026-03-01 ", "2026-03-01"),
        ("2026-03-01T14:30", "2026-03-01T14:30:00"),
        ("2026-03-01 14:30:15", "2026-03-01T14:30:15"),
        ("01.03.2026", "2026-03-01"),
        ("1.3.2026", "2026-03-01"),
        ("2026/03/01", "2026-03-01"),
        ("20260301", "2026-03-01"),
        ("1 March 2026", "2026-03-01"),
        ("1 Mar 2026", "2026-03-01"),
        ("March 1, 2026", "2026-03-01"),
        ("Mar 1, 2026", "2026-03-01"),
        ("29/02/2024", "2024-02-29"),
        ("29/02/2024 14:30", "2024-02-29T14:30:00"),
        ("29/02/2024 9:05", "2024-02-29T09:05:00"),
        ("29/02/2024, 02:30:15 pm", "2024-02-29T14:30:15"),
        ("2/29/2024 12:00 AM", "2024-02-29T00:00:00"),
        ("01.03.2026 14:30", "2026-03-01T14:30:00"),
        ("1 March 2026 14:30", "2026-03-01T14:30:00"),
        ("2026-03-01 2:30 PM", "2026-03-01T14:30:00"),
        ("2026-03-01T14:30:15.250", "2026-03-01T14:30:15"),
        ("29/02/24", "2024-02-29"),
        ("28/02/68", "2068-02-28"),
        ("28/02/69", "1969-02-28"),
        ("01.03.26", "2026-03-01"),
        ("01-Mar-26", "2026-03-01"),
    ],
)
def test_dates_are_read_as_files_write_them(csv_read: Callable[..., Reading], written: str, read: str) -> None:
    (row,) = csv_read(f'client,date,text\nMika,"{written}",x\n').rows
    assert row.at == read


@pytest.mark.parametrize(
    "written",
    [
        "26-03-01",
        "29/02/2024 25:00",
        "29/02/2024 13:00 pm",
        "29/02/23",
        "2026-02-30",
        "30.02.2026",
        "2026/13/01",
        "20260230",
        "31 June 2026",
        "29/02/2026",
        "soon",
        "45382",
        "2026",
        "0",
    ],
)
def test_a_date_that_does_not_exist_rejects_its_row_and_no_other(
    csv_read: Callable[..., Reading], written: str
) -> None:
    reading = csv_read(f"client,date,text\nMika,2026-03-01,x\nMika,{written},y\nMika,2026-03-02,z\n")
    assert [row.place for row in reading.rows] == [2, 4]
    assert rejected(reading) == [3]
    assert "date" in reading.rejected[0].why


@pytest.mark.parametrize("written", ["260331", "310326", "2026331"])
def test_digits_that_are_no_whole_date_are_not_made_one(csv_read: Callable[..., Reading], written: str) -> None:
    assert csv_read(f"client,date,text\nMika,{written},x\n").rows == []


AMBIGUOUS = "client,date,text\nA,03/04/2026,x\nB,12-11-2026,y\n"


def test_dates_that_can_be_read_two_ways_are_refused(csv_read: Callable[..., Reading]) -> None:
    with pytest.raises(BadFile, match="two ways") as refused:
        csv_read(AMBIGUOUS)
    assert "date_format" in refused.value.hint


@pytest.mark.parametrize(
    ("settling", "read"),
    [
        ("31/12/2026", ["2026-04-03", "2026-11-12", "2026-12-31"]),
        ("12/31/2026", ["2026-03-04", "2026-12-11", "2026-12-31"]),
    ],
)
def test_one_row_of_the_column_settles_which_comes_first(
    csv_read: Callable[..., Reading], settling: str, read: list[str]
) -> None:
    assert [row.at for row in csv_read(f"{AMBIGUOUS}C,{settling},z\n").rows] == read


def test_an_impossible_date_in_a_settled_column_is_rejected_with_its_line(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read(f"{AMBIGUOUS}C,31/12/2026,z\nD,30/02/2026,w\n")
    assert rejected(reading) == [5]
    assert len(reading.rows) == 3


def test_a_slip_in_a_settled_column_is_named_by_its_line(csv_read: Callable[..., Reading]) -> None:
    content = "client,date,text\n" + "".join(f"A,{day}/01/2026,x\n" for day in range(13, 32)) + "A,05/13/2026,slip\n"
    try:
        assert rejected(csv_read(content)) == [21]
    except BadFile as refused:
        assert "21" in refused.why


@pytest.mark.parametrize(
    ("date_format", "written", "read"),
    [
        ("%d/%m/%Y", "03/04/2026", "2026-04-03"),
        ("%m/%d/%Y", "03/04/2026", "2026-03-04"),
        ("%d/%m/%Y %H:%M", "03/04/2026 14:30", "2026-04-03T14:30:00"),
        ("%d. %B %Y", "3. April 2026", "2026-04-03"),
    ],
)
def test_a_date_format_in_the_map_file_is_followed(
    csv_read: Callable[..., Reading], date_format: str, written: str, read: str
) -> None:
    content = f"client,date,text\nMika,{written},x\nMika,nonsense,y\n"
    reading = csv_read(content, map=f'date_format = "{date_format}"\n')
    assert [row.at for row in reading.rows] == [read]
    assert rejected(reading) == [3]


@pytest.mark.parametrize(
    "date_format",
    ["%", "%Q", "no directive at all", "%d%d", "%Y %Y"],
)
def test_a_date_format_that_makes_no_sense_rejects_rows_in_words(
    csv_read: Callable[..., Reading], date_format: str
) -> None:
    reading = csv_read("client,date,text\nMika,2026-03-01,x\n", map=f'date_format = "{date_format}"\n')
    assert rejected(reading) == [2]


def test_a_time_of_twelve_hours_is_not_lost(csv_read: Callable[..., Reading]) -> None:
    content = "client,date,text\nMika,03/31/2026 02:00 PM,x\nMika,03/31/2026 05:00 PM,y\n"
    reading = csv_read(content, map='date_format = "%m/%d/%Y %I:%M %p"\n')
    assert [row.at for row in reading.rows] == ["2026-03-31T14:00:00", "2026-03-31T17:00:00"]


def test_a_time_with_an_offset_becomes_the_practices_own(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read("client,date,text\nMika,2026-03-31 14:00 +0200,x\n", map='date_format = "%Y-%m-%d %H:%M %z"\n')
    then = datetime.fromisoformat("2026-03-31T14:00+02:00")
    assert [row.at for row in reading.rows] == [then.astimezone().replace(tzinfo=None).isoformat()]


def test_a_time_with_an_offset_before_all_calendars_rejects_its_row(csv_read: Callable[..., Reading]) -> None:
    content = "client,date,text\nMika,0001-01-01 00:00 +1400,x\n"
    assert rejected(csv_read(content, map='date_format = "%Y-%m-%d %H:%M %z"\n')) == [2]


def test_years_of_two_digits_are_said_to_be_doubtful_with_the_rule(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read("client,date,text\nMika,28/02/24,x\nMika,28/02/99 14:00,y\nMika,28/02/2024,z\n")
    assert any("two digits: 2. 69 to 99 was read as 19.., 00 to 68 as 20.." in doubt for doubt in reading.doubtful)
    assert not any("two digits" in doubt for doubt in csv_read("client,date,text\nA,28/02/2024,x\n").doubtful)


@pytest.mark.parametrize("map", [None, 'date_format = "%d/%m/%Y"', 'date_format = "%d/%m/%Y %H:%M"'])
def test_a_column_may_mix_dates_with_and_without_a_time_and_this_is_doubtful(
    csv_read: Callable[..., Reading], map: str | None
) -> None:
    reading = csv_read("client,date,text\nMika,31/03/2026 14:30,x\nMika,30/03/2026,y\n", map=map)
    assert [row.at for row in reading.rows] == ["2026-03-31T14:30:00", "2026-03-30"]
    assert any("1 of 2 come in as a day alone" in doubt for doubt in reading.doubtful)


def test_dates_with_a_time_settle_or_leave_open_which_comes_first_too(csv_read: Callable[..., Reading]) -> None:
    with pytest.raises(BadFile, match="two ways"):
        csv_read("client,date,text\nA,03/04/2026 10:00,x\n")
    settled = csv_read("client,date,text\nA,03/04/2026 10:00,x\nA,03/31/26 10:00,x\n")
    assert [row.at for row in settled.rows] == ["2026-03-04T10:00:00", "2026-03-31T10:00:00"]


def test_an_empty_date_leaves_the_row_undated(csv_read: Callable[..., Reading]) -> None:
    assert [row.at for row in csv_read("client,date,text\nA,,x\nB,2026-03-01,y\n").rows] == [None, "2026-03-01"]


def test_a_date_is_never_more_than_a_date(csv_read: Callable[..., Reading]) -> None:
    with pytest.raises(BadValue):
        read_moment("2026-03-01 and more", None, True)


# --- rows and their lines -------------------------------------------------------------------------------------------


def test_a_rejected_row_is_named_by_the_line_it_begins_on(csv_read: Callable[..., Reading]) -> None:
    content = (
        "client,date,text\n"  # 1
        'A,2026-01-01,"two\nlines"\n'  # 2 and 3
        'B,2026-02-30,"and\nthree\n\nmore"\n'  # 4 to 7
        "\n"  # 8
        ",,\n"  # 9
        "C,2026-01-01\n"  # 10: too few
        "D,2026-01-01,x,y\n"  # 11: too many
        '"",2026-01-01,x\n'  # 12: no client
        "E,2026-01-01,\n"  # 13: no text
        '"F\nG",2026-01-01,x\n'  # 14 and 15: no client has two lines
        "H,not a day,x\n"  # 16
        "I,2026-01-01,ok\n"  # 17
    )
    reading = csv_read(content)
    assert rejected(reading) == [4, 10, 11, 12, 13, 14, 16]
    assert [row.place for row in reading.rows] == [2, 17]
    lines = content.split("\n")
    for line, beginning in ((4, "B"), (10, "C"), (11, "D"), (16, "H"), (17, "I")):
        assert lines[line - 1].startswith(beginning)
    assert all(row.why for row in reading.rejected)


def test_lines_are_counted_the_same_with_windows_line_ends(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read('client,date,text\r\nA,2026-01-01,"x\r\ny"\r\nB,2026-02-30,z\r\nC,2026-01-01,ok\r\n')
    assert rejected(reading) == [4]
    assert [row.text for row in reading.rows] == ["## Text\n\nx\r\ny", "## Text\n\nok"]


def test_why_a_row_was_rejected_never_repeats_what_stands_in_it(csv_read: Callable[..., Reading]) -> None:
    reading = csv_read('client,date,kind,text\nMika,secret,,a\n"Mi\nka",,,secret\nMika,,secret,b\nMika,,,secret,x\n')
    assert len(reading.rejected) == 3  # of a column that holds no kinds the words are text
    assert not any("secret" in row.why for row in reading.rejected)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_sign_between_the_columns_is_found_out(
    csv_read: Callable[..., Reading], delimiter: str, quote: str
) -> None:
    cells = [["client", "date", "text"], ["Mika", "2026-03-01", "Went home. Slept"], ["Berit", "2026-03-02", "Stayed"]]
    content = "\n".join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in cells)
    reading = csv_read(content)
    assert [(row.client, row.at, row.text) for row in reading.rows] == [
        ("Mika", "2026-03-01", "## Text\n\nWent home. Slept"),
        ("Berit", "2026-03-02", "## Text\n\nStayed"),
    ]


def test_a_comma_in_a_columns_name_does_not_hide_the_semicolons(csv_read: Callable[..., Reading]) -> None:
    (row,) = csv_read("client;date;mood, if any\nMika;2026-03-01;low, then better\n").rows
    assert row.text == "## Mood, if any\n\nlow, then better"


def test_cells_keep_every_blank_quote_and_line_end(csv_read: Callable[..., Reading]) -> None:
    cell = '  "Quoted", he said.  \r\n\r\n\tThen\rnothing ""  '
    (row,) = csv_read('client,text\nMika,"' + cell.replace('"', '""') + '"\n').rows
    assert row.text == "## Text\n\n" + cell


def test_a_five_megabyte_cell_is_read_whole(csv_read: Callable[..., Reading]) -> None:
    cell = "".join(f"{number} went by\n" for number in range(350_000))
    assert len(cell) > 5_000_000
    (row,) = csv_read(f'client,text\nMika,"{cell}"\n').rows
    assert row.text == "## Text\n\n" + cell


# --- files that are not what they should be -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "not a table"),
        ("\n\n\n", "not a table"),
        ("client,text\n", "not a table"),
        ("client,text", "not a table"),
        ("client\nMika\n", "not a table"),
        ("Dear diary, today\n", "not a table"),
        ("client,text,text\nMika,a,b\n", "two columns of the same name"),
        ("client, text ,text\nMika,a,b\n", "two columns of the same name"),
        ('client,text\nMika,"unclosed\nA,b\n', "Line 2"),
        ('client,text\nA,b\nMika,"a"b\n', "Line 3"),
    ],
)
def test_what_is_no_table_is_refused(csv_read: Callable[..., Reading], content: str, sentence: str) -> None:
    with pytest.raises(BadFile) as refused:
        csv_read(content)
    assert sentence in f"{refused.value.what} {refused.value.why}"
    assert refused.value.exit_code == 7
    assert refused.value.hint


def test_a_nul_is_refused_with_its_line(csv_read: Callable[..., Reading]) -> None:
    with pytest.raises(BadFile, match="not plain text") as refused:
        csv_read(b"client,text\nMika,ok\nMika,a\0b\n")
    assert "Line 3" in refused.value.why


def test_a_byte_order_mark_is_no_part_of_the_first_columns_name(csv_read: Callable[..., Reading]) -> None:
    (row,) = csv_read("\ufeffclient,text\nMika,x\n").rows
    assert row.client == "Mika"


WESTERN = "client,text\nMika,Café – “naïve”\n"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "mac-roman"])
def test_another_encoding_is_refused_with_advice_and_read_when_named(
    csv_read: Callable[..., Reading], encoding: str
) -> None:
    with pytest.raises(BadFile) as refused:
        csv_read(WESTERN.encode(encoding))
    told = f"{refused.value.what} {refused.value.why} {refused.value.hint}"
    assert "UTF-8" in told or "NUL" in told
    if encoding in ("cp1252", "utf-16"):
        assert f"--encoding {encoding}" in told
    (row,) = csv_read(WESTERN.encode(encoding), encoding=encoding).rows
    assert row.text == "## Text\n\nCafé – “naïve”"


def test_the_line_of_the_first_byte_that_is_not_utf_8_is_named(csv_read: Callable[..., Reading]) -> None:
    with pytest.raises(BadFile) as refused:
        csv_read("client,text\nMika,ok\nMika,caf\xe9\n".encode("cp1252"))
    assert "Line 3" in refused.value.why


@pytest.mark.parametrize(
    "encoding", ["klingon", "", "base64", "rot13", "undefined", "idna", "\udcff", "ascii", "utf-16"]
)
def test_an_encoding_that_is_none_or_does_not_fit_is_refused(csv_read: Callable[..., Reading], encoding: str) -> None:
    with pytest.raises(BadFile):
        csv_read(WESTERN, encoding=encoding)


@pytest.mark.parametrize("name", ["note.md", "note.TXT"])
def test_a_single_text_file_does_not_say_whose_it_is(csv_file: Written, name: str) -> None:
    with pytest.raises(Unsupported) as refused:
        importing.read(csv_file("Words.", name))
    assert refused.value.exit_code == 7


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        importing.read(tmp_path / "nothing.csv")


def test_bytes_of_no_meaning_are_refused(csv_read: Callable[..., Reading]) -> None:
    noise = random.Random(3).randbytes(4096)
    with pytest.raises(ExchangeError):
        csv_read(noise)
