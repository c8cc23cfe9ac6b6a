"""`python -m launch`: the command line."""

from launch.cli import main

raise SystemExit(main())
