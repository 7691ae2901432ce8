"""Making a vault and unlocking one: where folder, database and log meet."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row

from notes import __version__
from notes.access_log import chain
from notes.errors import Altered, BadValue, Corrupt, NotesError, UsageError
from notes.practice import anchoring, carried, checked, door, recovery, whereabouts
from notes.practice.operations import Standing, Work
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings, here, iso
from notes.store import schema
from notes.store.engine import check_length, diagnose, open_engine
from notes.store.faults import FAULTS
from notes.store.ids import Ids
from notes.store.models import Draft, Setting
from notes.vault import attempts, keys, passphrase, recovery_key, slots, synced_folders
from notes.vault import vault as vaults
from notes.vault.files import machine_error, sync_folder
from notes.vault.header import Header
from notes.vault.slots import Argon2Cost, Secret
from notes.vault.vault import OpenVault

TAIL = 50
"""Lines of the log checked at every unlock; the whole log is checked by ``verify``."""

PRACTITIONER = "practitioner"
RECOVERY = "recovery key"


@dataclass(frozen=True)
class Created:
    """A new vault. `recovery_key` is shown once and kept nowhere; the caller wipes it."""

    vault_id: str
    recovery_key: bytearray = field(repr=False)


def create(
    folder: Path,
    typed: bytearray,
    name: str,
    *,
    key_file: bytes | None = None,
    cost: Argon2Cost = slots.DEFAULT,
    surroundings: Surroundings | None = None,
    face: str = "program",
) -> Created:
    """A new vault for the practice `name`, opened by the passphrase `typed` and by a recovery key made here.

    The folder appears whole or not at all. Raises WeakPassphrase, UsageError, BadValue, DiskFull, NotWritable.
    """
    surroundings = surroundings or here()
    must_be_a_name(name)
    prepared = passphrase.prepare(typed)
    printed = recovery_key.generate(surroundings.random_bytes)
    folder = folder.absolute() if folder.name else folder.resolve()
    building = folder.with_name(f".{folder.name}.{surroundings.random_bytes(4).hex()}")
    try:
        passphrase.check(prepared, (name,))
        _must_be_free(folder)
        secrets = [
            (PRACTITIONER, Secret("passphrase", prepared, key_file)),
            (RECOVERY, Secret("recovery", printed)),
        ]
        private, public = attempts.generate(surroundings.random_bytes)
        vault = vaults.create(
            building,
            secrets,
            created=iso(surroundings.now()),
            log_key=public,
            random_bytes=surroundings.random_bytes,
            cost=cost,
        )
        _fill(vault, name, surroundings, face, private, printed)
        (building / "lock").unlink(missing_ok=True)
        if folder.is_dir():
            folder.rmdir()
        building.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise machine_error(error) from None
    finally:
        keys.wipe(prepared)
        shutil.rmtree(building, ignore_errors=True)
    return Created(vault.header.vault, printed)


def unlock(
    folder: Path, secret: Secret, *, face: str = "program", surroundings: Surroundings | None = None
) -> Practice:
    """Open the vault and leave the line that says so.

    Raises what ``vault.unlock`` raises, Corrupt, FormatTooNew, Altered, ChainBroken, RolledBack, DiskFull.
    """
    if face not in chain.FACES:
        raise ValueError("not a face that the log knows")
    around = surroundings or here()

    def refused(header: Header | None, error: NotesError) -> None:
        door.record(folder, header, secret, error, face, around)

    vault = vaults.unlock(folder, secret, refused)
    try:
        try:
            return _start(vault, face, around)
        except OSError as error:
            raise machine_error(error) from None
    except BaseException as error:
        try:
            if isinstance(error, Corrupt):
                error.hint = synced_folders.half_copied(folder) or error.hint
            if isinstance(error, NotesError):
                refused(vault.header, error)
        finally:
            vault.close()
        raise


def connect(vault: OpenVault, database: str = vaults.DATABASE, *, create: bool = False) -> Engine:
    """An engine on the vault's database, under the vault's key, with the schema up to date and checked."""
    key = vault.subkey(keys.DATABASE)
    path = vault.folder / database
    try:
        engine = open_engine(path, key, create=create)
    finally:
        keys.wipe(key)
    try:
        if not create:
            check_length(engine, path)
        schema.bring_up_to_date(engine)
    except FAULTS as error:
        told = diagnose(engine, error)
        engine.dispose()
        raise told from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def must_be_a_name(name: str) -> None:
    """Raises BadValue for what cannot be a practice's name."""
    if not name.strip() or not is_plain(name):
        raise BadValue(
            "A practice needs a name.",
            "The name given is empty, has control characters, or something that is not text.",
            "Use --name.",
        )


