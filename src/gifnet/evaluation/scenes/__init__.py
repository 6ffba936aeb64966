"""Which pictures belong together: folders, and the layouts of public data sets."""
