"""`python -m lookbook`, the same as the console script."""

import sys

from lookbook.cli import main

if __name__ == "__main__":
    sys.exit(main())
