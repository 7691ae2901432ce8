"""Texts of one's own: templates that notes begin with, and snippets that are put in while writing.

What is written here is kept by Save alone. Until then it stays with the text it belongs to, wherever one goes, and
comes back after a lock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from notes.desktop import parts, theme
from notes.desktop.desk import Desk
from notes.desktop.screen import Screen
from notes.record import snippets, templates, values
from notes.record.snippets import Snippet
from notes.record.templates import Template

_DATA = Qt.ItemDataRole.UserRole
_EXACTLY = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchCaseSensitive
_SNIPPET = "Snippet"
_TAKEN = "Give this one another name, or choose that one in the list to change it."


@dataclass(frozen=True)
class _Own:
    """One text of the list."""

    kind: str
    name: str
    text: str

    @property
    def label(self) -> str:
        """How it is called in the list."""
        return f"/{self.name}" if self.kind == _SNIPPET else self.name


_NEW = _Own(_SNIPPET, "", "")
"""What a new one begins as; its label in what was typed is empty."""


class Snippets(Screen):
    """A list on the left, the text chosen on the right."""

    name = "snippets"
    title = "Templates and snippets"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._chosen = _NEW
        """As it is kept in the vault."""
        self._typed: dict[str, _Own] = {}
        """What is not saved, by the label of what it is a change of; of a new one under nothing."""
        self.list = QListWidget()
        self.list.setAccessibleName("Your templates and snippets")
        self.list.setMaximumWidth(theme.characters(40))
        self.list.currentItemChanged.connect(lambda now, _: self._show(now))
        self.typed_name, self.kind, self.text = QLineEdit(), QComboBox(), QPlainTextEdit()
        self.kind.addItem("Snippet: put in with /name and Tab, or Ctrl+J", _SNIPPET)
        for kind in values.KINDS:
            self.kind.addItem(f"Template for a note of the kind {kind}", kind)
        self.kind.setAccessibleName("What it is")
        self.typed_name.setAccessibleName("Name")
        self.text.setAccessibleName("Text")
        self.text.setTabChangesFocus(True)
        for edited in (self.typed_name.textChanged, self.kind.currentIndexChanged, self.text.textChanged):
            edited.connect(self._note_typed)
        fields = parts.stacked(gap=theme.S)
        for told, field in (("&Name", self.typed_name), ("&What it is", self.kind), ("Te&xt", self.text)):
            label = QLabel(told)
            label.setBuddy(field)
            fields.addWidget(label)
            fields.addWidget(field)
        self.keep = parts.button("Save", self._save, tone="main")
        self.remove = parts.button("Remove", self._remove, tone="alarm")
        self.as_it_was = parts.button("Back to what is saved", self._drop)
        fields.addLayout(parts.beside(self.keep, self.as_it_was, self.remove, 0))
        left = parts.stacked(self.list, parts.button("New", self._new, icon="plus"))
        whole = parts.beside(gap=theme.XL)
        whole.addLayout(left, 1)
        whole.addLayout(fields, 2)
        head = parts.words("Templates and snippets", theme.TITLE, strong=True)
        about = parts.words("Your own texts, kept in the vault. A note begins with a template.", tone="quiet")
        outer = parts.stacked(head, about, margin=(theme.XL, theme.M))
        outer.addLayout(whole, 1)
        self.setLayout(outer)

    def arrive(self, chosen: str | None = None, **place: Any) -> None:
        self._fill(self._chosen)
        self._ask(self._label if chosen is None else chosen)
        self.typed_name.setFocus()

    def place(self) -> dict[str, Any]:
        return {"chosen": self._label}

    def typed(self) -> dict[str, Any]:
        return {label: {"kind": own.kind, "name": own.name, "text": own.text} for label, own in self._typed.items()}

    def take_up(self, typed: dict[str, Any]) -> None:
        for label, told in typed.items():
            stated = told if isinstance(told, dict) else {}
            kind, name, text = (str(stated.get(part) or "") for part in ("kind", "name", "text"))
            if self.kind.findData(kind) >= 0:
                self._typed[label] = _Own(kind, name, text)

    @property
    def _label(self) -> str:
        """Of what is chosen; empty for a new one."""
        return self._chosen.label if self._chosen is not _NEW else ""

    def _ask(self, chosen: str = "") -> None:
        def run(practice: Any, _: object) -> tuple[list[Template], list[Snippet]]:
            return practice.do(templates.list_templates), practice.do(snippets.list_snippets)

        self.desk.worker.run(
            run, then=lambda found: self._tell(found[0], found[1], chosen), failed=self.desk.complain, owner=self
        )

    def _tell(self, found: list[Template], short: list[Snippet], chosen: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        own = [_Own(template.kind, template.name, template.body) for template in found if template.own]
        there = _NEW
        for text in (*own, *(_Own(_SNIPPET, snippet.name, snippet.text) for snippet in short)):
            item = QListWidgetItem(text.label)
            item.setData(_DATA, text)
            self.list.addItem(item)
            if text.label == chosen:
                self.list.setCurrentItem(item)
                there = text
        self.list.blockSignals(False)
        self.remove.setEnabled(there is not _NEW)
        self._fill(there)

    def _show(self, item: QListWidgetItem | None) -> None:
        """Go on to another one: what was typed and not saved stays with the one before."""
        before, left = self._label, self._label in self._typed
        self.remove.setEnabled(item is not None)
        self._fill(item.data(_DATA) if item is not None else _NEW)
        if left:
            when = f"when you choose {before} again" if before else "when you press New"
            self.desk.say("That is not saved yet.", f"It is there {when}.", undo=lambda: self._go_to(before))

    def _fill(self, chosen: _Own) -> None:
        """Show one, as it was being written where it was not saved."""
        self._chosen = chosen
        shown = self._typed.get(self._label, chosen)
        for field in (self.typed_name, self.kind, self.text):
            field.blockSignals(True)
        self.typed_name.setText(shown.name)
        self.kind.setCurrentIndex(self.kind.findData(shown.kind))
        if self.text.toPlainText() != _as_shown(shown.text):  # else the cursor stays where it is
            self.text.setPlainText(shown.text)
        for field in (self.typed_name, self.kind, self.text):
            field.blockSignals(False)
        self._note_typed()

    def _note_typed(self) -> None:
        now = _Own(self.kind.currentData(), self.typed_name.text(), self.text.toPlainText())
        same = now == replace(self._chosen, text=_as_shown(self._chosen.text))
        same = same or not (self._label or now.name or now.text)
        self._typed[self._label] = now
        if same:
            del self._typed[self._label]
        self.as_it_was.setEnabled(not same)

    def _go_to(self, label: str) -> None:
        """Show the one of that label, or a new one."""
        found = self.list.findItems(label, _EXACTLY) if label else []
        if found:
            self.list.setCurrentItem(found[0])
        else:
            self._new()

    def _new(self) -> None:
        if self.list.currentRow() >= 0:
            self.list.setCurrentRow(-1)
        else:
            self._fill(_NEW)
        self.typed_name.setFocus()

    def _drop(self) -> None:
        """Away with what is not saved."""
        label = self._label
        dropped = self._typed.pop(label)
        self._fill(self._chosen)
        self.desk.say("What was not saved is gone.", undo=lambda: self._type_again(label, dropped))

    def _type_again(self, label: str, dropped: _Own) -> None:
        self._typed[label] = dropped
        if self._label == label:
            self._fill(self._chosen)
        else:
            self._go_to(label)

    def _save(self) -> None:
        name, kind, text = self.typed_name.text(), self.kind.currentData(), self.text.toPlainText()
        was = self._label
        if (other := self._other_of_that_name(kind, name)) is not None:
            self.desk.say(f"There is a text called {other} already.", _TAKEN, tone="attention")
            self.typed_name.setFocus()
            return

        def then(kept: Snippet | Template) -> None:
            kept_text = kept.text if isinstance(kept, Snippet) else kept.body
            self._saved(was, _Own(kind, name, text), _Own(kind, kept.name, kept_text))

        if kind == _SNIPPET:
            self.desk.do(snippets.save, name, text, then=then, owner=self)
        else:
            self.desk.do(templates.save, name, kind, text, then=then, owner=self)

    def _other_of_that_name(self, kind: str, name: str) -> str | None:
        """The label of another text in the list that would be written over."""
        named = " ".join(name.split())
        meant = f"/{named.removeprefix('/').casefold()}" if kind == _SNIPPET else named
        return meant if meant != self._label and self.list.findItems(meant, _EXACTLY) else None

    def _saved(self, was: str, sent: _Own, kept: _Own) -> None:
        """It is in the vault. `was` is the label under which it was written; what was typed since stays."""
        typed = self._typed.pop(was, sent)
        if typed != sent:
            self._typed[kept.label] = typed
        self.desk.say("Saved.", tone="good")
        if self._label == was:
            self._fill(kept)
        self._ask(self._label)

    def _remove(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        text: _Own = item.data(_DATA)
        what = snippets.remove if text.kind == _SNIPPET else templates.remove
        self.desk.do(what, text.name, then=lambda _: self._removed(text), owner=self)

    def _removed(self, text: _Own) -> None:
        typed = self._typed.pop(text.label, None)
        self._ask("" if self._label == text.label else self._label)
        self.desk.say("Removed.", undo=lambda: self._bring_back(text, typed))
        parts.focus(self.list)  # the button is out of use now

    def _bring_back(self, text: _Own, typed: _Own | None) -> None:
        if typed is not None:
            self._typed[text.label] = typed
        then = lambda _: self._ask(self._label)  # noqa: E731
        if text.kind == _SNIPPET:
            self.desk.do(snippets.save, text.name, text.text, then=then, owner=self)
        else:
            self.desk.do(templates.save, text.name, text.kind, text.text, then=then, owner=self)


def _as_shown(text: str) -> str:
    """As a field gives it back: without hard blanks, and with one sign for the end of a line."""
    return text.translate({0xA0: " ", 0x2028: "\n", 0x2029: "\n"})
