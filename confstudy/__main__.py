"""``python -m confstudy``."""

from confstudy.cli import main

main()
