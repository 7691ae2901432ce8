"""Long work in a card: what is going on, how far it is, and a button that stops it."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from notes.desktop import parts, theme
from notes.desktop.worker import Job


class LongWork(QWidget):
    """Hidden until `watch` is given a job; hide it with `over`. `tell` is what the job's progress is connected to."""

    def __init__(self, parent: QWidget | None = None, *, cancel: bool = True) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._told = parts.words("", theme.SMALL, tone="quiet")
        self._bar = QProgressBar(textVisible=False)
        self._stop = parts.button("Cancel", self.stop)
        if not cancel:
            self._stop.hide()
        column = parts.stacked(self._told, self._bar, gap=theme.XS)
        row = parts.beside(gap=theme.M)
        row.addLayout(column, 1)
        row.addWidget(self._stop)
        self.setLayout(row)
        self.hide()

    @property
    def at_work(self) -> bool:
        """Whether what it was given has not ended."""
        return self._job is not None

    def watch(self, job: Job, what: str) -> None:
        """Show that this is at work."""
        self._job = job
        self._bar.setMaximum(0)
        self._bar.setAccessibleName(what)
        self._told.setText(f"{what} …")
        self._stop.setEnabled(True)
        self.show()

    def tell(self, what: str, done: int, total: int) -> None:
        """How far it is."""
        self._told.setText(f"{what[0].upper()}{what[1:]} …" if what else "")
        self._bar.setMaximum(max(1, min(total, 10_000)))  # bytes would not fit into what Qt counts in
        self._bar.setValue(int(self._bar.maximum() * done / total) if total else 0)

    def stop(self) -> None:
        """Ask it to end."""
        if self._job is not None:
            self._job.stop()
            self._stop.setEnabled(False)
            self._told.setText("Stopping …")

    def over(self) -> None:
        """It ended."""
        self._job = None
        self.hide()
