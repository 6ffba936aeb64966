"""Training recipes that come with the package, one TOML file each; ``gifnet train --recipe NAME``.

Their paths are relative to the folder that is given with ``--data``.
"""
