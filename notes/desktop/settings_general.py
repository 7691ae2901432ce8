"""Settings, general: when it locks, how it looks, how practice and practitioner are called."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from notes.desktop import parts, theme
from notes.desktop.desk import Desk
from notes.desktop.preferences import LOCK_AFTER, TEXT_SIZES
from notes.desktop.spelling import languages
from notes.desktop.words import counted
from notes.practice import naming
from notes.practice.operations import Operation
from notes.practice.overview import Overview

_SCHEMES = {"system": "As the system has it", "light": "Light", "dark": "Dark"}


class General(QWidget):
    """What is kept for this window on this computer, and the names, which are kept in the vault."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setLayout(parts.stacked(self._locking(), self._looks(), self._practice(), 0, gap=theme.L))

    def show_overview(self, found: Overview) -> None:
        """Show the names that the vault keeps."""
        self.name.show_name(found.name)
        self.practitioner.show_name(found.practitioner)

    def _locking(self) -> parts.Card:
        card = parts.Card("Locking", self)
        self.lock_after = QComboBox()
        for minutes in LOCK_AFTER:
            self.lock_after.addItem(counted(minutes, "minute"), minutes)
        self.lock_after.setCurrentIndex(LOCK_AFTER.index(self._desk.preferences.lock_after))
        self.lock_after.activated.connect(self._set_lock_after)
        card.body.addLayout(_labelled("Lock when nothing was typed or moved for", self.lock_after))
        card.body.addWidget(
            parts.words(
                "It also locks when the computer sleeps, when its screen locks, when somebody else's turn at it comes, "
                "and with Ctrl+L. What you were writing is saved first.",
                theme.SMALL,
                tone="quiet",
            )
        )
        return card

    def _set_lock_after(self) -> None:
        self._desk.preferences.lock_after = int(self.lock_after.currentData())

    def _looks(self) -> parts.Card:
        card = parts.Card("Appearance", self)
        self.scheme = QComboBox()
        for scheme, words in _SCHEMES.items():
            self.scheme.addItem(words, scheme)
        self.scheme.setCurrentIndex(list(_SCHEMES).index(self._desk.preferences.scheme))
        self.scheme.activated.connect(self._set_scheme)
        self.text_size = QComboBox()
        for percent in TEXT_SIZES:
            self.text_size.addItem("As the system has it" if percent == 100 else f"{percent} %", percent)
        self.text_size.setCurrentIndex(TEXT_SIZES.index(self._desk.preferences.text_size))
        self.text_size.activated.connect(self._set_text_size)
        self._size_told = parts.words("", theme.SMALL, tone="quiet")
        self._size_told.hide()
        self.initials = QCheckBox("Show clients by their initials")
        self.initials.setChecked(self._desk.preferences.initials)
        self.initials.toggled.connect(self._set_initials)
        card.body.addLayout(_labelled("Light or dark", self.scheme))
        card.body.addLayout(_labelled("Size of all text", self.text_size))
        card.body.addWidget(self._size_told)
        if languages():
            card.body.addLayout(_labelled("Mark spelling mistakes", self._spelling()))
        card.body.addWidget(self.initials)
        self.veil = QCheckBox("Hide everything while another program is in front")
        self.veil.setChecked(self._desk.preferences.veil_when_away)
        self.veil.toggled.connect(self._set_veil)
        card.body.addWidget(self.veil)
        return card

    def _set_scheme(self) -> None:
        self._desk.preferences.scheme = str(self.scheme.currentData())
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, self._desk.preferences.scheme)

    def _set_text_size(self) -> None:
        self._desk.preferences.text_size = int(self.text_size.currentData())
        self._size_told.setText("From the next unlocking on: lock now (Ctrl+L) to see it.")
        self._size_told.show()

    def _spelling(self) -> QComboBox:
        self.spelling = QComboBox()
        there = [(f"{QLocale(language).nativeLanguageName()} ({language})", language) for language in languages()]
        for told, language in (("In the system's language", ""), *there, ("No", "off")):
            self.spelling.addItem(told, language)
        self.spelling.setCurrentIndex(max(0, self.spelling.findData(self._desk.preferences.spelling)))
        self.spelling.activated.connect(self._set_spelling)
        return self.spelling

    def _set_spelling(self) -> None:
        self._desk.preferences.spelling = str(self.spelling.currentData())

    def _set_initials(self, wanted: bool) -> None:
        self._desk.preferences.initials = wanted

    def _set_veil(self, wanted: bool) -> None:
        self._desk.preferences.veil_when_away = wanted

    def _practice(self) -> parts.Card:
        card = parts.Card("The practice")
        self.name = _Name("Its name, as it stands on what is printed", self._desk, naming.rename)
        self.practitioner = _Name(
            "Your own name, with title and licence, below signed notes on paper",
            self._desk,
            naming.name_practitioner,
            may_be_empty=True,
        )
        card.body.addWidget(self.name)
        card.body.addWidget(self.practitioner)
        return card


class _Name(QWidget):
    """A name that is kept in the vault: typed, changed on demand, put back on demand."""

    def __init__(self, told: str, desk: Desk, change: Operation[[str], str], *, may_be_empty: bool = False) -> None:
        super().__init__()
        self._desk, self._operation, self._known, self._may_be_empty = desk, change, "", may_be_empty
        self.line = QLineEdit()
        self.change = parts.button("Change", self._set)
        self.line.textEdited.connect(self._weigh)
        self.line.returnPressed.connect(self._set)
        label = parts.words(told)
        label.setBuddy(self.line)
        self.line.setAccessibleName(told)
        self.change.setAccessibleName(f"Change: {told}")
        box = parts.stacked(label, gap=theme.S)
        box.addLayout(parts.beside(self.line, self.change))
        self.setLayout(box)
        self.show_name("")

    def show_name(self, name: str) -> None:
        """The name as the vault has it; what is being typed stays."""
        typed = self.line.text()
        if typed == self._known:
            self.line.setText(name)
        self._known = name
        self._weigh(self.line.text())

    def _weigh(self, typed: str) -> None:
        self.change.setEnabled(typed.strip() != self._known and (self._may_be_empty or bool(typed.strip())))

    def _set(self) -> None:
        if self.change.isEnabled():
            typed = self.line.text()
            then = lambda name: self._changed(typed, name)  # noqa: E731
            self._desk.do(self._operation, typed, then=then, owner=self, label="Changing the name")

    def _changed(self, sent: str, name: str) -> None:
        before, self._known = self._known, sent
        self.show_name(name)
        self._desk.say("The name is changed.", undo=lambda: self._put_back(before))

    def _put_back(self, name: str) -> None:
        self._desk.do(self._operation, name, then=self.show_name, owner=self)


def _labelled(text: str, control: QWidget) -> QHBoxLayout:
    label = parts.words(text)
    label.setBuddy(control)
    control.setAccessibleName(text)
    control.setMinimumWidth(theme.characters(30))
    row = parts.beside(gap=theme.M)
    row.addWidget(label, 1)
    row.addWidget(control)
    return row
