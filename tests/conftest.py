"""No test writes into the user's own folders: what its robots record, learn and remember goes elsewhere."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

for _variable in ("XDG_STATE_HOME", "XDG_DATA_HOME"):
    _folder = tempfile.mkdtemp(prefix="llmagentos-tests-")
    os.environ[_variable] = _folder
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
