"""The design system: spacing, type scale, colour roles in light and dark, and the one style sheet made from them.

Text stands out from its ground by at least 4.5:1, marks and the edges of controls by 3:1 (WCAG 2.2, 1.4.3 and 1.4.11);
a test measures every pair named in ``PAIRS``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

# Spacing, in pixels at 100 %. Nothing stands closer or farther than one of these.
XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 40
TARGET = 32
"""Height of what is clicked. WCAG 2.2, 2.5.8 asks for 24."""
RADIUS = 8
MARKS = Path(__file__).parent / "marks"
"""The few marks that the style sheet can only take from files."""
READING_WIDTH = 68
"""Characters in a line of a note, at most: longer lines are hard to follow."""

SMALL, BODY, LEAD, TITLE, DISPLAY = 0.88, 1.0, 1.14, 1.36, 1.9
"""Type scale, as multiples of the size the system sets."""


class Roles(NamedTuple):
    """What each colour is for."""

    ground: str  # behind everything
    side: str  # the rooms on the left
    surface: str  # cards, lists, the page that is written on
    hover: str  # under the pointer
    chosen: str  # what is selected
    line: str  # between things
    edge: str  # around controls
    text: str
    quiet: str  # second to the text
    accent: str  # what to do next, links, focus
    on_accent: str
    good: str
    good_ground: str
    attention: str
    attention_ground: str
    alarm: str
    alarm_ground: str


LIGHT = Roles(
    ground="#f7f6f3",
    side="#edebe5",
    surface="#ffffff",
    hover="#f0eee9",
    chosen="#dcebe9",
    line="#dfdcd5",
    edge="#7e8486",
    text="#1f2527",
    quiet="#565f63",
    accent="#1c6a66",
    on_accent="#ffffff",
    good="#2a673a",
    good_ground="#e2f0e4",
    attention="#7d5000",
    attention_ground="#fbeed3",
    alarm="#a0282c",
    alarm_ground="#fbe4e2",
)
DARK = Roles(
    ground="#1b1e20",
    side="#151819",
    surface="#23272a",
    hover="#2c3134",
    chosen="#20413f",
    line="#363c40",
    edge="#7d868a",
    text="#e7e5e0",
    quiet="#a9b0b2",
    accent="#6cc2ba",
    on_accent="#0d1f1e",
    good="#86c896",
    good_ground="#203326",
    attention="#e3b557",
    attention_ground="#3a2f17",
    alarm="#f2968d",
    alarm_ground="#40231f",
)

PAIRS: tuple[tuple[str, str, float], ...] = (
    *(("text", ground, 4.5) for ground in ("ground", "side", "surface", "hover", "chosen")),
    *(("quiet", ground, 4.5) for ground in ("ground", "side", "surface", "hover", "chosen")),
    *(("accent", ground, 4.5) for ground in ("ground", "side", "surface", "hover", "chosen")),
    ("on_accent", "accent", 4.5),
    *((state, ground, 4.5) for state in ("good", "attention", "alarm") for ground in ("surface", "ground", "side")),
    *((state, f"{state}_ground", 4.5) for state in ("good", "attention", "alarm")),
    *(("text", f"{state}_ground", 4.5) for state in ("good", "attention", "alarm")),
    *(("edge", ground, 3.0) for ground in ("ground", "side", "surface")),
)
"""Foreground, ground, and the contrast they must have."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def high_contrast(roles: Roles) -> Roles:
    """The same with edges and second-rank text as strong as the text: for those who ask their system for more."""
    return roles._replace(line=roles.edge, edge=roles.text, quiet=roles.text)


def roles() -> Roles:
    """The colours in force: the system's choice of light or dark, or the practitioner's own."""
    hints = QApplication.styleHints()
    application = QApplication.instance()
    own = application.property("scheme") if application else None  # not every platform takes over what it is told
    dark = own == "dark" if own in ("light", "dark") else hints.colorScheme() == Qt.ColorScheme.Dark
    chosen = DARK if dark else LIGHT
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return high_contrast(chosen)
    return chosen


def colour(role: str) -> QColor:
    """A colour in force, by its role."""
    return QColor(getattr(roles(), role))


