"""The database: SQLCipher under SQLAlchemy.

``engine`` opens it with the connection profile and asserts the profile, ``models`` has every table on one page,
``ids`` makes primary keys and short references, ``schema`` migrates and compares with the golden ``schema.sql``.
"""
