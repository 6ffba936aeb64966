"""``python -m gifnet``: the same as the command ``gifnet``."""

from gifnet.cli import main

if __name__ == "__main__":
    main()
