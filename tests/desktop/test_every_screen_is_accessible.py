"""One walk over every screen: named, reachable by Tab, large enough, legible in light and dark, whole at 200 %."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from notes.desktop import theme
from notes.desktop.desk import Desk
from notes.desktop.first_run import FirstRun
from notes.desktop.palette import Palette
from notes.desktop.screens import SCREENS
from notes.desktop.window import Window
from notes.record import clients, reading
from tests.desktop.conftest import PATIENCE

VISITS: dict[str, tuple[str, Callable[[dict[str, int]], dict[str, Any]]]] = {
    "today": ("today", lambda ids: {}),
    "clients": ("clients", lambda ids: {}),
    "a new client": ("clients", lambda ids: {"new": True}),
    "a client": ("client", lambda ids: {"client": ids["client"]}),
    "who looked": ("client", lambda ids: {"client": ids["client"], "tab": "looked"}),
    "search": ("search", lambda ids: {}),
    "what was found": ("search", lambda ids: {"words": "heron"}),
    "notes that fit a filter": ("search", lambda ids: {"tag": "grief"}),
    "the access log": ("log", lambda ids: {}),
    "keys": ("help", lambda ids: {}),
    "the guide": ("help", lambda ids: {"part": "guide"}),
    "details": ("client", lambda ids: {"client": ids["client"], "tab": "details"}),
    "a draft": ("note", lambda ids: {"note": ids["draft"], "find": "weir"}),
    "a signed note": ("note", lambda ids: {"note": ids["signed"]}),
    "an amendment": ("note", lambda ids: {"note": ids["signed"], "change": "amendment"}),
    "a new note": ("new_note", lambda ids: {"client": ids["client"]}),
    "templates and snippets": ("snippets", lambda ids: {}),
    "settings": ("settings", lambda ids: {"part": "general"}),
    "settings, keys": ("settings", lambda ids: {"part": "keys"}),
    "settings, backups": ("settings", lambda ids: {"part": "backups"}),
    "settings, checks": ("settings", lambda ids: {"part": "checks"}),
    "settings, bringing in": ("settings", lambda ids: {"part": "import"}),
}
"""Every screen, in each of its states: its name in ``SCREENS`` and the place in it, from the ids of the small vault."""


@pytest.fixture
def ids(window: Window, ask: Any) -> dict[str, int]:
    """The client, the signed note and the draft of the small vault."""
    found = {note.status: note.id for note in ask(reading.list_notes)}
    return {"client": ask(clients.open, "Ada Quillfeather").id, **found}


FRAME = 3
"""Pixels at the edge of a button that its frame takes, focused too."""


def locked(qtbot: QtBot, window: Window) -> None:
    window.lock()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)


def choosing(qtbot: QtBot, window: Window) -> FirstRun:
    locked(qtbot, window)
    QTest.mouseClick(window.gate._other_vault, Qt.MouseButton.LeftButton)
    return window.first_run


def naming(qtbot: QtBot, window: Window) -> FirstRun:
    run = choosing(qtbot, window)
    QTest.mouseClick(run._begin, Qt.MouseButton.LeftButton)
    QTest.keyClicks(run._name, "The Weir Practice")
    return run


def choosing_a_passphrase(qtbot: QtBot, window: Window) -> FirstRun:
    run = naming(qtbot, window)
    QTest.mouseClick(run._further, Qt.MouseButton.LeftButton)
    QTest.keyClicks(run._choose.first.line, "the weir practice 1")
    return run


def holding_the_sheet(qtbot: QtBot, window: Window) -> FirstRun:
    run = choosing_a_passphrase(qtbot, window)
    run._created(Path("Weir.vault"), "0" * 32, "0" * 16, bytearray(range(1, 21)))
    return run


def typing_back(qtbot: QtBot, window: Window) -> None:
    run = holding_the_sheet(qtbot, window)
    QTest.mouseClick(run.sheet._next, Qt.MouseButton.LeftButton)
    for line in run.sheet._typed.values():
        QTest.keyClicks(line, "zzzz")


def restoring(qtbot: QtBot, window: Window) -> None:
    locked(qtbot, window)
    window.choose_vault()
    window.first_run.restore()
    window.first_run._restore_page.choose(Path("session-notes-a.tar"), Path("Restored.vault"))


CARDS: dict[str, tuple[str, Callable[[QtBot, Window], Any]]] = {
    "the lock screen": ("Unlock", locked),
    "first run": ("Session Notes", choosing),
    "first run, the practice": ("Step 1 of 3", naming),
    "first run, the passphrase": ("Step 2 of 3", choosing_a_passphrase),
    "first run, the sheet": ("Step 3 of 3", holding_the_sheet),
    "first run, typing back": ("Not as on the sheet", typing_back),
    "restoring": ("Restore a backup", restoring),
    "who is there": ("Your passphrase, once more", lambda _, window: window.desk.confirm_identity("Why.", int)),
    "an older copy": ("For reading only", lambda _, window: window.house._show_older_copy("2 lines are missing.")),
    "the palette": ("Esc closes", lambda _, window: window.desk.action("go.palette").trigger()),
}
"""What stands in the place of a screen: words on it, and what leads there."""


@pytest.fixture(params=[*VISITS, *CARDS])
def screen(request: pytest.FixtureRequest, window: Window, ids: dict[str, int], qtbot: QtBot) -> Window:
    """The window on one screen, with everything asked for there."""
    if request.param in CARDS:
        told, lead = CARDS[request.param]
        settle(qtbot, window)
        lead(qtbot, window)
        settle(qtbot, window)
        qtbot.waitUntil(lambda: told in "\n".join(text.text() for text in texts(window)), timeout=PATIENCE)
        return window
    name, make_place = VISITS[request.param]
    place = make_place(ids)
    window.desk.go(name, **place)
    settle(qtbot, window)
    assert window.house.current is not None
    assert window.house.current.name == name and window.house.current.isVisible()
    there = window.house.current.place()
    assert {key: value for key, value in place.items() if key in there}.items() <= there.items()
    assert [text for text in texts(window) if window.house.current.isAncestorOf(text)]
    return window


def settle(qtbot: QtBot, window: Window) -> None:
    """Wait until nothing is at work any more."""
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    QApplication.processEvents()


def test_no_screen_is_left_out_of_the_walk() -> None:
    assert {name for name, _ in VISITS.values()} == set(SCREENS)


class Flashes(QObject):
    """Notes what shows itself as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Every event of the program passes here."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(describe(watched))
        return False


