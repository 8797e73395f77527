"""A child that never ends: it writes its number to the file that it is told and sleeps."""

import os
import sys
import time
from pathlib import Path

Path(sys.argv[1]).write_text(str(os.getpid()), encoding="ascii")
print("about to hang", flush=True)
time.sleep(600)