def font(scale: float = BODY, *, strong: bool = False, fixed: bool = False) -> QFont:
    """The system's font in a size of the scale."""
    found = QFont(QApplication.font())
    if fixed:
        found.setFamilies(["Cascadia Mono", "SF Mono", "Menlo", "Noto Sans Mono", "DejaVu Sans Mono", "monospace"])
        found.setStyleHint(QFont.StyleHint.Monospace)
    found.setPointSizeF(QApplication.font().pointSizeF() * scale)
    if strong:
        found.setWeight(QFont.Weight.DemiBold)
    return found


def characters(count: int, in_font: QFont | None = None) -> int:
    """Pixels that so many characters take."""
    return int(QFontMetricsF(in_font or font()).averageCharWidth() * count)


def set_text_size(application: QApplication, percent: int) -> None:
    """Scale all text. For the start of the program: widgets that are there keep theirs."""
    font = QFont(application.font())
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    application.setFont(font)


def apply(application: QApplication, scheme: str = "system") -> None:
    """Dress the program. `scheme` is system, light or dark; called again when the system changes."""
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
    application.setProperty("scheme", scheme)
    hints = application.styleHints()
    if wanted == Qt.ColorScheme.Unknown:
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(wanted)
    if application.style().name() != "fusion":
        application.setStyle("fusion")
    found = roles()
    application.setPalette(_palette(found))
    application.setStyleSheet(_style_sheet(found))


def _palette(r: Roles) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, value in (
        (role.Window, r.ground),
        (role.WindowText, r.text),
        (role.Base, r.surface),
        (role.AlternateBase, r.hover),
        (role.Text, r.text),
        (role.Button, r.surface),
        (role.ButtonText, r.text),
        (role.PlaceholderText, r.quiet),
        (role.ToolTipBase, r.surface),
        (role.ToolTipText, r.text),
        (role.Highlight, r.chosen),
        (role.HighlightedText, r.text),
        (role.Link, r.accent),
        (role.LinkVisited, r.accent),
        (role.BrightText, r.alarm),
        (role.Mid, r.line),
        (role.Dark, r.edge),
        (role.Accent, r.accent),
    ):
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(r.edge))
    return palette


def _style_sheet(r: Roles) -> str:
    values = r._asdict()
    values |= {"xs": f"{XS}px", "s": f"{S}px", "m": f"{M}px", "l": f"{L}px", "radius": f"{RADIUS}px"}
    mood = "dark" if r.surface == DARK.surface else "light"
    values |= {
        name: (MARKS / f"{name.replace('_', '-')}-{mood}.svg").as_posix() for name in ("caret", "caret_up", "check")
    }
    return re.sub(r"@(\w+)", lambda found: values[found[1]], _SHEET)