@pytest.mark.parametrize("name", SCREENS)
def test_no_part_of_a_screen_flashes_up_alone_while_it_is_made(
    qtbot: QtBot, qapp: QApplication, desk: Desk, name: str
) -> None:
    stack, flashes = QStackedWidget(), Flashes()
    qtbot.addWidget(stack)
    stack.show()
    qapp.installEventFilter(flashes)
    SCREENS[name](desk, stack)
    qapp.removeEventFilter(flashes)
    assert flashes.seen == []


def test_the_window_never_grows_for_what_it_shows(screen: Window) -> None:
    assert screen.minimumSizeHint().width() <= 640
    assert screen.minimumSizeHint().height() <= 400


def test_every_control_has_a_name(screen: Window) -> None:
    nameless = [describe(control) for control in controls(screen) if not name_of(control)]
    assert nameless == []


def test_tab_reaches_every_control_and_is_trapped_nowhere(screen: Window) -> None:
    wanted = {control for control in controls(screen) if control.focusPolicy() & Qt.FocusPolicy.TabFocus}
    assert wanted
    screen.activateWindow()
    reached: set[QWidget] = set()
    for _ in range(3 * len(wanted) + 10):
        QTest.keyClick(screen.focusWidget() or screen, Qt.Key.Key_Tab)
        if (now := screen.focusWidget()) is not None:
            reached.add(now)
    assert [describe(control) for control in wanted - reached] == []


