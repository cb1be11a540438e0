"""subprocess32 was Python 3's subprocess for Python 2."""
from subprocess import *  # noqa: F401,F403
