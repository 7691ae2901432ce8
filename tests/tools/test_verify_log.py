"""The script that checks an exported log, against the program's own verification: both must say the same of any log.

Good logs and thousands of altered ones are given to both; they must agree on whether the log holds, and on the first
line that does not. The script was written from docs/format.md, the other is the program's; a slip in one shows here.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tools_kit import OTHER_VAULT, PROOF, TOOLS, VAULT, Judges, Line, chained, exported, invented, unnamed

from notes.access_log import export
from notes.practice import log
from notes.practice.practice import Practice

LENGTH = 9
"""Lines of the log that is altered in every way."""


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges()


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return invented(LENGTH)


# --- the shape of the script ----------------------------------------------------------------------------------------


def test_the_script_is_one_short_file_of_the_standard_library() -> None:
    source = (TOOLS / "verify_log.py").read_text("utf-8")
    assert source.count("\n") <= 200
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The script as an auditor runs it: alone, without this program's packages."""
    command = [sys.executable, "-I", "-S", str(TOOLS / "verify_log.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_exit_codes_tell_good_from_bad_from_something_else(lines: list[Line], tmp_path: Path) -> None:
    good, bad, other = tmp_path / "good.jsonl", tmp_path / "bad.jsonl", tmp_path / "other.txt"
    good.write_bytes(exported(lines))
    bad.write_bytes(exported([*lines[:3], *lines[4:]]))
    other.write_text("Dear colleague,\n", "utf-8")
    told = run(good)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"lines 1 to {LENGTH} of vault {VAULT}" in told.stdout
    assert "Not compared with any receipt" in told.stdout
    assert run(good, "--count", LENGTH, "--head", lines[-1][1]).stdout.count("receipt") == 0
    told = run(bad)
    assert (told.returncode, told.stdout) == (4, "")
    assert told.stderr.startswith("BAD from line 4 of the log on")
    for path in (other, tmp_path / "missing", tmp_path):
        told = run(path)
        assert (told.returncode, told.stdout) == (7, "")
        assert "Traceback" not in told.stderr


def test_what_it_says_of_a_bad_line_quotes_nothing_from_it(lines: list[Line], tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(exported([(lines[0][0].replace("practitioner", "\x1b[2Jcanary"), lines[0][1])]))
    assert "canary" not in run(path).stderr


# --- good logs --------------------------------------------------------------------------------------------------------


def test_a_log_of_the_program_holds_for_both(practice: Practice, judges: Judges) -> None:
    content = export.as_json_lines(practice.do(log.export), practice.vault_id).encode()
    count = content.count(b"\n") - 1
    assert count > 5
    assert judges.theirs(content, count=count) is judges.ours(content, count, practice.vault_id) is None


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_logs_of_any_length_hold_for_both(count: int, judges: Judges) -> None:
    assert judges.agree(exported(invented(count)), count=count, case=f"{count} lines") is None


def test_what_stands_beside_the_record_is_not_looked_at(lines: list[Line], judges: Judges) -> None:
    first, *rest = [json.loads(line) for line in exported(lines).splitlines()]
    beside: list[Any] = [{"seal": "ab" * 32, "index": 3}, {"seal": None}, {"": [[[]]]}, {"é": 1e400}, {"record ": "x"}]
    for number, extra in enumerate(beside):
        told = [{**first, "count": LENGTH}, *({**extra, **line} for line in rest)]
        text = "\n".join(json.dumps(line).replace("Infinity", "1e400") for line in told)
        assert judges.agree(text.encode(), count=LENGTH, case=f"beside {number}") is None


def test_line_ends_and_blanks_around_the_record_do_not_matter(lines: list[Line], judges: Judges) -> None:
    content = exported(lines)
    for case, form in {
        "CRLF": content.replace(b"\n", b"\r\n"),
        "no last newline": content[:-1],
        "blanks": content.replace(b'"head":', b' \t "head"  : '),
        "escapes": b"\n".join(json.dumps(json.loads(line)).encode() for line in content.splitlines()),
    }.items():
        assert judges.agree(form, count=LENGTH, case=case) is None


# --- files that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        "",
        "[]",
        "null",
        "{}",
        "\ufeff" + json.dumps({"format": export.FORMAT, "version": 1, "vault": VAULT}),
        *(
            json.dumps({"format": export.FORMAT, "version": 1, "vault": VAULT, **changed})
            for changed in (
                {"format": "another"},
                *({"version": version} for version in (0, 2, 1.0, True, "1", None, [1])),
                *({"vault": vault} for vault in ("", VAULT[2:], VAULT.upper(), VAULT + "00", 7, None, f"{VAULT}\n")),
            )
        ),
        f'{{"format": "{export.FORMAT}", "version": 1, "vault": "{OTHER_VAULT}", "vault": "{VAULT}"}}',
        "[" * 100_000,
    ],
    ids=lambda text: str(text)[:90].replace("\ufeff", "BOM "),
)
def test_a_file_whose_first_line_says_something_else_is_refused(first: str, lines: list[Line], judges: Judges) -> None:
    rest = exported(lines).split(b"\n", 1)[1]
    assert judges.theirs(first.encode() + b"\n" + rest) == -1
    assert judges.theirs(b"\xff" + exported(lines)) == -1
    assert judges.theirs(b"") == -1


# --- what somebody without the means to chain anew can do -------------------------------------------------------------


def alterations(lines: list[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Every line taken out, doubled, swapped, moved, cut away, replaced or put in; and texts written differently."""
    other, longer = invented(LENGTH, OTHER_VAULT), invented(LENGTH + 3)
    for n in range(len(lines)):
        yield f"{n} taken out", lines[:n] + lines[n + 1 :]
        yield f"{n} doubled", [*lines[: n + 1], lines[n], *lines[n + 1 :]]
        yield f"cut at {n}", lines[:n]
        yield f"begins at {n}", lines[n:]
        for m in range(n):
            swapped = list(lines)
            swapped[m], swapped[n] = swapped[n], swapped[m]
            yield f"{m} and {n} swapped", swapped
            moved = list(lines)
            moved.insert(m, moved.pop(n))
            yield f"{n} moved to {m}", moved
        for case, line in (
            ("another vault's line", other[n]),
            ("a later line", longer[-1]),
            ("an empty record", ("{}", lines[n][1])),
            ("another head", (lines[n][0], other[n][1])),
            ("the head before", (lines[n][0], lines[n - 1][1])),
        ):
            yield f"{case} for {n}", [*lines[:n], line, *lines[n + 1 :]]
            yield f"{case} put in at {n}", [*lines[:n], line, *lines[n:]]
        yield f"another vault from {n} on", [*lines[:n], *other[n:]]
        for case, text in texts(lines[n][0]):
            if len(text) < 20_000 or n == 4:  # the deep ones take their time
                yield f"{case} in {n}", [*lines[:n], (text, lines[n][1]), *lines[n + 1 :]]
        if n in (0, 4, LENGTH - 1):
            records = [unnamed(line) for line in lines]
            for case, text in texts(records[n]):
                if len(text) < 20_000 or n == 4:
                    anew = chained([*records[:n], text, *records[n + 1 :]])
                    yield f"{case} in {n}, and all chained anew", anew


def texts(record: str) -> Iterator[tuple[str, str]]:
    """The record written otherwise. Whether a text is still canonical is for the judges to say."""
    told = json.loads(record)
    seq = told["seq"]

    def compact(value: object, **how: Any) -> str:
        return json.dumps(value, **{"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True, **how})

    for case, value in (
        ("seq one more", seq + 1),
        ("seq one less", seq - 1),
        ("seq as text", str(seq)),
        ("seq empty", None),
        ("seq in a list", [seq]),
        ("seq huge", 10**400),
        ("seq below", -seq),
    ):
        yield case, compact({**told, "seq": value})
    for name in ("seq", "prev", "v", "at", "event"):
        yield f"no {name}", compact({key: value for key, value in told.items() if key != name})
    for value in (None, "", told["prev"] + "=", told["prev"].replace("-", "+").replace("_", "/"), 7, ["@"]):
        yield f"prev {value!r:.9}", compact({**told, "prev": value})
    yield "blanks", compact(told, separators=(", ", ": "))
    yield "escapes", compact({**told, "user": "é"}, ensure_ascii=True)
    yield "another order", compact(dict(reversed(told.items())), sort_keys=False)
    yield "indented", compact(told, indent=1)
    yield "in a list", f"[{record}]"
    yield "as a text", compact(record)
    for case, end in {"newline": "\n", "blank": " ", "second record": record, "comma": ",", "NUL": "\0"}.items():
        yield f"{case} behind", record + end
        yield f"{case} before", end + record
    yield "BOM before", "\ufeff" + record
    yield "nothing", ""
    # Put in as the member "zz", which comes last; the first half are canonical, the second are not.
    for value in (
        '"é"',
        '"\x7f"',
        '"\u2028"',
        '"🌱"',
        '"\\u0000\\u001f\\b\\f"',
        '{"a":1,"z":2,"é":3,"\uffff":4,"𐀀":5}',
        '{"":{"":[]}}',
        "0",
        "-1",
        "0.1",
        "-0.0",
        "1e+22",
        "1e-07",
        "5e-324",
        "1.7976931348623157e+308",
        str(2**63),
        "9" * 4000,
        "[" * 20 + "]" * 20,
        "true",
        "null",
        '"\\u00e9"',
        '"\\/"',
        '"\\u000a"',
        '"\\u001F"',
        '"\\u007f"',
        '"\\ud83c\\udf31"',
        '"\\ud800"',
        '"\ud800"',
        '"\t"',
        '{"𐀀":5,"\uffff":4}',
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        "-0",
        "00",
        "01",
        "1.",
        ".5",
        "+1",
        "1E5",
        "1e5",
        "1e22",
        "0.10",
        "1.00000000000000000001",
        "1e400",
        "-1e400",
        "1e-400",
        "NaN",
        "Infinity",
        "-Infinity",
        "9" * 5000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "True",
        "'a'",
        "undefined",
        "[1,]",
        "[1 ,2]",
        "0x10",
        "１",
        '"unended',
        "",
    ):
        yield f"{value[:30]!r} put in", f'{record[:-1]},"zz":{value}}}'
        if (value, seq) != ("true", 1):  # see test_a_number_that_only_equals_the_right_one_is_refused
            yield f"{value[:30]!r} for seq", record.replace(f'"seq":{seq}', f'"seq":{value}')


def test_no_alteration_is_judged_differently(lines: list[Line], judges: Judges) -> None:
    answers: dict[int | None, int] = {}
    for case, altered in alterations(lines):
        content = export.as_json_lines(altered, VAULT).encode("utf-8", "surrogatepass")
        answer = judges.agree(content, count=LENGTH, case=case)
        answers[answer] = answers.get(answer, 0) + 1
    assert answers[None] > 50, "canonical records chained anew hold: only a receipt shows them"
    assert min(answers[n] for n in range(1, LENGTH + 1)) > 50
    assert sum(answers.values()) > 1800


@pytest.mark.parametrize("value", ["1.0", "true"])
def test_a_number_that_only_equals_the_right_one_is_refused(value: str, lines: list[Line], judges: Judges) -> None:
    """Not compared with the program: Python takes 1.0 and true for 1, other languages do not."""
    records = [unnamed(line) for line in lines]
    records[0] = records[0].replace('"seq":1,', f'"seq":{value},')
    assert judges.theirs(exported(chained(records))) == 1


def test_a_record_is_at_most_32_deep_on_every_computer(lines: list[Line], judges: Judges) -> None:
    records = [unnamed(line) for line in lines]
    for depth, answer in ((31, None), (32, 1), (900, 1)):
        for deep in ("[" * depth + "]" * depth, '{"":' * depth + "0" + "}" * depth):
            content = exported(chained([f'{records[0][:-1]},"zz":{deep}}}', *records[1:]]))
            assert judges.agree(content, count=LENGTH, case=f"{depth} deep") == answer
    brackets = exported(chained([records[0].replace("quoted", "[" * 40), *records[1:]]))
    assert judges.agree(brackets, count=LENGTH, case="brackets in a text") is None


@pytest.mark.parametrize("version", ["0", "2", '"1"', "null", "true", "1.0"])
def test_a_record_of_an_unknown_version_is_refused(version: str, lines: list[Line], judges: Judges) -> None:
    records = [unnamed(line) for line in lines]
    records[4] = records[4].replace('"v":1}', f'"v":{version}}}')
    assert judges.agree(exported(chained(records)), count=LENGTH, case=f"version {version}") == 5


def test_a_line_beyond_those_written_is_the_one_that_is_named(lines: list[Line], judges: Judges) -> None:
    """The script learns from a receipt only that there are lines enough; the table knows how many were written."""
    assert judges.ours(exported(invented(LENGTH + 2)), LENGTH) == LENGTH + 1
    assert judges.ours(exported(lines), LENGTH + 2) == LENGTH + 1


def test_an_export_that_lost_its_end_is_bad_where_it_ends(lines: list[Line], judges: Judges) -> None:
    content = exported(lines).splitlines(keepends=True)
    for length in range(LENGTH):
        assert judges.theirs(b"".join(content[: length + 1])) == length + 1
    assert judges.theirs(b"".join([*exported(lines[:4]).splitlines(keepends=True)[:1], *content[1:]])) == LENGTH + 1
    assert judges.theirs(exported([]) + b"".join(content[1:])) == LENGTH + 1


def test_the_export_of_another_vault_is_bad_from_the_first_line(lines: list[Line], judges: Judges) -> None:
    content = exported(lines, OTHER_VAULT)
    assert judges.theirs(content) == judges.ours(content, LENGTH, OTHER_VAULT) == 1


def test_a_line_that_is_no_json_or_no_text_is_bad_for_both(lines: list[Line], judges: Judges) -> None:
    first, *rest = exported(lines).splitlines()
    told = json.loads(rest[3])
    half = {"record": told["record"].replace("quoted", "\ud800"), "head": told["head"]}
    doubled = rest[3].replace(b'"head":', b'"head": "00", "head":')
    for case, line in {
        "half a character": json.dumps(half).encode(),
        "NaN beside": rest[3][:-1] + b', "beside": NaN}',
        "a name twice": doubled,
        "depth beside": rest[3][:-1] + b', "beside": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "no head": json.dumps({"record": told["record"]}).encode(),
        "head in capitals": json.dumps({**told, "head": told["head"].upper()}).encode(),
        "head with more": json.dumps({**told, "head": told["head"] + "00"}).encode(),
        "record not as text": json.dumps({**told, "record": json.loads(told["record"])}).encode(),
        "a list": b"[" + rest[3] + b"]",
        "nothing": b"",
        "not UTF-8": rest[3].replace(b"done", b"d\xffne"),
        "UTF-16": rest[3].decode().encode("utf-16"),
        "BOM": b"\xef\xbb\xbf" + rest[3],
        "two on one": rest[3] + rest[4],
    }.items():
        content = b"\n".join([first, *rest[:3], line, *rest[4:]]) + b"\n"
        assert judges.agree(content, count=LENGTH, case=case) == 4, case


# --- chance -----------------------------------------------------------------------------------------------------------


def test_random_damage_to_the_file_is_judged_alike(judges: Judges) -> None:
    """Bytes changed, put in, taken out, blocks moved: after the first line, which alone says what the file is."""
    chance = random.Random(8)
    content = exported(invented(4))
    start = content.index(b"\n") + 1
    good = 0
    for number in range(100_000 if PROOF else 1500):
        altered = bytearray(content)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            damage(altered, start, chance)
        good += judges.agree(bytes(altered), count=4, case=f"damage {number}") is None
    assert good < (2000 if PROOF else 60), "hardly any damage is harmless: a blank, a sign before the same sign"


def damage(content: bytearray, start: int, chance: random.Random) -> None:
    """One random change of the bytes from `start` on."""
    place = chance.randrange(start, len(content))
    sign = chance.choice([*b'"\\{}[]:,0189eE.-+\n\r\t u', *chance.randbytes(6)])
    kind = chance.randrange(6)
    if kind == 0:
        content[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        content[place] = sign
    elif kind == 2:
        content.insert(place, sign)
    elif kind == 3:
        del content[place]
    elif kind == 4:
        del content[place : place + chance.randrange(1, 400)]
    else:
        block = content[place : place + chance.randrange(1, 400)]
        other = chance.randrange(start, len(content))
        content[other:other] = block


def test_random_records_chained_anew_are_judged_alike(lines: list[Line], judges: Judges) -> None:
    """Whoever can chain anew must still write records as the program does; what that is, both know alike."""
    chance = random.Random(9)
    records = [unnamed(line) for line in lines[:3]]
    good = 0
    cases = 60_000 if PROOF else 1200
    for number in range(cases):
        told = json.loads(records[1]) | {random_text(chance): random_value(chance, 3) for _ in range(3)}
        told |= {"v": 1, "seq": 2, "prev": "@"}
        written = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for _ in range(chance.choice((0, 0, 1, 2))):
            written = slip(written, chance)
        if '"seq":2.0' in written:  # see test_a_number_that_only_equals_the_right_one_is_refused
            continue
        content = export.as_json_lines(chained([records[0], written, records[2]]), VAULT)
        answer = judges.agree(content.encode("utf-8", "surrogatepass"), count=3, case=f"record {number}: {written!r}")
        assert answer in (None, 2)
        good += answer is None
    assert cases * 0.4 < good < cases * 0.8


def random_text(chance: random.Random) -> str:
    signs = 'aZ09 "\\/\b\f\n\r\t\0\x1f\x7fé\u00a0\u2028\ufeff\uffff𐀀🌱'
    return "".join(chance.choices(signs, k=chance.randrange(5)))


def random_value(chance: random.Random, depth: int) -> Any:
    makers: list[Callable[[], Any]] = [
        lambda: random_text(chance),
        lambda: chance.choice((True, False, None, 0, -1, 2**31, -(2**63), 10**30)),
        lambda: chance.choice((0.5, -0.0, 1e16, 1e15, 123456789.125, 1e-5, 0.0001, 1.5e300, chance.random())),
    ]
    if depth:
        makers += [
            lambda: [random_value(chance, depth - 1) for _ in range(chance.randrange(4))],
            lambda: {random_text(chance): random_value(chance, depth - 1) for _ in range(chance.randrange(4))},
        ]
    return chance.choice(makers)()


def slip(written: str, chance: random.Random) -> str:
    """One departure from the text, somewhere behind its start."""
    place = chance.randrange(1, len(written))
    parts = (" ", "\n", "0", "-", ".0", "e5", "E5", "\\u00e9", "\\/", "\\u000a", '"a":1,', "[]", "{}", ",", '"', "\\")
    if chance.random() < 0.7:
        return written[:place] + chance.choice(parts) + written[place:]
    return written[:place] + written[place + 1 :]


# --- receipts, parts, remarks -----------------------------------------------------------------------------------------


def test_a_receipt_shows_what_was_cut_off_or_written_anew(lines: list[Line], judges: Judges) -> None:
    content = exported(lines)
    for count, (_, head) in enumerate(lines, 1):
        assert judges.theirs(content, count=count, head=head) is None, "a log may have grown since the receipt"
        assert judges.theirs(content, count=count, head=head.upper()) is None
        assert judges.theirs(exported(lines[: count - 1]), count=count, head=head) == count
        assert judges.theirs(exported(lines[:count]), head=head) is None
        records = [unnamed(line) for line in lines]
        records[count - 1] = records[count - 1].replace('"outcome":"done"', '"outcome":"gone"')
        assert judges.theirs(exported(chained(records))) is None, "alone, a log chained anew looks whole"
        assert judges.theirs(exported(chained(records)), count=count, head=head) == count
        assert judges.theirs(exported(chained(records)), head=lines[-1][1]) == LENGTH


def test_a_part_is_checked_only_when_asked_for(lines: list[Line], judges: Judges) -> None:
    for start in range(2, LENGTH + 1):
        part = lines[start - 1 :]
        assert judges.theirs(exported(part)) == 1
        assert judges.theirs(exported(part), part=True) is None
        assert judges.theirs(exported(part), part=True, count=LENGTH, head=lines[-1][1]) is None
        assert judges.theirs(exported(part), part=True, count=start - 1, head=lines[start - 2][1]) is None
        assert judges.theirs(exported(part), part=True, count=start - 1, head=lines[start - 1][1]) == start - 1
        found = judges.script.check(exported(part).splitlines(), part=True, count=1, head=lines[0][1])
        assert [found.first, found.last] == [start, LENGTH]
        assert ("not compared" in " ".join(found.remarks)) is (start > 2)
        if len(part) > 2:
            assert judges.theirs(exported([part[0], *part[2:]]), part=True) == start + 1
    for prev in ("", "é" * 43, "A" * 43, 7, None):
        record = json.dumps({"prev": prev, "seq": 5}, ensure_ascii=False, separators=(",", ":"))
        assert judges.theirs(exported([(record, "00" * 32)]), part=True) in (1, 5)


def test_odd_times_are_remarked_not_refused(lines: list[Line], judges: Judges) -> None:
    records = [unnamed(line) for line in lines]
    told = [json.loads(record) for record in records]
    told[3]["at"] = "2026-03-01T09:00:00.000Z"
    told[5]["at"] = "yesterday \x1b[2J"
    content = exported(
        chained([json.dumps(t, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for t in told])
    )
    assert judges.agree(content, count=LENGTH, case="odd times") is None
    remarks = judges.script.check(content.splitlines()).remarks
    assert [remark.split(" is ")[0].split(" has ")[0] for remark in remarks] == [f"Line {n}" for n in (4, 6)]
    assert "earlier" in remarks[0]
    assert "\x1b" not in " ".join(remarks)
