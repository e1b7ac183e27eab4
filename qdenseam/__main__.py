"""``python -m qdenseam``, the same as the command ``qdenseam``."""

from qdenseam.cli import main

if __name__ == "__main__":
    main()
