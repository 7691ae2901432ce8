"""The vault on disk: a folder with a header in two copies, a database that only its data key opens, and a lock.

``keys`` derives, ``passphrase`` and ``recovery_key`` are what people hold, ``slots`` wrap the data key for each of
them, ``header`` keeps the slots on disk, ``vault`` creates, unlocks and changes the whole. Knows no therapy.
"""
