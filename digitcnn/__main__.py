"""`python -m digitcnn`."""

import sys

from digitcnn.cli import main

sys.exit(main())
