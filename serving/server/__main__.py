"""`python -m serving.server`."""

import sys

from serving.server.command import main

sys.exit(main())
