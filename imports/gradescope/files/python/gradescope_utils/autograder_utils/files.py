"""Looks for files of the submission."""
import os

SUBMISSION_BASE = "/autograder/submission"


def check_submitted_files(paths, base=SUBMISSION_BASE):
    """The paths that are no files below base."""
    return [path for path in paths if not os.path.isfile(os.path.join(base, path))]
