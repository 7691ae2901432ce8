"""A folder of text files: whose note it is and of which day, found where a person would look for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from notes.errors import BadFile
from notes.exchange import importing
from notes.exchange.rows import Reading


@pytest.fixture
def text_folder(tmp_path: Path) -> Callable[..., Reading]:
    """The reading of a folder with these files: ``text_folder({"Mika/2026-03-01.md": "Words."})``."""

    def read(files: dict[str, str | bytes], encoding: str | None = None) -> Reading:
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return importing.read(folder, encoding=encoding)

    return read


Folder = Callable[..., Reading]


def test_the_client_is_the_folder_and_the_day_the_files_name(text_folder: Folder) -> None:
    reading = text_folder({"Mika Berg/2026-03-01 second session.md": "She came late.\r\n\n"})
    (row,) = reading.rows
    assert (row.client, row.at, row.kind) == ("Mika Berg", "2026-03-01", "progress")
    assert row.text == "She came late.\r\n\n"
    assert row.place == "Mika Berg/2026-03-01 second session.md"
    assert reading.doubtful == reading.rejected == []


def test_front_matter_wins_over_folder_and_name(text_folder: Folder) -> None:
    front = "---\nClient: Zoë Ångström\ndate: 2026-03-02T10:00\nkind: Intake\ntags: [grief, Father]\n---\nShe came.\n"
    (row,) = text_folder({"Mika/2026-03-01.md": front}).rows
    assert (row.client, row.at, row.kind, row.tags) == (
        "Zoë Ångström",
        "2026-03-02T10:00:00",
        "intake",
        ("grief", "father"),
    )
    assert row.text == "She came.\n"


def test_whatever_else_stands_in_front_matter_is_kept_as_text(text_folder: Folder) -> None:
    front = "---\nclient: Mika\nmood: low\nroom: 007\nrisk: no\npaid: 1.50\n---\nShe came.\n"
    (row,) = text_folder({"2026-03-01.md": front}).rows
    assert row.text == "## Front matter\n\n- mood: low\n- room: 007\n- risk: no\n- paid: 1.50\n\nShe came.\n"


@pytest.mark.parametrize("name", ["no", "yes", "on", "null", "~", "007", "1e3", "2026-03-01", "0x10", "12:30"])
def test_a_client_called_no_is_not_false(text_folder: Folder, name: str) -> None:
    (row,) = text_folder({"2026-03-01.md": f"---\nclient: {name}\n---\nWords."}).rows
    assert row.client == name


@pytest.mark.parametrize(
    "text",
    [
        "---\nmood: [low\n---\nWords.",
        "---\n- a list\n- and no names\n---\nWords.",
        "---\njust words\n---\nWords.",
        "---\nnever closed: true\nWords.",
        "Words.\n---\nclient: Zoë\n---\n",
        " ---\nclient: Zoë\n---\n",
        "---\nmood: low\nbell: \x07\n---\nWords.",
        "---\n---\nWords.",
        "---\n%YAML 9.9\n---\nWords.",
    ],
)
def test_front_matter_that_is_none_is_text(text_folder: Folder, text: str) -> None:
    (row,) = text_folder({"Mika/2026-03-01.md": text}).rows
    assert row.client == "Mika"
    assert row.text == text or (text == "---\n---\nWords." and row.text == "Words.")


def test_front_matter_of_thousands_of_brackets_is_not_pondered(
    text_folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(_: str) -> None:
        raise AssertionError("YAML was asked")

    monkeypatch.setattr(yaml, "parse", parsed)
    for sign in "[{":
        text = f"---\nclient: {sign * 1001}\n---\nShe came.\n"
        (row,) = text_folder({"Mika/2026-03-01.md": text}).rows
        assert row.text == text


@pytest.mark.parametrize("opening", ["[" * 600, "a: " + "{a: " * 600])
def test_front_matter_nested_without_end_is_text(text_folder: Folder, opening: str) -> None:
    (row,) = text_folder({"Mika/2026-03-01.md": f"---\n{opening}\n---\nWords."}).rows
    assert row.text.endswith("Words.")


def test_a_name_that_stands_twice_in_front_matter_is_kept_twice(text_folder: Folder) -> None:
    (row,) = text_folder({"Mika/2026-03-01.md": "---\nmood: low\nmood: better later\n---\nWords."}).rows
    assert "low" in row.text and "better later" in row.text


def test_a_list_is_no_clients_name(text_folder: Folder) -> None:
    reading = text_folder({"Mika/2026-03-01.md": "---\nclient: [Ann, Bo]\n---\nWords."})
    assert [row.client for row in reading.rows] in ([], ["Mika"])


def test_nothing_in_front_matter_is_ever_run(text_folder: Folder, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text_folder({"Mika/2026-03-01.md": f"---\nmood: !!python/object/apply:os.system ['touch {mark}']\n---\nWords."})
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-03-01.md", "2026-03-01"),
        ("20260301.txt", "2026-03-01"),
        ("Session 2026_03_01 (2).markdown", "2026-03-01"),
        ("notes.2026.03.01.text", "2026-03-01"),
    ],
)
def test_the_day_is_read_from_the_name(text_folder: Folder, name: str, day: str) -> None:
    reading = text_folder({f"Mika/{name}": "Words."})
    assert [row.at for row in reading.rows] == [day]
    assert reading.doubtful == []


@pytest.mark.parametrize("name", ["session.md", "call 07700900123.txt", "2026.md", "2026-3-1.md"])
def test_a_file_that_says_no_day_comes_in_undated_and_this_is_doubtful(text_folder: Folder, name: str) -> None:
    reading = text_folder({f"Mika/{name}": "Words."})
    assert [row.at for row in reading.rows] == [None]
    assert len(reading.doubtful) == 1 and name in reading.doubtful[0] and "undated" in reading.doubtful[0]


def test_a_year_of_two_digits_in_front_matter_is_doubtful(text_folder: Folder) -> None:
    reading = text_folder({"Mika/a.md": "---\ndate: 28/02/24\n---\nWords."})
    assert [row.at for row in reading.rows] == ["2024-02-28"]
    assert len(reading.doubtful) == 1 and "Mika/a.md" in reading.doubtful[0] and "two digits" in reading.doubtful[0]


def test_files_that_are_not_read_are_named_and_hidden_ones_are_not(text_folder: Folder) -> None:
    reading = text_folder(
        {
            "Mika/2026-03-01.md": "Words.",
            "Mika/old.DOCX": b"PK",
            "plan.pdf": b"%PDF",
            "Mika/.DS_Store": b"\0",
            ".git/config": "x",
        }
    )
    assert [row.place for row in reading.rows] == ["Mika/2026-03-01.md"]
    assert [row.line for row in reading.rejected] == ["Mika/old.DOCX", "plan.pdf"]
    assert all("not read" in row.why for row in reading.rejected)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("loose.md", "Words.", "No client"),
        ("Mika/2026-02-30.md", "Words.", "date"),
        ("Mika/2026-03-01.md", " \n", "no text"),
        ("Mika/2026-03-01.md", "---\ndate: 2026-02-30\n---\nWords.", "date"),
        ("Mika/2026-03-01.md", "---\nkind: song\n---\nWords.", "kind"),
        ("Mika/2026-03-01.md", "---\ndate: [1, 2]\n---\nWords.", "date"),
    ],
)
def test_a_file_that_cannot_be_a_note_is_rejected_by_its_name(
    text_folder: Folder, name: str, text: str, sentence: str
) -> None:
    reading = text_folder({name: text, "Berit/2026-03-01.md": "Fine."})
    assert [row.client for row in reading.rows] == ["Berit"]
    (rejected,) = reading.rejected
    assert rejected.line == name
    assert sentence in rejected.why


def test_folders_in_folders_belong_to_the_client_of_the_first(text_folder: Folder) -> None:
    reading = text_folder(
        {
            "Mika/2026/03/2026-03-01.md": "Words.",
            "Mika/2026-03-02.TXT": "More.",
            "Berit/old/2026-03-01.text": "Others.",
            "Berit/picture.png": b"\x89PNG\0",
            "Berit/table.csv": "a,b\n",
        }
    )
    assert [(row.client, row.at) for row in reading.rows] == [
        ("Berit", "2026-03-01"),
        ("Mika", "2026-03-01"),
        ("Mika", "2026-03-02"),
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows gives symbolic links only to administrators")
def test_symbolic_links_are_not_followed(text_folder: Folder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "2026-03-01.md").write_text("Somebody else's.", encoding="utf-8")
    folder = tmp_path / "folder"
    (folder / "Mika").mkdir(parents=True)
    (folder / "Mika" / "2026-03-02.md").symlink_to(elsewhere / "2026-03-01.md")
    (folder / "Berit").symlink_to(elsewhere, target_is_directory=True)
    (folder / "Mika" / "round").symlink_to(folder, target_is_directory=True)
    reading = text_folder({"Mika/2026-03-03.md": "Mika's own."})
    assert [row.text for row in reading.rows] == ["Mika's own."]


@pytest.mark.parametrize("files", [{}, {"Mika/picture.png": b"\x89"}, {"Mika/.md/nothing": "x"}])
def test_a_folder_without_notes_is_refused(text_folder: Folder, files: dict[str, str | bytes]) -> None:
    with pytest.raises(BadFile, match="no notes") as refused:
        text_folder(files)
    assert refused.value.exit_code == 7


@pytest.mark.parametrize("content", ["café".encode("cp1252"), b"a\0b"])
def test_one_file_that_is_no_text_refuses_the_folder_by_name(text_folder: Folder, content: bytes) -> None:
    with pytest.raises(BadFile, match=r"2026-03-01\.md"):
        text_folder({"Mika/2026-03-01.md": content, "Mika/2026-03-02.md": "Fine."})


def test_another_encoding_is_read_when_named(text_folder: Folder) -> None:
    reading = text_folder({"Mika/2026-03-01.md": "café – ‘so’".encode("cp1252")}, encoding="cp1252")
    assert [row.text for row in reading.rows] == ["café – ‘so’"]
