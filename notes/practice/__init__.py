"""An unlocked vault at work.

``operations`` declares what can be done, ``practice`` runs it with its line in one transaction, ``opening`` creates and
unlocks, ``keyring`` changes who can open the vault, ``verification`` checks everything, ``log`` looks at the access
log, ``references`` finds what people mean by a name or a short reference.
"""