def is_plain(name: str) -> bool:
    """Whether a name has neither control characters nor halves of characters, which cannot be kept."""
    return not any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in name)


def _must_be_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "That folder is already in use.",
            "A new vault needs a folder of its own and never writes over anything.",
            "Name a folder that does not exist yet.",
        )


def _fill(
    vault: OpenVault, name: str, surroundings: Surroundings, face: str, private: bytes, printed: bytearray
) -> None:
    """The tables, the practice's settings, the door and the first line."""
    engine = connect(vault, create=True)
    row_key = surroundings.random_bytes(keys.KEY_BYTES)
    start = chain.End(0, chain.genesis(vault.header.vault), b"")
    practice = Practice(engine, _standing(vault, row_key, face, surroundings, start))
    try:
        with practice._begin() as work:
            kept = {"practice_name": name.strip(), "row_key": row_key.hex()}
            kept["header_sequence"] = str(vault.header.sequence)
            work.insert(Setting, [{"name": key, "value": value} for key, value in kept.items()])
            attempts_start = door.prepare(work, private)
            work.begin_epoch(printed)
            work.account("vault.create")
        attempts.begin(vault.folder, vault.header.vault, attempts_start)
        practice._drop_anchor(durable=True)
    except FAULTS as error:
        raise diagnose(engine, error) from None
    finally:
        engine.dispose()
        vault.close()


def _start(vault: OpenVault, face: str, surroundings: Surroundings, apart: bool = False) -> Practice:
    finish_rotation(vault)
    kept = recovery.keep(vault.folder)
    try:
        engine = connect(vault)
    except BaseException:
        recovery.put_back(kept)
        raise
    try:
        with engine.connect() as db:
            last_known, row_key = _settings(db)
            vaults.check_sequence(vault, max(last_known, _header_last_logged(db)))
            vaults.prefer_known(vault, last_known)
            vaults.mend(vault)
            end = chain.end(db, vault.header.vault)
            for _line in chain.walk(db, vault.header.vault, after=max(0, end.seq - TAIL)):
                pass
        practice = Practice(engine, _standing(vault, row_key, face, surroundings, end))
        practice.warnings += vault.warnings
        with engine.connect() as db:
            if alarm := anchoring.check(db, practice._standing):
                practice.warnings.insert(0, alarm)
        news = _enter(practice, apart)
        _remember_header(practice, last_known)
        _close_abandoned_spells(practice)
        practice.warnings += news
        return practice
    except FAULTS as error:
        told = diagnose(engine, error)
        engine.dispose()
        recovery.put_back(kept)
        raise told from None
    except BaseException:
        engine.dispose()
        recovery.put_back(kept)
        raise


def _enter(practice: Practice, apart: bool) -> list[str]:
    """The lines of what was tried while the vault was locked, and of this unlocking. Gives what is to be said once.

    A vault that stands `apart`, a copy out of a backup, has no record of attempts yet: it begins here.
    """
    vault = practice._standing.vault
    with practice._begin() as work:
        start, told = door.start_anew(work) if apart else door.take_in(work)
        read, places = ("", []) if apart else carried.take_in(work)
        news = whereabouts.news(work, whereabouts.of_vault(vault.folder))
        practice.place = whereabouts.kept(work)
        practice.checked = checked.last(work)
        work.counts["header"] = vault.header.sequence
        work.account("vault.unlock")
    practice.warnings[:0] = [said for said in (told, read) if said]
    carried.forget(places)
    attempts.begin(vault.folder, vault.header.vault, start)
    return news


def _settings(db: Connection) -> tuple[int, bytes]:
    """The newest header number the database knows, and the key of the row digests. Raises Altered."""
    found = {row.name: row.value for row in db.exec_driver_sql("SELECT name, value FROM settings")}
    try:
        last_known, row_key = int(found["header_sequence"]), bytes.fromhex(found["row_key"])
    except (KeyError, ValueError, TypeError):
        last_known, row_key = 0, b""
    if not last_known or len(row_key) != keys.KEY_BYTES:
        raise Altered(
            "The vault's own settings have been changed.",
            "The header's number or the key of the row digests is missing or makes no sense.",
            "Other software has changed this vault. Restore it from a backup.",
        )
    return last_known, row_key


