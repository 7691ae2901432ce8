"""``python -m notes``: the terminal face."""

from notes.cli.main import main

if __name__ == "__main__":
    main()
