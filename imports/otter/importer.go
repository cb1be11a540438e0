// Package otter turns autograders of otter-grader into tests repositories: the zip file
// that `otter generate` or `otter assign` writes. otter-grader itself, which needs Jupyter, is not run: the programs in
// files read the same test files, run a notebook or a script, and write the same results.
//
// Facts: the sources of ucbds-infra/otter-grader 7.0.0: otter/test_files, otter/execute/preprocessor.py,
// otter/run/run_autograder and its AutograderConfig.
package otter

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

//go:embed all:files
var ours embed.FS

const (
	// autograderDir is the directory of the autograder in the tests repository.
	autograderDir = "autograder/"
	configFile    = "otter_config.json"
	// maxText bounds the files that the import reads, in bytes.
	maxText = 1 << 20
)

// Options are chosen by the caller.
type Options struct {
	Points  imports.Number // what the tests are worth together; "": points_possible of the configuration
	Title   string         // "": assignment_name of the configuration, or the name of the package
	Timeout time.Duration  // time limit of a run
	Sample  fs.FS          // a submission that must score full marks; nil for none
}

// Import reads an autograder. CodeInvalid: it has no Python tests, or nothing says what they are worth.
func Import(fsys fs.FS, name string, o Options) (*imports.Bundle, error) {
	b := &imports.Bundle{}
	fsys, _ = imports.Enter(fsys, configFile, "tests", "autograder")
	if _, err := fs.Stat(fsys, "tests"); err != nil {
		if sub, err := fs.Sub(fsys, "autograder"); err == nil {
			fsys = sub
		}
	}
	config, err := readConfig(b, fsys)
	if err != nil {
		return nil, err
	}
	if o.Points == "" {
		o.Points = imports.Number(config.Text("points_possible"))
	}
	if points, err := schema.ParsePoints(string(o.Points)); err != nil || points.Sign() <= 0 {
		return nil, schema.Errorf(schema.CodeInvalid, "say what all test files are worth together, as in --points 20: %s has no points_possible", configFile)
	}
	if err := copyAutograder(b, fsys); err != nil {
		return nil, err
	}
	if err := b.CopySolution(o.Sample); err != nil {
		return nil, err
	}
	assign(b, cmp.Or(o.Title, config.Text("assignment_name"), name), config, o)
	return b, nil
}

// readConfig reads the configuration, which may be missing, and names the keys that do nothing here.
func readConfig(b *imports.Bundle, fsys fs.FS) (imports.Loose, error) {
	content, err := imports.ReadText(fsys, configFile, maxText)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var config imports.Loose
	if err := json.Unmarshal(content, &config); err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "%s is not a JSON object: %s", configFile, err)
	}
	if lang := config.Text("lang"); lang != "" && lang != "python" {
		return nil, schema.Errorf(schema.CodeInvalid, "%s: only tests in Python are imported, and its lang is %q", configFile, schema.Excerpt(lang, 40))
	}
	read := []string{"score_threshold", "points_possible", "show_stdout", "show_hidden", "show_all_public", "seed", "seed_variable", "force_public_test_summary"}
	idle := []string{"lang", "assignment_name", "autograder_dir", "miniconda_path", "logo", "print_summary", "print_score", "zips", "log_level", "filtering", "pagebreaks", "otter_run", "channel_priority_strict", "exclude_conda_defaults"}
	for _, key := range config.Keys() {
		if v := config[key]; !slices.Contains(read, key) && !slices.Contains(idle, key) && !empty(v) {
			b.Note(imports.Lost, configFile, "%s does nothing here", schema.Excerpt(key, 60))
		}
	}
	return config, nil
}

