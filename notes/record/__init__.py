"""The record: clients, sessions, notes and what finds them again.

``progress_notes`` writes and signs, ``reading`` opens and compares, ``search`` finds, ``templates`` give a note its
shape, ``values`` checks what people type in.
"""
