"""What autograders import of gradescope-utils, written anew for grader."""
