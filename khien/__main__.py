"""`python -m khien`: the operator's commands."""

import sys

from khien.config.cli import main

sys.exit(main(sys.argv[1:]))
