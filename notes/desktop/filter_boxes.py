"""Boxes that narrow a list: a client by the first letters, a tag, a day. Each says ``changed`` when it narrows anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCalendarWidget, QComboBox, QLineEdit, QMenu, QWidget, QWidgetAction

from notes.desktop import icons, names, parts, theme
from notes.desktop.choosing import FOUND_BY, Finder, found_by, meant
from notes.desktop.desk import Desk
from notes.desktop.screen import Screen

if TYPE_CHECKING:
    from notes.record.choices import Choices


class ChoiceBox(QLineEdit):
    """A line in which one of many is chosen by typing a part of it. The many are asked for when it is first entered."""

    changed = Signal()
    entered = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(f"Any {name.lower()}")
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(theme.characters(14))
        self._offered: dict[str, object] = {}
        self._names = QStandardItemModel(self)
        completer = Finder(self._names, self)
        completer.activated.connect(lambda _: self._see())
        self.setCompleter(completer)
        self.editingFinished.connect(self._see)
        self.textChanged.connect(lambda text: None if text else self._see())
        self._chosen: object = None
        self._called = ""
        """What stands here for what is chosen."""
        self._complete = False

    @property
    def chosen(self) -> object:
        """What is chosen; None for any."""
        return self._chosen

    def offer(self, offered: dict[str, object], named: dict[str, str] | None = None) -> None:
        """What can be chosen, by what is shown; `named` has the name of each where that is something else."""
        self._offered, self._complete = offered, True
        self._names.clear()
        for label in offered:
            item = QStandardItem(label)
            item.setData(found_by(label, (named or {}).get(label, "")), FOUND_BY)
            self._names.appendRow(item)

    def choose(self, chosen: object, name: str) -> None:
        """Set it from outside, silently."""
        if chosen is not None:
            self._offered.setdefault(name, chosen)
        self._chosen, self._called = chosen, name
        self._mark(wrong=False)
        self.setText(name)

    def forget(self) -> None:
        """Let go of what was offered, and of what is chosen."""
        self._chosen, self._called = None, ""
        self._offered, self._complete = {}, False
        self._names.clear()
        self.setText("")  # ``clear`` could be undone

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self._complete:
            self.entered.emit()

    def _see(self) -> None:
        typed = self.text().strip()
        if typed and typed == self._called:
            return
        found = self._offered.get(typed)
        if typed and found is None:
            items = (self._names.item(row) for row in range(self._names.rowCount()))
            label = meant(typed, ((str(item.data(FOUND_BY)), item.text()) for item in items))
            if label is not None:
                found = self._offered[label]
                self.setText(label)
        self._mark(wrong=bool(typed) and found is None)
        self._called = self.text().strip() if found is not None else ""
        if found != self._chosen:
            self._chosen = found
            self.changed.emit()

    def _mark(self, wrong: bool) -> None:
        parts.set_tone(self, "alarm" if wrong else "")
        self.setAccessibleDescription(
            "Nothing is chosen: there is none of that name, or more than one." if wrong else ""
        )


class DayBox(QLineEdit):
    """A day, typed or taken from a calendar; empty for any."""

    changed = Signal()

    def __init__(self, name: str, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(f"{name} any day")
        self.setAccessibleName(f"{name} day")
        self.setToolTip("A date such as 2026-03-31, or today, or yesterday")
        self.setMinimumWidth(theme.characters(17))
        self._today = today
        self._day: str | None = None
        shown = self.addAction(icons.icon("calendar-blank", "quiet"), QLineEdit.ActionPosition.TrailingPosition)
        shown.setText(f"{name}: choose from a calendar")
        shown.triggered.connect(self._show_calendar)
        self.editingFinished.connect(self._see)
        self.textChanged.connect(lambda text: None if text else self._see())

    @property
    def day(self) -> str | None:
        """The day, as 2026-03-31."""
        return self._day

    def choose(self, day: str | None) -> None:
        """Set it from outside, silently; None for any."""
        self._day = day
        self.setText(day or "")

    def _see(self) -> None:
        typed = self.text().strip()
        found = read_day(typed, self._today())
        wrong = bool(typed) and found is None
        parts.set_tone(self, "alarm" if wrong else "")
        self.setAccessibleDescription("This is not a day. Write it as 2026-03-31." if wrong else "")
        if found is not None:
            self.setText(found)
        if found != self._day:
            self._day = found
            self.changed.emit()

    def _show_calendar(self) -> None:
        menu, calendar = QMenu(self), QCalendarWidget()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        day = date.fromisoformat(self._day) if self._day else self._today()
        calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        holder = QWidgetAction(menu)
        holder.setDefaultWidget(calendar)
        menu.addAction(holder)

        def take(chosen: QDate) -> None:
            menu.close()
            self.setText(chosen.toString(Qt.DateFormat.ISODate))
            self._see()

        calendar.activated.connect(take)
        calendar.clicked.connect(take)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


def read_day(typed: str, today: date) -> str | None:
    """The day meant: as 2026-03-31, as this computer's language writes it, or in words. None when it is none."""
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    if typed.lower() in words:
        return words[typed.lower()].isoformat()
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        pass
    written = QLocale.system().dateFormat(QLocale.FormatType.ShortFormat)
    shape = re.sub(r"y+", "%s", re.sub(r"M+", "M", re.sub(r"d+", "d", written)))
    for year in ("yyyy", "yy"):  # two digits: this century, or the last where it would be to come
        read = QLocale.system().toDate(typed, shape.replace("%s", year), today.year - 98)
        if read.isValid() and read.year() >= 1900:
            return str(read.toString(Qt.DateFormat.ISODate))
    return None


def pick(name: str, options: dict[str, str | None], changed: Callable[[], object]) -> QComboBox:
    """One of a few, by what is shown; the first is any."""
    made = QComboBox()
    made.setAccessibleName(name)
    for text, value in options.items():
        made.addItem(text, value)
    made.currentIndexChanged.connect(lambda _: changed())
    return made


def ask_for_choices(desk: Desk, owner: Screen, client: ChoiceBox, tag: ChoiceBox | None = None) -> None:
    """Fill the boxes, with one look at the list of clients."""
    from notes.record import choices

    def fill(found: Choices) -> None:
        if not owner.in_view:
            return
        offered = names.to_choose(found.clients, desk.preferences)
        client.offer(
            {label: one.id for label, one in offered.items()}, {label: one.name for label, one in offered.items()}
        )
        if tag is not None:
            tag.offer({name: name for name in found.tags})

    desk.do(choices.offer, then=fill, owner=owner, latest=f"choices of {owner.objectName()}")
