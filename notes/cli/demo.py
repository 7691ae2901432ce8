"""``notes demo``."""

import typer


def demo(context: typer.Context) -> None:
    """The tour."""
