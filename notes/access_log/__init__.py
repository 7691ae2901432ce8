"""Who looked, when, at what: lines that nobody can quietly change.

``events`` is the vocabulary, ``chain`` appends and verifies, ``digests`` pins the rows that a line accounts for,
``export`` writes lines for other programs. The lines hold no names, no note text and no search words.
"""
