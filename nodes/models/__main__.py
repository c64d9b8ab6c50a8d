"""`python -m nodes.models KIND NAME` fetches weights in a process of its own: see fetching.py."""

import sys

from .fetching import main

sys.exit(main(*sys.argv[1:3]))
