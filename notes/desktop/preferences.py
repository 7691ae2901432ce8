"""What the window remembers between runs, outside any vault: looks, lock times, where the vaults are.

No client data: no names, no numbers, nothing of what was open. That is kept in the vault (see ``Worker.lock``).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

LOCK_AFTER = (1, 2, 5, 10, 15, 30)
"""Minutes without a key or a click after which the vault locks; one of these."""
USUALLY_AFTER = 5
TEXT_SIZES = (90, 100, 115, 130, 150)
"""Percent of the system's own size; one of these."""


class Preferences:
    """Read and written as attributes; on disk at once."""

    def __init__(self, file: Path | None = None) -> None:
        settings = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
        path = file or Path(settings) / "session-notes" / "window.ini"
        self._kept = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def recent(self) -> list[Path]:
        """Vault folders, the last one first; those that are gone are left out."""
        return [folder for folder in self._remembered() if folder.is_dir()]

    def _remembered(self) -> list[Path]:
        kept = self._kept.value("recent", [])
        return [Path(str(folder)) for folder in (kept if isinstance(kept, list) else [kept] if kept else [])]

    def remember(self, folder: Path) -> None:
        """Put a vault at the head of the list; the other folders are not looked at: a share may not answer."""
        others = [str(known) for known in self._remembered() if known != folder.absolute()]
        self._keep("recent", [str(folder.absolute()), *others][:8])

    @property
    def unconfirmed_sheets(self) -> list[str]:
        """Recovery sheets made here and never typed back, by the ids of their key slots: these tell nothing."""
        kept = self._kept.value("unconfirmed_sheets", [])
        return [str(slot) for slot in (kept if isinstance(kept, list) else [kept])] if kept else []

    def note_sheet(self, slot: str, *, on_paper: bool) -> None:
        """Remember that a recovery sheet was made and is not typed back yet, or that it was."""
        others = [known for known in self.unconfirmed_sheets if known != slot]
        self._keep("unconfirmed_sheets", others if on_paper else [*others, slot])

    @property
    def scheme(self) -> str:
        """system, light or dark."""
        found = str(self._kept.value("scheme", "system"))
        return found if found in ("light", "dark") else "system"

    @scheme.setter
    def scheme(self, wanted: str) -> None:
        self._keep("scheme", wanted)

    @property
    def text_size(self) -> int:
        """Size of all text, in percent of the system's."""
        try:
            found = int(str(self._kept.value("text_size", 100)))
        except ValueError:
            return 100
        return found if found in TEXT_SIZES else 100

    @text_size.setter
    def text_size(self, percent: int) -> None:
        self._keep("text_size", percent)

    @property
    def lock_after(self) -> int:
        """Minutes without a key or a click after which the vault locks."""
        try:
            found = int(str(self._kept.value("lock_after", USUALLY_AFTER)))
        except ValueError:
            return USUALLY_AFTER
        return found if found in LOCK_AFTER else USUALLY_AFTER

    @lock_after.setter
    def lock_after(self, minutes: int) -> None:
        self._keep("lock_after", minutes)

    @property
    def initials(self) -> bool:
        """Whether clients are shown by their initials."""
        return str(self._kept.value("initials", "false")) == "true"

    @initials.setter
    def initials(self, wanted: bool) -> None:
        self._keep("initials", "true" if wanted else "false")

    @property
    def spelling(self) -> str:
        """Language that spelling is checked in (en_GB); empty for the system's, or off."""
        return str(self._kept.value("spelling", ""))

    @spelling.setter
    def spelling(self, language: str) -> None:
        self._keep("spelling", language)

    @property
    def veil_when_away(self) -> bool:
        """Whether everything is hidden when another program comes to the front."""
        return str(self._kept.value("veil_when_away", "false")) == "true"

    @veil_when_away.setter
    def veil_when_away(self, wanted: bool) -> None:
        self._keep("veil_when_away", "true" if wanted else "false")

    @property
    def backup_folder(self) -> Path | None:
        """Where backups go."""
        found = str(self._kept.value("backup_folder", ""))
        return Path(found) if found else None

    @backup_folder.setter
    def backup_folder(self, folder: Path | None) -> None:
        self._keep("backup_folder", str(folder) if folder else "")

    @property
    def backup_daily(self) -> bool:
        """Whether a backup is made each time the vault is opened, at most once a day."""
        return str(self._kept.value("backup_daily", "true")) == "true"

    @backup_daily.setter
    def backup_daily(self, wanted: bool) -> None:
        self._keep("backup_daily", "true" if wanted else "false")

    @property
    def geometry(self) -> QByteArray:
        """Size and place of the window."""
        found = self._kept.value("geometry", QByteArray())
        return found if isinstance(found, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, told: QByteArray) -> None:
        self._keep("geometry", told)

    def _keep(self, name: str, value: object) -> None:
        self._kept.setValue(name, value)
        self._kept.sync()
