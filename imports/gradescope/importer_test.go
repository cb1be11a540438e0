package gradescope_test

import (
	"io/fs"
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
		"pip3 install -r /autograder/source/requirements.txt\n":                                                       "the packages numpy==1.2;",
		"pip install -r other.txt":                              "the packages (other.txt);",
		"apt-get install -y clang valgrind # tools":             "the packages clang;",
		"curl -sL https://deb.example/setup | bash -\nnpm ci\n": `the command "curl -sL https://deb.example/setup | bash -" and the command "npm ci";`,
	} {
		b, err := gradescope.Import(autograder(setup), "A1", gradescope.Options{Points: "10", Timeout: time.Minute})
		if err != nil {
			t.Errorf("%q: %v", setup, err)
			continue
		}
		var notes []string
		for _, n := range b.Notes {
			notes = append(notes, n.Text)
		}
		said := strings.Contains(strings.Join(notes, "\n"), "the server runs it once and keeps the result as an image, because it needs "+want)
		if runs := want != ""; b.Assignment.Tests[0].Setup != runs || said != runs {
			t.Errorf("%q: setup %t, want %q: %q", setup, b.Assignment.Tests[0].Setup, want, notes)
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

// TestJobLimit checks that a job has time for a run, and for the run of the solution if there is one.
func TestJobLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		timeout time.Duration
		sample  fs.FS
		want    time.Duration
	}{
		{10 * time.Minute, nil, assignment.DefaultJobLimit},
		{14 * time.Minute, nil, 16 * time.Minute},
		{time.Hour, nil, 62 * time.Minute},
		{time.Hour, fstest.MapFS{"a.py": {}}, 122 * time.Minute},
		{5 * time.Minute, fstest.MapFS{"a.py": {}}, assignment.DefaultJobLimit},
	} {
		b, err := gradescope.Import(autograder(""), "A1", gradescope.Options{Points: "10", Timeout: c.timeout, Sample: c.sample})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := b.WriteTo(dir, ""); err != nil {
			t.Fatal(err)
		}
		spec, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{})
		if err != nil || spec.JobLimit != c.want || spec.Tests[0].Limits.Wall != c.timeout {
			t.Errorf("timeout %s: the job has %s, want %s; %v", c.timeout, spec.JobLimit, c.want, err)
		}
	}
}
