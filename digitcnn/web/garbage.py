"""Keeps loaded modules out of garbage collection."""

import gc
import sys

_modules = 0
"""How many were loaded when `spare_modules` last looked."""


def spare_modules() -> None:
    """Takes what is in memory out of garbage collection whenever modules were loaded since the last call.

    Streamlit looks for garbage in every object of every library after every rerun, which took 70 % of
    the time of an answer on the Draw page. Libraries leave none.
    """
    global _modules
    loaded, _modules = _modules, len(sys.modules)
    if loaded == _modules:
        return
    if loaded:
        # Among what was spared may be what a visitor has left since.
        gc.unfreeze()
        gc.collect()
    gc.freeze()
