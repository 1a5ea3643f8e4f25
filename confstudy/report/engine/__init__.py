"""How a notebook is executed: what counts as success, its limits, and kernels that start warm."""
