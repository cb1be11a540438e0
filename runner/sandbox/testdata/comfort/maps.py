# Children look at themselves, as debuggers and sanitizers do.
import os, subprocess

with open("/proc/self/maps") as maps, open("/proc/self/status") as status:
    assert "python" in maps.read() and "Name:" in status.read()
assert os.readlink("/proc/self/exe").startswith("/usr/bin/python3")
for command in "cat /proc/self/status", "ls /proc/self/fd", "(exec ps -o pid,args)":
    subprocess.run(["sh", "-c", command + "; true"], stdout=subprocess.DEVNULL, check=True)
child = os.fork()
if child == 0:
    with open("/proc/self/maps") as maps, open("/proc/thread-self/stat"), open("/proc/%d/cmdline" % os.getpid()):
        os._exit(0 if maps.read() else 1)
assert os.waitpid(child, 0)[1] == 0
print("ok")
