"""Long lines in the editor broken between words: on the screen only, the text is not touched."""

from __future__ import annotations

import re

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.screen import Char
from prompt_toolkit.layout.utils import explode_text_fragments


class WordWrap(Processor):
    """Fills a line of the screen with blanks where the next word would be cut in two."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """The line with its filling, and which place in it is which place in the text."""
        given = explode_text_fragments(transformation_input.fragments)
        fillings = filling("".join(text for _, text, *_ in given), transformation_input.width)
        shown: StyleAndTextTuples = []
        places: list[int] = []
        for place, fragment in enumerate(given):
            if place in fillings:
                shown.append(("", " " * fillings[place]))
            places.append(place + sum(blanks for at, blanks in fillings.items() if at <= place))
            shown.append(fragment)
        added = sum(fillings.values())

        def source_to_display(place: int) -> int:
            return places[place] if place < len(places) else place + added

        def display_to_source(column: int) -> int:
            return next((place for place, at in enumerate(places) if at >= column), max(0, column - added))

        return Transformation(shown, source_to_display, display_to_source)


def filling(line: str, width: int) -> dict[int, int]:
    """How many blanks go before which place of the line, so that every word shorter than `width` stays whole."""
    fillings: dict[int, int] = {}
    column = 0
    for run in re.finditer(r"\S+|\s+", line):
        widths = [Char(sign).width for sign in run[0]]
        if not run[0].isspace() and column and column + sum(widths) > width >= sum(widths):
            if column < width:
                fillings[run.start()] = width - column
            column = 0
        for wide in widths:  # as the window itself breaks what is too long
            column = wide if column + wide > width else column + wide
    return fillings