_SHEET = """
QToolTip { background: @surface; color: @text; border: 1px solid @edge; padding: @xs; }
QLabel { background: transparent; }
QLabel[tone="quiet"] { color: @quiet; }
QLabel[tone="good"] { color: @good; }
QLabel[tone="attention"] { color: @attention; }
QLabel[tone="alarm"] { color: @alarm; }

QPushButton { background: @surface; color: @text; border: 1px solid @edge; border-radius: 6px;
    padding: 0 @m; min-height: 30px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @chosen; }
QPushButton:focus { border: 2px solid @accent; padding: 0 11px; }
QPushButton:disabled { color: @edge; border-color: @line; }
QPushButton[tone="main"] { background: @accent; color: @on_accent; border-color: @accent; }
QPushButton[tone="main"]:hover { background: @accent; }
QPushButton[tone="main"]:focus { border: 2px solid @text; }
QPushButton[tone="main"]:disabled { background: @hover; color: @edge; border-color: @line; }
QPushButton[tone="alarm"] { color: @alarm; border-color: @alarm; }
QPushButton[tone="alarm"]:disabled { color: @edge; border-color: @line; }
QPushButton[tone="link"] { background: transparent; color: @accent; border: 2px solid transparent; padding: 0 @xs;
    text-align: left; min-height: 26px; }
QPushButton[tone="link"]:hover { text-decoration: underline; }
QPushButton[tone="link"]:focus { border: 2px solid @accent; }

QToolButton { background: transparent; color: @text; border: 2px solid transparent; border-radius: 6px;
    padding: @xs; min-height: 22px; min-width: 22px; }
QToolButton:hover { background: @hover; }
QToolButton:checked { background: @chosen; }
QToolButton:focus { border: 2px solid @accent; }
QToolButton::menu-indicator { image: none; }
QLineEdit QToolButton { min-height: 0; min-width: 0; padding: 0; border: 0; }

QLineEdit, QPlainTextEdit, QTextEdit, QTextBrowser, QSpinBox, QDateEdit, QTimeEdit, QDateTimeEdit, QComboBox {
    background: @surface; color: @text; border: 1px solid @edge; border-radius: 6px; padding: 0 @s;
    selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit, QSpinBox, QDateEdit, QTimeEdit, QDateTimeEdit, QComboBox { min-height: 30px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QTextBrowser:focus, QSpinBox:focus, QDateEdit:focus,
QTimeEdit:focus, QDateTimeEdit:focus, QComboBox:focus { border: 2px solid @accent; }
QPlainTextEdit, QTextEdit, QTextBrowser { padding: @s; }
QPlainTextEdit[bare="true"], QTextBrowser[bare="true"] { border: 2px solid transparent; }
QPlainTextEdit[bare="true"]:focus { border: 2px solid transparent; }
QTextBrowser[bare="true"]:focus { border: 2px solid @accent; }
QComboBox::drop-down, QDateEdit::drop-down, QDateTimeEdit::drop-down { border: 0; width: 26px; }
QComboBox::down-arrow, QDateEdit::down-arrow, QDateTimeEdit::down-arrow, QSpinBox::down-arrow {
    image: url(@caret); width: 16px; height: 16px; }
QSpinBox::up-arrow { image: url(@caret_up); width: 16px; height: 16px; }
QSpinBox::up-button, QSpinBox::down-button { border: 0; width: 24px; background: transparent; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @edge; }

QCheckBox, QRadioButton { min-height: 26px; spacing: @s; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid @edge;
    background: @surface; border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QRadioButton::indicator:checked { background: @surface; border: 5px solid @accent; width: 8px; height: 8px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid @accent; border-radius: 4px; }

QListView, QTableView, QTreeView { background: @surface; alternate-background-color: @surface; border: 1px solid @line;
    border-radius: @radius; outline: 0; selection-background-color: @chosen; selection-color: @text; }
QListView:focus, QTableView:focus { border: 1px solid @accent; }
QListView[bare="true"], QListView[bare="true"]:focus { border: 0; background: transparent; }
QListView::item { padding: @xs @s; border-radius: 6px; }
QListView::item:hover { background: @hover; }
QListView::item:selected { background: @chosen; color: @text; }
QTableView { gridline-color: @line; }
QTableView::item { padding: @xs @s; }
QTableView::item:selected { background: @chosen; color: @text; }
QHeaderView::section { background: @surface; color: @quiet; border: 0; border-bottom: 1px solid @line;
    padding: @xs @s; min-height: 26px; }

QScrollArea { border: 0; background: transparent; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: @edge; border-radius: 4px; min-height: 32px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: @edge; border-radius: 4px; min-width: 32px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabBar::tab { background: transparent; color: @quiet; padding: @s @m; border: 0;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:focus { color: @accent; }
QTabWidget::pane { border: 0; }

QProgressBar { background: @line; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QMenu { background: @surface; border: 1px solid @edge; padding: @xs; }
QMenu::item { padding: 6px @l; border-radius: 4px; }
QMenu::item:selected { background: @chosen; color: @text; }
QMenu::item:disabled { color: @edge; }
QMenu::separator { height: 1px; background: @line; margin: @xs @s; }
QMenuBar { background: @side; }
QMenuBar::item { padding: @xs @s; background: transparent; }
QMenuBar::item:selected { background: @chosen; border-radius: 4px; }
QSplitter::handle { background: @line; }

#side { background: @side; border-right: 1px solid @line; }
#side QToolButton { text-align: left; padding: 0 @s; min-height: 34px; }
#card { background: @surface; border: 1px solid @line; border-radius: @radius; }
#strip { background: @attention_ground; }
#strip QLabel { color: @attention; }
#notice[tone="plain"] { background: @surface; border: 1px solid @line; border-radius: @radius; }
#notice[tone="good"] { background: @good_ground; border: 1px solid @good; border-radius: @radius; }
#notice[tone="attention"] { background: @attention_ground; border: 1px solid @attention; border-radius: @radius; }
#notice[tone="alarm"] { background: @alarm_ground; border: 1px solid @alarm; border-radius: @radius; }
#foot { background: @ground; border-top: 1px solid @line; }
#veil { background: @ground; }
"""
