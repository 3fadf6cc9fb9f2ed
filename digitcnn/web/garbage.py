"""Keeps loaded modules out of garbage collection."""

import gc
import sys

_modules = 0
"""How many were loaded when `spare_modules` last looked."""


def spare_modules() -> None:
    """Takes what is in memory out of garbage collection whenever modules were loaded since the last call.

    A full collection looks at every object of every library, and libraries leave no garbage. Streamlit's
    own after every rerun, which took 70 % of an answer's time on Draw, is off in `.streamlit/config.toml`.
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