def _header_last_logged(db: Connection) -> int:
    """The header's number at the last unlocking, as the log has it; the settings alone could be an older page.

    The search goes back from the end of the log and stops there.
    """
    query = "SELECT json_extract(record, '$.counts.header') FROM access_log WHERE event = 'vault.unlock'"
    found = db.exec_driver_sql(query + " ORDER BY seq DESC LIMIT 1").scalar()
    return found if isinstance(found, int) else 0


def _standing(vault: OpenVault, row_key: bytes, face: str, surroundings: Surroundings, end: chain.End) -> Standing:
    return Standing(
        vault=vault,
        unlock=surroundings.random_bytes(4).hex(),
        face=face,
        program=__version__,
        row_key=row_key,
        surroundings=surroundings,
        ids=Ids(surroundings.random_bytes),
        end=end,
    )


def _remember_header(practice: Practice, last_known: int) -> None:
    """A line where the header was mended, or was changed without this vault's log knowing."""
    vault = practice._standing.vault
    sequence = vault.header.sequence
    if not vault.warnings and sequence == last_known:
        return
    if sequence != last_known:
        practice.warnings.append(
            "Who can open this vault was changed, and the program ended before it was noted. Of several recovery "
            "sheets the newest counts. If you changed nothing, somebody else did: notes key list"
        )
    with practice._begin() as work:
        set_setting(work, "header_sequence", str(sequence))
        work.reason = "mended" if vault.warnings else "changed without a line"
        work.counts = {"header": sequence}
        work.account("vault.mend")


def _close_abandoned_spells(practice: Practice) -> None:
    """Spells of editing that a crash left open end now; their text is kept as it was last saved."""
    with practice._begin() as work:
        door.settle(work)
        if practice._standing.rollback:
            return  # for reading only
        for draft in work.sql("SELECT * FROM drafts WHERE spell IS NOT NULL").all():
            opened = (  # from the end of the log, where it was opened before the crash
                "SELECT 1 FROM access_log WHERE event = 'note.edit' "
                "AND json_extract(record, '$.counts.spell') = :spell ORDER BY seq DESC LIMIT 1"
            )
            if not work.sql(opened, spell=draft.spell).first():
                continue  # no line opened this spell: verification will name the draft
            work.standing.spells.add(draft.spell)  # its text may have moved on since its last line
            work.update(Draft, draft, spell=None)
            work.standing.spells.discard(draft.spell)
            work.about(work.sql("SELECT client_id FROM notes WHERE id = :id", id=draft.note_id).scalar(), draft.note_id)
            work.counts = {"saves": draft.saves}
            work.reason = "interrupted"
            work.account("note.close")
            practice.warnings.append(
                "A note was being edited when the program last ended. Its text as last saved is in the drafts: "
                "notes note list --unfinished"
            )


def setting(work: Work, name: str) -> Row[Any]:
    """A setting's row."""
    row = work.one(Setting, name=name)
    assert row is not None  # made with the vault
    return row


def set_setting(work: Work, name: str, value: str) -> None:
    """Change a setting."""
    work.update(Setting, setting(work, name), value=value)


def finish_rotation(vault: OpenVault) -> None:
    """Put in place the database that an interrupted rotation had finished, or remove one that is left over.

    The one in place counts as long as the key opens it. Where the key opens neither, both stay as they are, and
    ``connect`` says what is wrong. Raises NotWritable.
    """
    waiting = vault.folder / vaults.NEXT_DATABASE
    journal = waiting.with_name(waiting.name + "-journal")
    try:
        if not waiting.exists():
            journal.unlink(missing_ok=True)  # a power cut can leave it alone
            return
        if _opens(vault, vaults.DATABASE):
            waiting.unlink()
            journal.unlink(missing_ok=True)
        elif _opens(vault, vaults.NEXT_DATABASE):
            recovery.forget(vault.folder)  # they are under the old key, and the new database was verified whole
            waiting.replace(vault.folder / vaults.DATABASE)
        sync_folder(vault.folder)
    except OSError as error:
        raise machine_error(error) from None


def _opens(vault: OpenVault, database: str) -> bool:
    key = vault.subkey(keys.DATABASE)
    try:
        open_engine(vault.folder / database, key).dispose()
    except Corrupt:
        return False
    finally:
        keys.wipe(key)
    return True
