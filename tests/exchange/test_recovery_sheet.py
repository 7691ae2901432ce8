"""The recovery sheet: one page on which the key can be read by a person and by a camera, and which replaces no file."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import zlib
from datetime import date
from pathlib import Path

import pytest

from notes.errors import NotesError, UsageError
from notes.exchange import recovery_sheet
from notes.vault import recovery_key

KEY = bytes.fromhex("ff00a17e5533c0de1234567890abcdef42069911")
VAULT = "0123456789abcdef" * 2
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def sheet() -> bytes:
    """A sheet for a practice whose name has letters that not every font has."""
    return recovery_sheet.render(bytearray(KEY), "Zoë’s Praxis · 李", VAULT, DAY)


def test_the_sheet_is_one_page(sheet: bytes) -> None:
    assert sheet.startswith(b"%PDF-") and sheet.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/Count 1\b", sheet)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Zoë’s Praxis – “Œuvre”", ("Zoë’s Praxis – “Œuvre”", True)),
        ("Łódź Žižkov Kovač", ("Lódz Žižkov Kovac", True)),
        ("Praxis 李", ("Praxis ?", False)),
        ("Практика", ("????????", False)),
        ("two\nlines\u202e", ("two lines ", True)),
    ],
)
def test_a_name_is_printed_as_far_as_the_letters_go(name: str, printed: tuple[str, bool]) -> None:
    assert recovery_sheet.printable(name) == printed


def test_a_name_that_cannot_be_printed_leaves_a_line_to_write_it(sheet: bytes) -> None:
    assert "Write it here" in _drawn(sheet)
    assert "Write it here" not in _drawn(recovery_sheet.render(bytearray(KEY), "Praxis Žižkov", VAULT, DAY))


def test_the_commands_on_the_sheet_name_the_vault_and_are_commands(sheet: bytes) -> None:
    told = [command for _, command in recovery_sheet.STEPS if command]
    assert len(told) == 3
    for command in told:
        assert command.startswith("notes --vault FOLDER ")
        assert command in _drawn(sheet)


def test_the_key_vault_and_day_stand_on_the_sheet_as_text(sheet: bytes, tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        text = _drawn(sheet)
        if "(Recovery sheet)" not in text:
            pytest.skip("pdftotext is not on this machine, and the sheet's own fonts cannot be read without it")
    else:
        (tmp_path / "sheet.pdf").write_bytes(sheet)
        text = subprocess.run(
            [program, "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout
    groups = recovery_key.write(bytearray(KEY)).split("-")
    for line in range(3):
        assert re.search(r"\s+".join(groups[line * 3 : line * 3 + 3]), text)
    assert VAULT in text and DAY.isoformat() in text


def test_a_camera_reads_the_key_from_the_sheet(sheet: bytes) -> None:
    read = read_qr(_image(sheet))
    assert read == recovery_key.write(bytearray(KEY))
    assert bytes(recovery_key.read(read.encode())) == KEY


def test_two_keys_make_two_sheets(sheet: bytes) -> None:
    assert read_qr(_image(recovery_sheet.render(bytearray(20), "Praxis", VAULT, DAY))) == recovery_key.write(
        bytearray(20)
    )


@pytest.mark.parametrize("name", ["", "x" * 500, "two\nlines", "(brackets) \\ and %", "\u202e\ufeff", "🙂" * 50])
def test_any_name_of_a_practice_makes_a_sheet(name: str) -> None:
    assert recovery_sheet.render(bytearray(KEY), name, VAULT, DAY).startswith(b"%PDF-")


def test_a_sheet_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    recovery_sheet.write(path, bytearray(KEY), "Praxis", VAULT, DAY)
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == ["sheet.pdf"], "and nothing else is left beside it"


def test_a_sheet_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"precious")
    with pytest.raises(UsageError) as refused:
        recovery_sheet.write(path, bytearray(KEY), "Praxis", VAULT, DAY)
    assert refused.value.exit_code == 2
    assert path.read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotesError) as refused:
        recovery_sheet.write(tmp_path / "none" / "sheet.pdf", bytearray(KEY), "Praxis", VAULT, DAY)
    assert refused.value.exit_code == 8


def _drawn(pdf: bytes) -> str:
    """What the page draws, where its fonts write letters as themselves."""
    drawn = b""
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            drawn += zlib.decompress(found[1])
        except zlib.error:
            continue
    return drawn.decode("latin-1")


def _image(pdf: bytes) -> list[list[bool]]:
    """The one image of the PDF as rows of dark and light dots."""
    from PIL import Image

    (found,) = re.finditer(rb"<<((?:(?!endobj).)*?/Subtype /Image.*?)>>\s*stream\r?\n", pdf, re.DOTALL)
    told = found[1]
    number = {name: int(re.search(rb"/%s (\d+)" % name, told)[1]) for name in (b"Width", b"Height", b"Length")}  # type: ignore[index]
    body = pdf[found.end() : found.end() + number[b"Length"]]
    size = number[b"Width"], number[b"Height"]
    if b"CCITTFaxDecode" in told:
        tags = [
            (256, size[0]),
            (257, size[1]),
            (258, 1),
            (259, 4),
            (262, 0),
            (273, 122),
            (278, size[1]),
            (279, len(body)),
        ]
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        header = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + struct.pack("<I", 0)
        picture = Image.open(io.BytesIO(header.ljust(122, b"\0") + body)).convert("L")
        if b"/BlackIs1 true" in told:
            picture = picture.point(lambda value: 255 - value)
    else:
        picture = Image.frombytes("L" if b"DeviceGray" in told else "RGB", size, zlib.decompress(body)).convert("L")
    dots = picture.tobytes()
    rows = [[value < 128 for value in dots[y * size[0] : (y + 1) * size[0]]] for y in range(size[1])]
    if rows[0][0]:  # the quiet zone is light, whatever the file calls it
        rows = [[not dot for dot in row] for row in rows]
    return rows


ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
BLOCKS = {  # (version, level): data words of each block, ISO/IEC 18004 table 9
    (2, "L"): [34], (2, "M"): [28], (2, "Q"): [22], (2, "H"): [16],
    (3, "L"): [55], (3, "M"): [44], (3, "Q"): [17, 17], (3, "H"): [13, 13],
    (4, "L"): [80], (4, "M"): [32, 32], (4, "Q"): [24, 24], (4, "H"): [9, 9, 9, 9],
}  # fmt: skip
MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)


def read_qr(dots: list[list[bool]]) -> str:
    """What an undamaged QR symbol of version 2 to 4 says: read as ISO/IEC 18004 says, without segno."""
    top = next(y for y, row in enumerate(dots) if any(row))
    left = min(row.index(True) for row in dots if True in row)
    scale = next(n for n in range(1, 99) if not dots[top][left + n]) // 7
    side = round((max(x for x, dark in enumerate(dots[top]) if dark) + 1 - left) / scale)
    grid = [
        [dots[top + y * scale + scale // 2][left + x * scale + scale // 2] for x in range(side)] for y in range(side)
    ]
    version = (side - 17) // 4

    places = [
        (8, 0),
        (8, 1),
        (8, 2),
        (8, 3),
        (8, 4),
        (8, 5),
        (8, 7),
        (8, 8),
        (7, 8),
        (5, 8),
        (4, 8),
        (3, 8),
        (2, 8),
        (1, 8),
        (0, 8),
    ]
    said = sum(grid[y][x] << 14 - n for n, (y, x) in enumerate(places)) ^ 0b101010000010010
    level, mask = "MLHQ"[said >> 13], MASKS[said >> 10 & 7]

    middle = side - 7

    def free(y: int, x: int) -> bool:
        finder = (y < 9 and x < 9) or (y < 9 and x >= side - 8) or (y >= side - 8 and x < 9)
        return not (finder or y == 6 or x == 6 or (abs(y - middle) <= 2 and abs(x - middle) <= 2))

    bits, upwards, column = [], True, side - 1
    while column > 0:
        column -= column == 6
        for y in range(side - 1, -1, -1) if upwards else range(side):
            bits += [grid[y][x] ^ (not mask(y, x)) for x in (column, column - 1) if free(y, x)]
        upwards, column = not upwards, column - 2
    words = [sum(bit << 7 - n for n, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits) - 7, 8)]
    lengths = BLOCKS[version, level]
    blocks = [words[number : len(lengths) * lengths[0] : len(lengths)] for number in range(len(lengths))]
    stream = "".join(f"{word:08b}" for block in blocks for word in block)

    assert stream[:4] == "0010", "the key is written in letters and digits alone"
    count, at, text = int(stream[4:13], 2), 13, ""
    while count > 1:
        pair, at, count = int(stream[at : at + 11], 2), at + 11, count - 2
        text += ALPHANUMERIC[pair // 45] + ALPHANUMERIC[pair % 45]
    return text + (ALPHANUMERIC[int(stream[at : at + 6], 2)] if count else "")
