"""Draws docs/terminal.svg: the program's own answers on the sample practice, as a picture of a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

from notes.sample import accidents, building


def main() -> None:
    """Build the sample, run the commands, write the picture."""
    console = Console(record=True, width=104, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115, PTH123
    with tempfile.TemporaryDirectory() as place:
        vault = Path(place) / "Sample.vault"
        building.build(vault, date(2026, 11, 16))
        (Path(place) / "passphrase").write_bytes(building.PASSPHRASE)
        environment = {
            **os.environ,
            "NOTES_VAULT": str(vault),
            "NOTES_PASSPHRASE_FILE": str(Path(place) / "passphrase"),
            "COLUMNS": "102",
            "FORCE_COLOR": "1",
        }

        def run(*arguments: str) -> None:
            shown = " ".join(f"'{a}'" if " " in a else a for a in arguments)
            console.print(Text(f"$ notes {shown}", style="bold cyan"))
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "notes", *arguments],
                cwd=place,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            kept = re.sub(r"\n\s*\n", "\n", done.stdout.decode()).strip("\n")
            console.print(Text.from_ansi(kept))
            console.print()

        run("search", "plait")
        found = subprocess.run(
            [sys.executable, "-m", "notes", "search", "plait", "--limit", "1"],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        note = re.sub(r"\x1b\[[0-9;]*m", "", found.stdout.decode()).split()[0]
        (Path(place) / "later.md").write_text("Something else.", "utf-8")
        run("note", "edit", note, "--file", "later.md")
        run("log", "show", "--client", "Gareth", "--limit", "4")
        accidents.alter_with_the_key(vault, "in the pickup", "in the kitchen")
        run("verify")
    picture = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="Session Notes"), flags=re.DOTALL)
    picture = picture.replace(
        "<!-- Generated with Rich https://www.textualize.io -->", ""
    )  # it loads nothing from afar
    Path(__file__).with_name("terminal.svg").write_text(picture.replace("Fira Code", "DejaVu Sans Mono"), "utf-8")


if __name__ == "__main__":
    main()
