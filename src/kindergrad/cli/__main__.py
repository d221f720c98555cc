"""``python -m kindergrad.cli``."""

from kindergrad.cli import main

if __name__ == "__main__":
    main()
