# Lists sockets, interfaces and addresses where /proc shows those of its own network namespace.
import glob


def tables(name):
    """The lines of a table, less its head."""
    for path in [f"/proc/self/net/{name}", *glob.glob(f"/proc/self/task/*/net/{name}")]:
        try:
            with open(path) as f:
                yield from list(f)[1:]
        except OSError:
            pass


for line in tables("unix"):
    if "/" in line or "@" in line:
        print("escaped: a unix socket", line)
for line in tables("dev"):
    name = line.split(":")[0].strip()
    if ":" in line and name != "lo":
        print("escaped: an interface", line)
for table in ("tcp", "tcp6", "udp", "route", "arp"):
    for line in tables(table):
        print("escaped:", table, line)
