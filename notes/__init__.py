"""Session Notes: an encrypted record of therapy sessions, with an access log nobody can quietly change.

The house, top storey first; imports point downwards only (``tests/house`` enforces it):

- ``cli``          the terminal face: one file per group of commands, no rules
- ``desktop``      the window face: one file per screen, no rules
- ``sample``       an invented practice, for the demo
- ``exchange``     in and out: importing, the recovery sheet, the report of a drill
- ``record``       clients, sessions, notes, templates, tags, search
- ``practice``     an unlocked vault at work: runs operations, each with its log line, in one transaction
- ``access_log``   the vocabulary of events, the chain, row digests
- ``store``        SQLCipher under SQLAlchemy: the connection, every table, migrations, the backup file
- ``vault``        keys, slots, header: the locked folder on disk
- ``errors``       what can go wrong, in words a person can act on
"""

__version__ = "0.1.0"
