import sys

from media.malloc import bound_arenas

# First of all: numpy and libvips start threads when they are imported.
bound_arenas()

from proxy.commands.serve import main  # noqa: E402

sys.exit(main())
