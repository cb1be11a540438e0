package otter_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/otter"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func tree(below string, files map[string]string) fstest.MapFS {
	t := fstest.MapFS{}
	for name, text := range files {
		t[below+name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return t
}

// generated returns what `otter generate` packs.
func generated() map[string]string {
	return map[string]string{
		"tests/q1.py": "test = {}", "tests/__init__.py": "", "files/data.csv": "1", "otter_config.json": `{"seed": 42, "assignment_name": "hw1", "pdf": false}`,
		"run_autograder": "#!/bin/bash", "run_otter.py": "import otter", "setup.sh": "mamba", "requirements.txt": "numpy==1.26\n# a comment\notter-grader==7.0.0\n",
		"environment.yml": "dependencies:\n  - python=3.12\n  - conda-forge::pandas=2\n  - pip:\n      - -r requirements.txt\n      - scipy>=1\n",
	}
}

func notes(b *imports.Bundle) string {
	var lines []string
	for _, n := range b.Notes {
		lines = append(lines, n.String())
	}
	return strings.Join(lines, "\n")
}

func TestImport(t *testing.T) {
	t.Parallel()
	for name, below := range map[string]string{"a zip": "", "a folder": "hw1/", "of otter assign": "autograder/"} {
		b, err := otter.Import(tree(below, generated()), "hw1", otter.Options{Points: "7.5", Timeout: 20 * time.Minute, Sample: fstest.MapFS{"hw1.py": {}}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := []string{
			"autograder/files/data.csv", "autograder/otter/__init__.py", "autograder/otter/test_files/__init__.py", "autograder/otter_cases.py", "autograder/otter_commands.py", "autograder/otter_config.json", "autograder/otter_ipython.py",
			"autograder/otter_submission.py", "autograder/run_autograder", "autograder/run_otter.py", "autograder/tests/q1.py", "solution/hw1.py",
		}
		if diff := cmp.Diff(want, b.Names()); diff != "" || !b.Executable("autograder/run_autograder") {
			t.Errorf("%s: %s", name, diff)
		}
		dir := t.TempDir()
		if err := b.WriteTo(dir, ""); err != nil {
			t.Fatal(err)
		}
		spec, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{})
		if err != nil || spec.Tests[0].Limits.Wall != 20*time.Minute || spec.JobLimit != 42*time.Minute || spec.Solution == "" {
			t.Errorf("%s: %+v, %v", name, spec, err)
		}
		for _, want := range []string{
			"not carried over: requirements.txt: the runner image must have the Python packages numpy",
			"not carried over: environment.yml: the runner image must have the Python packages pandas, scipy",
			"note: otter_config.json: Students read the results of public cases at once, and their points after publishing.",
		} {
			if !strings.Contains(notes(b)+"\n", want) {
				t.Errorf("%s: the notes are\n%s\nwant %s", name, notes(b), want)
			}
		}
		if got := notes(b); strings.Contains(got, "assignment_name") || strings.Contains(got, "pdf") || strings.Contains(got, "otter-grader==") {
			t.Errorf("%s: the notes are\n%s", name, got)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config string
		points imports.Number
		want   imports.Number
		err    string
		note   string
	}{
		"points of the configuration": {`{"points_possible": 12}`, "", "12", "", ""},
		"own points":                  {`{"points_possible": 12}`, "3", "3", "", ""},
		"no points":                   {`{}`, "", "", "say what all test files are worth together, as in --points 20: otter_config.json has no points_possible", ""},
		"points that are not":         {`{}`, "many", "", "say what all test files are worth together, as in --points 20: otter_config.json has no points_possible", ""},
		"R":                           {`{"lang": "r"}`, "3", "", `otter_config.json: only tests in Python are imported, and its lang is "r"`, ""},
		"a list":                      {`[]`, "3", "", "otter_config.json is not a JSON object: json: cannot unmarshal array into Go value of type imports.Loose", ""},
		"a log":                       {`{"grade_from_log": true, "plugins": ["a.B"]}`, "3", "3", "", "not carried over: otter_config.json: plugins does nothing here"},
		"defaults":                    {`{"plugins": [], "token": "", "pdf": false, "extra": {}, "course_id": null}`, "3", "3", "", ""},
		"a token":                     {`{"token": "x"}`, "3", "3", "", "not carried over: otter_config.json: token does nothing here"},
	} {
		files := generated()
		files["otter_config.json"] = c.config
		b, err := otter.Import(tree("", files), "hw1", otter.Options{Points: c.points, Timeout: time.Minute})
		if c.err != "" {
			if schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != c.err {
				t.Errorf("%s: %v, want %s", name, err, c.err)
			}
			continue
		}
		if name == "defaults" && strings.Contains(notes(b), "does nothing") {
			t.Errorf("%s: the notes are\n%s", name, notes(b))
		}
		if err != nil || b.Assignment.Tests[0].Points != c.want || !strings.Contains(notes(b), c.note) {
			t.Errorf("%s: %v, %+v", name, err, b)
		}
	}
	if _, err := otter.Import(tree("", map[string]string{"run_autograder": ""}), "x", otter.Options{Points: "1"}); schema.CodeOf(err) != schema.CodeInvalid || !strings.HasPrefix(schema.MessageOf(err), "this is not an autograder of otter-grader") {
		t.Errorf("%v", err)
	}
}

// TestTitle checks that an assignment is named as at otter, and not after the archive of a day.
func TestTitle(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct{ config, title string }{
		"hw1":                       {`{"assignment_name": "hw1"}`, ""},
		"Homework 1":                {`{"assignment_name": "hw1"}`, "Homework 1"},
		"hw1-autograder_2026_09_01": {`{"assignment_name": ""}`, ""},
	} {
		files := generated()
		files["otter_config.json"] = c.config
		b, err := otter.Import(tree("", files), "hw1-autograder_2026_09_01", otter.Options{Title: c.title, Points: "1", Timeout: time.Minute})
		if err != nil || b.Assignment.Title != want {
			t.Errorf("%v, %+v, want %s", err, b.Assignment, want)
		}
	}
}