def test_every_target_is_large_enough_to_hit(screen: Window) -> None:
    targets = [c for c in controls(screen) if isinstance(c, QAbstractButton | QLineEdit | QComboBox)]
    assert [describe(c) for c in targets if min(c.width(), c.height()) < 24] == []  # WCAG 2.2, 2.5.8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(screen: Window, qtbot: QtBot, scheme: str) -> None:
    theme.apply(QApplication.instance(), scheme)  # type: ignore[arg-type]
    settle(qtbot, screen)
    picture = screen.grab().toImage()
    assert (picture.pixelColor(5, picture.height() - 5).lightnessF() < 0.5) is (scheme == "dark")
    faint = [
        f"{describe(label)} {found:.1f}"
        for label in texts(screen)
        if (found := contrast_seen(picture, screen, label)) < 4.5
    ]
    assert faint == []


@pytest.fixture
def letters_twice_as_large(qapp: QApplication) -> Iterator[None]:
    """As in the settings of somebody who sees badly."""
    usual = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(usual.pointSizeF() * 2)
    qapp.setFont(larger)
    yield
    qapp.setFont(usual)


@pytest.mark.usefixtures("letters_twice_as_large")
def test_nothing_is_cut_off_with_letters_twice_as_large(screen: Window, qtbot: QtBot) -> None:
    screen.resize(1600, 1000)
    settle(qtbot, screen)
    cut = [describe(label) for label in texts(screen) if cut_off(label)]
    outside = [describe(control) for control in controls(screen) if sideways_out(screen, control)]
    assert (cut, outside) == ([], [])


# --- looking at widgets ----------------------------------------------------------------------------------------


def in_front(window: Window) -> QWidget:
    """The window, or the palette that lies over it."""
    return next((palette for palette in window.findChildren(Palette) if palette.isVisible()), window)


def controls(window: Window) -> Iterator[QWidget]:
    """What can be operated and is in sight."""
    for widget in in_front(window).findChildren(QWidget):
        in_use = widget.isVisible() and widget.isEnabled() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        if in_use and widget.focusProxy() is None and not widget.objectName().startswith("qt_"):
            yield widget


def texts(window: Window) -> Iterator[QLabel | QAbstractButton]:
    """Labels and buttons with words on them, in sight."""
    for kind in (QLabel, QAbstractButton):
        for widget in in_front(window).findChildren(kind):
            shown = not widget.visibleRegion().isEmpty()
            if shown and widget.isVisible() and widget.isEnabled() and widget.text().strip():
                yield widget


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def describe(widget: QWidget) -> str:
    """For the message of a test: which widget."""
    text = getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} {widget.objectName() or name_of(widget) or text!r} {widget.size().toTuple()}"


def contrast_seen(picture: QImage, window: Window, widget: QWidget) -> float:
    """The greatest contrast between the commonest colour of the widget, as painted, and any other.

    What lies inside its frame counts, and only where nothing of the widget is scrolled away.
    """
    shown = widget.visibleRegion().boundingRect()
    if shown != widget.rect():
        return 21.0
    inside = shown.adjusted(FRAME, FRAME, -FRAME, -FRAME) if isinstance(widget, QAbstractButton) else shown
    ratio = picture.devicePixelRatio()
    area = QRect(widget.mapTo(window, inside.topLeft()) * ratio, inside.size() * ratio).intersected(picture.rect())
    seen = Counter(
        picture.pixelColor(x, y).name()
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    )
    ground = seen.most_common(1)[0][0]
    return max(theme.contrast(ground, colour) for colour in seen)


def cut_off(widget: QLabel | QAbstractButton) -> bool:
    """Whether its words need more room than it has."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    return widget.sizeHint().width() > widget.width() + 1


def sideways_out(window: Window, widget: QWidget) -> bool:
    """Whether it lies where nobody can scroll to."""
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        if isinstance(parent, QAbstractScrollArea) and not isinstance(parent, QScrollArea):
            return False
        parent = parent.parentWidget()
    right = widget.mapTo(window, QPoint(widget.width(), 0)).x()
    return right > window.width() + 1 or widget.mapTo(window, QPoint(0, 0)).x() < 0
