package gradescope_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/grader/grader/imports/gradescope"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func autograder(setup string) fstest.MapFS {
	return fstest.MapFS{
		"setup.sh": {Data: []byte(setup)}, "run_autograder": {Data: []byte("#!/bin/sh\r\necho\r\n")},
		"requirements.txt": {Data: []byte("gradescope-utils>=0.3.1\n# comment\nnumpy==1.2\n")}, "tests/test_a.py": {},
	}
}

func TestSetups(t *testing.T) {
	t.Parallel()
	for setup, want := range map[string]string{
		"#!/usr/bin/env bash\r\n\r\napt-get install -y python python-pip python-dev\r\npip install --upgrade pip\r\n": "",
		"apt-get update && apt-get -y install openjdk-17-jdk \\\n  build-essential\n":                                 "",
		"pip3 install -r /autograder/source/requirements.txt\n":                                                       "setup.sh needs the packages numpy==1.2; put them into the runner image of a flavour, and import with --image-has-it",
		"pip install -r other.txt":                              `setup.sh needs the packages (other.txt); put`,
		"apt-get install -y clang valgrind # tools":             `setup.sh needs the packages clang; put`,
		"curl -sL https://deb.example/setup | bash -\nnpm ci\n": `setup.sh needs the command "curl -sL https://deb.example/setup | bash -" and the command "npm ci"; put`,
	} {
		_, err := gradescope.Import(autograder(setup), "A1", gradescope.Options{Points: "10", Timeout: time.Minute})
		got := ""
		if err != nil {
			got = schema.MessageOf(err)
		}
		if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", setup, got, want)
		}
	}
	b, err := gradescope.Import(autograder("npm ci\n"), "A1", gradescope.Options{Points: "10", Timeout: time.Minute, Force: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := b.WriteTo(dir, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{}); err != nil {
		t.Error(err)
	}
}

func TestNoAutograder(t *testing.T) {
	t.Parallel()
	for want, files := range map[string]fstest.MapFS{
		"this is not an autograder of Gradescope: run_autograder is missing at its top":              {"setup.sh": {}},
		"run_autograder does not begin with #!; write the program that runs it, such as #!/bin/bash": {"run_autograder": {Data: []byte("echo\n")}},
		"this is not an autograder of Gradescope: run_autograder is missing at its top\x00":          {"a/run_autograder": {}, "b/run_autograder": {}},
	} {
		_, err := gradescope.Import(files, "A1", gradescope.Options{Points: "10", Timeout: time.Minute})
		if schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != strings.TrimSuffix(want, "\x00") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
