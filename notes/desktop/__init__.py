"""The window: what a practitioner lives in. It holds no rules; it runs the same operations as the terminal.

- ``app``        the program: one window on one vault, or the screens before there is one
- ``worker``     the one thread that owns the vault; nothing here touches a vault in any other way
- ``desk``       what every screen is given: run an operation, go somewhere, say something
- ``window``     the lock screen and the open vault in turn; how it locks
- ``house``      what is seen of an open vault: going from screen to screen, saying, asking again
- ``actions``    every command, once: menus, palette, shortcuts and the help sheet read them
- ``theme``      the design system: spacing, type scale, colour roles, light and dark
- ``icons``      the icons
- ``parts``      small widgets that several screens use
- ``words``      times and counts as people say them
- ``frame``      what stands around every screen (also ``strips``); ``lines`` is what is said on top, and its undo;
  ``faults`` is what is said of a fault in the program
- ``idle``       when the vault locks by itself; ``place`` is where one was, ``notices`` what is said after unlocking
- ``identity``   the passphrase asked for again
- ``first_run``  making a vault, step by step (``choose_passphrase``, ``recovery_card``, ``restore_card``,
  ``sample_practice``); ``secret_fields`` are the fields for what opens a vault
- ``older_copy`` what is missing, and the two ways to go on
- ``daily_backup``, ``long_work``  what takes longer, with its progress
- one file for each screen: ``gate`` (lock screen), ``today``, ``clients``, ``client_page``, ``editor``,
  ``search``, ``log_screen``, ``settings_screen``, ``help_screen``
"""