// empty reports whether a value of the configuration switches nothing on.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// copyAutograder copies the tests, their files and the configuration, and adds the programs that run them.
func copyAutograder(b *imports.Bundle, fsys fs.FS) error {
	files, broken, err := imports.List(fsys, ".")
	if err != nil {
		return err
	}
	for _, name := range broken {
		b.Note(imports.Lost, name, "the link leads out of the package")
	}
	tests := 0
	for _, f := range files {
		switch dir, _, _ := strings.Cut(f.Name, "/"); {
		case path.Dir(f.Name) == "tests" && path.Ext(f.Name) == ".py" && f.Name != "tests/__init__.py":
			tests++
			b.Copy(autograderDir+f.Name, fsys, f.Name, false)
		case dir == "files" || f.Name == configFile:
			b.Copy(autograderDir+f.Name, fsys, f.Name, f.Executable)
		case f.Name == "requirements.txt" || f.Name == "environment.yml":
			if err := notePackages(b, fsys, f.Name); err != nil {
				return err
			}
		case slices.Contains([]string{"run_autograder", "run_otter.py", "setup.sh"}, f.Name):
		default:
			b.Note(imports.Lost, f.Name, "it is not part of an autograder of otter")
		}
	}
	if tests == 0 {
		return schema.Errorf(schema.CodeInvalid, "this is not an autograder of otter-grader: there is no .py file in tests/. Import the zip file that `otter generate` or `otter assign` writes")
	}
	return copyOurs(b)
}

func copyOurs(b *imports.Bundle) error {
	programs, err := fs.Sub(ours, "files")
	if err != nil {
		return fmt.Errorf("programs for otter: %w", err)
	}
	files, _, err := imports.List(programs, ".")
	if err != nil {
		return err
	}
	for _, f := range files {
		b.Copy(autograderDir+f.Name, programs, f.Name, f.Name == "run_autograder")
	}
	return nil
}

// packageName matches the name at the beginning of a requirement of pip or conda.
var packageName = regexp.MustCompile(`^(?:[A-Za-z0-9_-]+::)?([A-Za-z0-9][A-Za-z0-9._-]*)`)

// notePackages names the Python packages that the runner image must have.
func notePackages(b *imports.Bundle, fsys fs.FS, name string) error {
	content, err := imports.ReadText(fsys, name, maxText)
	if err != nil {
		return err
	}
	lines := strings.Split(string(content), "\n")
	if name == "environment.yml" {
		m, err := imports.ParseLoose(name, content)
		if err != nil {
			return err
		}
		lines = nil
		list, _ := m["dependencies"].([]any)
		for _, each := range list {
			lines = append(lines, imports.Text(each))
			lines = append(lines, imports.Loose{"it": each}.Map("it").Words("pip")...)
		}
	}
	ofOtter := []string{"python", "pip", "otter-grader", "jupyter", "jupyter_server", "jupyterlab", "notebook", "ipython", "ipykernel", "nbconvert", "nb_conda_kernels", "r"}
	var wanted []string
	for _, line := range lines {
		if m := packageName.FindStringSubmatch(strings.TrimSpace(line)); m != nil && !slices.Contains(ofOtter, strings.ToLower(m[1])) {
			wanted = append(wanted, m[1])
		}
	}
	if len(wanted) > 0 {
		b.Note(imports.Lost, name, "the runner image must have the Python packages %s", strings.Join(wanted, ", "))
	}
	return nil
}

// assign fills in the assignment, which has one test: the autograder.
func assign(b *imports.Bundle, title string, config imports.Loose, o Options) {
	a := &b.Assignment
	a.Title = title
	a.Tests = []imports.Test{{
		Name: "otter", Gradescope: autograderDir, Points: o.Points,
		Limits: imports.Limits{Time: imports.Duration(o.Timeout), Wall: imports.Duration(o.Timeout)},
	}}
	b.AllowJob(o.Timeout)
	b.Note(imports.Hint, "", "otter runs the student's code in the same process as the tests: a student who tries can read them and write the results. For tests that must not be forged write cases, checkers or drivers")
	b.Note(imports.Changed, "notebooks", "cells are run as Python: commands of IPython and the shell (%%…, !…) are left out, and what they time is run")
	if config["show_hidden"] != true && config["show_all_public"] != true {
		b.Note(imports.Hint, configFile, "Students read the results of public cases at once, and their points after publishing. With show_all_public or show_hidden in %s they see each test file", autograderDir+configFile)
	}
}
