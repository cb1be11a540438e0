"""Runs make, and ends it at the lab's time limit. Prints why make did not end itself."""
import json
import os
import signal
import subprocess
import sys

work, printed = sys.argv[1:]
with open("source/lab.json", encoding="utf-8") as file:
    seconds = json.load(file)["seconds"]
with open(printed, "wb") as output:
    try:
        make = subprocess.Popen(["make"], cwd=work, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        print(f"make cannot be run: {error.strerror}")
        sys.exit()
    try:
        make.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(make.pid, signal.SIGKILL)
        make.wait()
        print(f"the lab was ended after {seconds} s, its time limit")
