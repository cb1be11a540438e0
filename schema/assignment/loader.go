package assignment

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// loader checks an assignment against the files of its repository, which it finds by their normal
// paths.
type loader struct {
	files Files
	index map[string]File
	paths []string // in natural order
}

func newLoader(files Files, list []File) *loader {
	l := &loader{files: files, index: make(map[string]File, len(list))}
	for _, f := range list {
		name := schema.NormalPath(f.Path)
		l.index[name] = f
		l.paths = append(l.paths, name)
	}
	slices.SortFunc(l.paths, NaturalCompare)
	return l
}

// source reads a YAML file. The problem says why the file cannot be read.
func (l *loader) source(name string, longest int) ([]byte, *Problem, error) {
	f, found := l.index[name]
	switch {
	case !found:
		return nil, &Problem{File: name, Message: "is missing; it must be at the root of this repository, as a regular file" + l.misplaced(name)}, nil
	case f.Size > int64(longest):
		return nil, &Problem{File: name, Message: tooLong(name, f.Size, longest)}, nil
	}
	content, err := l.files.Read(f.Path)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	return content, nil, nil
}

// misplaced names a file that was probably meant to be the named one, and says how to move it; ""
// if there is none.
func (l *loader) misplaced(name string) string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	best := ""
	for _, p := range l.paths {
		base := strings.ToLower(path.Base(p))
		switch base {
		case name, stem + ".yml", name + ".txt", stem + ".yml.txt", stem:
		default:
			continue
		}
		if best == "" || strings.Count(p, "/") < strings.Count(best, "/") {
			best = p
		}
	}
	switch dir := path.Dir(best); {
	case best == "":
		return ""
	case dir == ".":
		return fmt.Sprintf("; there is %s: run %s, commit, and push again", quote(best), schema.RenameCommand(best, name))
	case path.Base(best) == name:
		return fmt.Sprintf("; there is %s: move what is in %s to the root (%s), commit, and push again", quote(best), quote(dir), schema.MoveUpCommand(dir))
	default:
		return fmt.Sprintf("; there is %s: run %s, commit, and push again", quote(best), schema.RenameCommand(best, name))
	}
}

// load checks every reference of r to files and resolves its cases.
func (l *loader) load(r *reading) error {
	if r.root == nil {
		return nil
	}
	if r.spec.Handout != "" {
		l.mustExist(r, r.root.get("handout"), "handout", r.spec.Handout)
	}
	l.directories(r)
	l.locked(r)
	for i, o := range r.tests {
		t := &r.spec.Tests[i]
		l.inputs(r, t, o)
		l.autograder(r, t, o)
		l.program(r, o, "checker", t.Checker)
		l.program(r, o, "driver", t.Driver)
		if err := l.cases(r, t, o); err != nil {
			return err
		}
	}
	l.needs(r)
	return nil
}

func (l *loader) mustExist(r *reading, at *node, what, name string) {
	if _, found := l.index[name]; !found {
		r.fail(at, "%s %s is missing from this repository; add the file, or correct the path", what, quote(name))
	}
}

// below returns the files of a directory in natural order. dir must end with a slash.
func (l *loader) below(dir string) []string {
	var paths []string
	for _, p := range l.paths {
		if strings.HasPrefix(p, dir) {
			paths = append(paths, p)
		}
	}
	return paths
}

func (l *loader) matching(glob string) []string {
	var paths []string
	for _, p := range l.paths {
		if matchMeant(glob, p) {
			paths = append(paths, p)
		}
	}
	return paths
}

func (l *loader) directories(r *reading) {
	exists := func(at *node, what, dir string) {
		if dir != "" && len(l.below(dir)) == 0 {
			r.fail(at, "%s %s holds no file in this repository; add it, or correct the path", what, quote(dir))
		}
	}
	exists(r.root.get("starter"), "starter", r.spec.Starter)
	exists(r.root.get("solution"), "solution", r.spec.Solution)
	if n := r.root.get("samples"); n != nil && n.kind == kindList {
		next := 0
		for _, item := range n.items {
			if item.kind == kindMapping {
				exists(item, "sample", r.spec.Samples[next].Dir)
				next++
			}
		}
	}
}

// locked checks that starter/ holds every locked file.
func (l *loader) locked(r *reading) {
	if r.spec.Starter == "" {
		return
	}
	for _, pattern := range r.spec.Files.Locked {
		glob := r.spec.Starter + pattern
		if len(l.matching(glob)) == 0 {
			r.fail(r.fileRule("locked", pattern), "files.locked %s matches no file of %s; correct the pattern", quote(pattern), r.spec.Starter)
		}
	}
}

// fileRule returns the node of one pattern in files.
func (r *reading) fileRule(key, pattern string) *node {
	files := r.root.get("files")
	for _, f := range files.fields {
		if f.key.text != key {
			continue
		}
		for _, item := range f.value.items {
			if schema.NormalPath(item.text) == pattern {
				return item
			}
		}
	}
	return files
}

func (l *loader) inputs(r *reading, t *Test, o *object) {
	if t.Stdin.File != "" {
		l.mustExist(r, o.get("stdin_file"), "stdin_file", t.Stdin.File)
	}
	if t.Stdout.File != "" {
		l.mustExist(r, o.get("stdout_file"), "stdout_file", t.Stdout.File)
	}
}

// autograder checks that the directory of a Gradescope autograder contains run_autograder.
func (l *loader) autograder(r *reading, t *Test, o *object) {
	if t.Gradescope == "" {
		return
	}
	n := o.get("gradescope")
	name := t.Gradescope + "run_autograder"
	if _, found := l.index[name]; !found {
		r.fail(n, "gradescope %s has no run_autograder, the program that runs the autograder; add %s, or correct the path", quote(t.Gradescope), quote(name))
	}
	name = t.Gradescope + "setup.sh"
	if _, found := l.index[name]; t.Setup && !found {
		r.fail(o.get("setup"), "gradescope %s has no setup.sh, but setup: true runs it; add %s, or leave setup out", quote(t.Gradescope), quote(name))
	}
	for _, dir := range []string{r.spec.Starter, r.spec.Solution} {
		if dir != "" && overlap(dir, t.Gradescope) {
			r.fail(n, "gradescope %s and %s lie within each other; move one of them", quote(t.Gradescope), quote(dir))
		}
	}
}

func tooLong(file string, size int64, longest int) string {
	words := fmt.Sprintf("is %d bytes long; %d KiB is the most", size, longest>>10)
	if file != CourseFilename {
		words += ": move long texts into files (stdin_file, stdout_file, cases)"
	}
	return words
}
