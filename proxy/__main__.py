import sys

from proxy.commands.serve import main

sys.exit(main())
