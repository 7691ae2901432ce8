"""Texts of one's own: templates that notes begin with, and snippets that are put in while writing."""

from __future__ import annotations

from dataclasses import dataclass
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
_SNIPPET = "Snippet"


@dataclass(frozen=True)
class _Own:
    """One text of the list."""

    kind: str
    name: str
    text: str


class Snippets(Screen):
    """A list on the left, the text chosen on the right."""

    name = "snippets"
    title = "Templates and snippets"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
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
        fields = parts.stacked(gap=theme.S)
        for told, field in (("&Name", self.typed_name), ("&What it is", self.kind), ("Te&xt", self.text)):
            label = QLabel(told)
            label.setBuddy(field)
            fields.addWidget(label)
            fields.addWidget(field)
        self.keep = parts.button("Save", self._save, tone="main")
        self.remove = parts.button("Remove", self._remove, tone="alarm")
        fields.addLayout(parts.beside(self.keep, self.remove, 0))
        left = parts.stacked(self.list, parts.button("New", self._new, icon="plus"))
        whole = parts.beside(gap=theme.XL)
        whole.addLayout(left, 1)
        whole.addLayout(fields, 2)
        head = parts.words("Templates and snippets", theme.TITLE, strong=True)
        about = parts.words("Your own texts, kept in the vault. A note begins with a template.", tone="quiet")
        outer = parts.stacked(head, about, margin=(theme.XL, theme.M))
        outer.addLayout(whole, 1)
        self.setLayout(outer)

    def arrive(self, **place: Any) -> None:
        self._new()
        self._ask()

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
        for text in (*own, *(_Own(_SNIPPET, snippet.name, snippet.text) for snippet in short)):
            item = QListWidgetItem(f"/{text.name}" if text.kind == _SNIPPET else text.name)
            item.setData(_DATA, text)
            self.list.addItem(item)
            if item.text() == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self.remove.setEnabled(self.list.currentItem() is not None)

    def _show(self, item: QListWidgetItem | None) -> None:
        self.remove.setEnabled(item is not None)
        if item is not None:
            text: _Own = item.data(_DATA)
            self.typed_name.setText(text.name)
            self.kind.setCurrentIndex(self.kind.findData(text.kind))
            self.text.setPlainText(text.text)

    def _new(self) -> None:
        self.list.setCurrentRow(-1)
        self.remove.setEnabled(False)
        self.typed_name.clear()
        self.text.clear()
        self.kind.setCurrentIndex(0)
        self.typed_name.setFocus()

    def _save(self) -> None:
        name, kind, text = self.typed_name.text(), self.kind.currentData(), self.text.toPlainText()
        if kind == _SNIPPET:
            self.desk.do(snippets.save, name, text, then=lambda kept: self._saved(f"/{kept.name}"), owner=self)
        else:
            self.desk.do(templates.save, name, kind, text, then=lambda kept: self._saved(kept.name), owner=self)

    def _saved(self, name: str) -> None:
        self.desk.say("Saved.", tone="good")
        self._ask(name)

    def _remove(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        text: _Own = item.data(_DATA)
        what = snippets.remove if text.kind == _SNIPPET else templates.remove
        self.desk.do(what, text.name, then=lambda _: self._removed(text), owner=self)

    def _removed(self, text: _Own) -> None:
        self._new()
        self._ask()
        self.desk.say("Removed.", undo=lambda: self._bring_back(text))

    def _bring_back(self, text: _Own) -> None:
        if text.kind == _SNIPPET:
            self.desk.do(snippets.save, text.name, text.text, then=lambda _: self._ask())
        else:
            self.desk.do(templates.save, text.name, text.kind, text.text, then=lambda _: self._ask())
