"""Puts what was handed in into the lab's directory, under the name that the lab expects."""
import json
import os
import shutil
import sys
import tarfile
import zipfile

submission, work = sys.argv[1:]
with open("source/lab.json", encoding="utf-8") as file:
    lab = json.load(file)
name, archive_format = lab["handin"], lab.get("archive")
target = os.path.join(work, name)
pushed = os.path.join(submission, name)
if os.path.isfile(pushed):
    shutil.copy(pushed, target)
elif archive_format == "zip":
    with zipfile.ZipFile(target, "w") as archive:
        for directory, _, names in sorted(os.walk(submission)):
            for each in sorted(names):
                path = os.path.join(directory, each)
                archive.write(path, os.path.relpath(path, submission))
elif archive_format:
    with tarfile.open(target, {"tar": "w", "tgz": "w:gz"}[archive_format]) as archive:
        for each in sorted(os.listdir(submission)):
            archive.add(os.path.join(submission, each), each)
