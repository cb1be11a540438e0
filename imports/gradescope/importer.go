// Package gradescope reads autograders of Gradescope. It makes tests repositories that run them in their own directory
// layout in the sandbox.
//
// Facts: Gradescope's public specification of autograders.
package gradescope

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// autograderDir is the directory of the autograder in the tests repository.
const autograderDir = "autograder/"

// Options are chosen by the caller.
type Options struct {
	Points  imports.Number // the assignment's points at Gradescope
	Timeout time.Duration  // time limit of a run
	Force   bool           // do not have setup.sh run even if it needs something that a runner image may lack
	Sample  fs.FS          // a submission that must score full marks; nil for none
}

// maxScript bounds setup.sh and run_autograder, in bytes.
const maxScript = 1 << 20

// Import reads an autograder, which is a directory with setup.sh and run_autograder. CodeInvalid: the directory is not
// an autograder. If its setup.sh needs something that a runner image lacks, the server is to run it.
func Import(fsys fs.FS, title string, o Options) (*imports.Bundle, error) {
	b := &imports.Bundle{}
	fsys, found := imports.Enter(fsys, "run_autograder")
	if !found {
		return nil, schema.Errorf(schema.CodeInvalid, "this is not an autograder of Gradescope: run_autograder is missing at its top")
	}
	files, broken, err := imports.List(fsys, ".")
	if err != nil {
		return nil, err
	}
	for _, name := range broken {
		b.Note(imports.Lost, name, "the link leads out of the package")
	}
	setup, ours, err := judgeSetup(b, fsys, o.Force)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := copyFile(b, fsys, f); err != nil {
			return nil, err
		}
	}
	if err := provide(b, ours); err != nil {
		return nil, err
	}
	if err := b.CopySolution(o.Sample); err != nil {
		return nil, err
	}
	assign(b, title, setup, o)
	return b, nil
}

// judgeSetup decides whether the server must run setup.sh, which it must if setup.sh needs something that a runner image
// lacks. Otherwise it returns the packages that our own modules replace.
func judgeSetup(b *imports.Bundle, fsys fs.FS, force bool) (setup bool, ours []string, err error) {
	text, err := imports.ReadText(fsys, "setup.sh", maxScript)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return false, nil, nil
	}
	if err != nil {
		return false, nil, err
	}
	found := needs(string(text), func(name string) []string { return requirements(fsys, name) })
	wants := found.words()
	if len(wants) > 0 && !force {
		b.Note(imports.Changed, "setup.sh", "the server runs it once and keeps the result as an image, because it needs %s; the course's flavour must have the pool docker, or the server autograders: {image: …}", strings.Join(wants, " and "))
		return true, nil, nil
	}
	if len(found.ours) > 0 {
		b.Note(imports.Changed, strings.Join(found.ours, ", "), "modules that come with the import stand for it")
	}
	if len(wants) == 0 {
		b.Note(imports.Changed, "setup.sh", "it is not run: a runner image has what it installs")
	} else {
		b.Note(imports.Lost, "setup.sh", "it is not run; the runner image must have %s", strings.Join(wants, " and "))
	}
	return false, found.ours, nil
}

// requirements returns the lines of a file that pip install -r names. If the file is missing, it returns one line in
// parentheses.
func requirements(fsys fs.FS, name string) []string {
	name = path.Clean(strings.TrimPrefix(strings.TrimPrefix(strings.Trim(name, `'"`), "/autograder/source/"), "/"))
	text, err := imports.ReadText(fsys, name, maxScript)
	if err != nil {
		return []string{"(" + name + ")"}
	}
	return strings.Split(joinLines(string(text)), "\n")
}

func truncate(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

// copyFile copies a file of the autograder. It repairs the line ends of the two scripts.
func copyFile(b *imports.Bundle, fsys fs.FS, f imports.Entry) error {
	if f.Name != "run_autograder" && path.Ext(f.Name) != ".sh" {
		b.Copy(autograderDir+f.Name, fsys, f.Name, f.Executable)
		return nil
	}
	text, err := imports.ReadText(fsys, f.Name, maxScript)
	if err != nil {
		return err
	}
	if f.Name == "run_autograder" && !strings.HasPrefix(string(text), "#!") {
		return schema.Errorf(schema.CodeInvalid, "run_autograder does not begin with #!; write the program that runs it, such as #!/bin/bash")
	}
	b.Write(autograderDir+f.Name, []byte(strings.ReplaceAll(string(text), "\r\n", "\n")), true)
	return nil
}

// assign fills in the assignment, which has one test: the autograder.
func assign(b *imports.Bundle, title string, setup bool, o Options) {
	a := &b.Assignment
	a.Title = title
	a.Tests = []imports.Test{{
		Name: "autograder", Gradescope: autograderDir, Setup: setup, Points: o.Points,
		Limits: imports.Limits{Time: imports.Duration(o.Timeout), Wall: imports.Duration(o.Timeout)},
	}}
	b.AllowJob(o.Timeout)
	b.Note(imports.Hint, "", "such an autograder runs the student's code beside its own: a student who tries can read its files and write its results. For tests that must not be forged write cases, checkers or drivers")
	if !setup {
		b.Note(imports.Changed, "/autograder", "the layout is in the step's working directory, and the path is replaced in the autograder's text files where it begins a path")
	}
	b.Note(imports.Changed, "submission_metadata.json", "it names students by their logins alone, and lists no earlier submissions")
}
