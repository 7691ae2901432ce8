"""The record and its access log."""

import sqlite3  # for complete_statement, which knows where a trigger ends

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE clients (
    id INTEGER NOT NULL PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    pronouns TEXT,
    born TEXT,
    phone TEXT,
    email TEXT,
    emergency_contact TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES clients (id),
    started_at TEXT NOT NULL,
    minutes INTEGER,
    modality TEXT,
    attendance TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX sessions_of_client ON sessions (client_id, started_at);
CREATE INDEX sessions_by_time ON sessions (started_at, attendance);
CREATE TABLE notes (
    id INTEGER NOT NULL PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES clients (id),
    session_id INTEGER REFERENCES sessions (id),
    kind TEXT NOT NULL,
    template TEXT NOT NULL,
    at TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'signed')),
    version INTEGER NOT NULL CHECK ((status = 'draft') = (version = 0)),
    created_at INTEGER NOT NULL,
    fingerprint BLOB UNIQUE,
    place INTEGER NOT NULL UNIQUE
);
CREATE INDEX notes_of_client ON notes (client_id, at);
CREATE INDEX notes_by_time ON notes (at);
CREATE INDEX notes_of_session ON notes (session_id);
CREATE INDEX notes_unsigned ON notes (status) WHERE status = 'draft';
CREATE TABLE drafts (
    note_id INTEGER NOT NULL PRIMARY KEY REFERENCES notes (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('note', 'amendment', 'addendum')),
    reason TEXT,
    text TEXT NOT NULL,
    counter INTEGER NOT NULL,
    saves INTEGER NOT NULL,
    spell INTEGER,
    saved_at INTEGER NOT NULL
);
CREATE TABLE note_versions (
    id INTEGER NOT NULL PRIMARY KEY,
    note_id INTEGER NOT NULL REFERENCES notes (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('original', 'amendment', 'addendum')),
    reason TEXT,
    text TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    signed_by TEXT NOT NULL,
    digest BLOB NOT NULL
);
CREATE UNIQUE INDEX versions_of_note ON note_versions (note_id, number);
CREATE TABLE note_tags (
    note_id INTEGER NOT NULL REFERENCES notes (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (note_id, tag)
) WITHOUT ROWID;
CREATE INDEX notes_of_tag ON note_tags (tag);
CREATE TABLE templates (
    name TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE access_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    head BLOB NOT NULL,
    seal BLOB NOT NULL,
    event TEXT GENERATED ALWAYS AS (json_extract(record, '$.event')) VIRTUAL,
    client TEXT GENERATED ALWAYS AS (json_extract(record, '$.client')) VIRTUAL,
    milestone TEXT GENERATED ALWAYS AS (CASE WHEN json_extract(record, '$.event') IN
        ('backup.make', 'log.receipt', 'log.review', 'vault.attempt', 'vault.verify')
        THEN json_extract(record, '$.event') END) VIRTUAL
);
CREATE TABLE seals (
    epoch INTEGER NOT NULL PRIMARY KEY,
    first INTEGER NOT NULL,
    key BLOB
);
CREATE TABLE door (
    private BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    key BLOB NOT NULL,
    before_number INTEGER,
    before_key BLOB
);
CREATE INDEX log_of_client ON access_log (client) WHERE client IS NOT NULL;
CREATE INDEX log_milestones ON access_log (milestone) WHERE milestone IS NOT NULL;
CREATE VIEW note_text (place, text) AS
    SELECT n.place, CASE n.status WHEN 'draft' THEN d.text ELSE v.text END
    FROM notes n
    LEFT JOIN drafts d ON d.note_id = n.id
    LEFT JOIN note_versions v ON v.note_id = n.id AND v.number = n.version;
CREATE VIRTUAL TABLE note_index USING fts5 (
    text, content='note_text', content_rowid='place', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
);
INSERT INTO note_index (note_index, rank) VALUES ('pgsz', 3970);
INSERT INTO note_index (note_index, rank) VALUES ('hashsize', 1048576);
CREATE TRIGGER version_is_final_update BEFORE UPDATE ON note_versions
    BEGIN SELECT RAISE(ABORT, 'a signed version never changes'); END;
CREATE TRIGGER version_is_final_delete BEFORE DELETE ON note_versions
    BEGIN SELECT RAISE(ABORT, 'a signed version never changes'); END;
CREATE TRIGGER version_follows_the_last BEFORE INSERT ON note_versions
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM note_versions WHERE note_id = NEW.note_id)
        OR EXISTS (SELECT 1 FROM note_versions WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a signed version never changes'); END;
CREATE TRIGGER signed_note_stays BEFORE DELETE ON notes WHEN OLD.status = 'signed'
    BEGIN SELECT RAISE(ABORT, 'a signed note is never deleted'); END;
CREATE TRIGGER signed_note_is_fixed BEFORE UPDATE ON notes
    WHEN OLD.status = 'signed' AND (
        NEW.id IS NOT OLD.id OR NEW.ref IS NOT OLD.ref OR NEW.client_id IS NOT OLD.client_id
        OR NEW.session_id IS NOT OLD.session_id OR NEW.kind IS NOT OLD.kind OR NEW.template IS NOT OLD.template
        OR NEW.at IS NOT OLD.at OR NEW.status IS NOT OLD.status OR NEW.created_at IS NOT OLD.created_at
        OR NEW.fingerprint IS NOT OLD.fingerprint OR NEW.version IS NOT OLD.version + 1)
    BEGIN SELECT RAISE(ABORT, 'a signed note changes only by a new version'); END;
CREATE TRIGGER note_is_not_replaced BEFORE INSERT ON notes
    WHEN EXISTS (SELECT 1 FROM notes WHERE id = NEW.id OR ref = NEW.ref OR fingerprint = NEW.fingerprint
        OR place = NEW.place)
    BEGIN SELECT RAISE(ABORT, 'a note is never replaced'); END;
CREATE TRIGGER note_keeps_its_keys BEFORE UPDATE ON notes
    WHEN NEW.id IS NOT OLD.id OR NEW.ref IS NOT OLD.ref OR NEW.fingerprint IS NOT OLD.fingerprint
        OR NEW.place IS NOT OLD.place
    BEGIN SELECT RAISE(ABORT, 'a note is never replaced'); END;
CREATE TRIGGER session_of_signed_note_stays BEFORE UPDATE ON sessions
    WHEN NEW.id IS NOT OLD.id OR NEW.client_id IS NOT OLD.client_id
    BEGIN SELECT RAISE(ABORT, 'a session stays with its client'); END;
CREATE TRIGGER log_is_append_only_update BEFORE UPDATE ON access_log
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER log_is_append_only_delete BEFORE DELETE ON access_log
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER log_line_follows_the_last BEFORE INSERT ON access_log
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM access_log)
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
"""


def upgrade() -> None:
    statement = ""
    for line in STATEMENTS.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            op.get_bind().exec_driver_sql(statement.strip().rstrip(";"))
            statement = ""
