package assignment

import (
	"fmt"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// Filename is the name of the file at the root of every tests repository.
const Filename = "assignment.yaml"

// Parse decodes assignment.yaml strictly and checks everything that needs no other
// file. The error is *Invalid.
func Parse(source []byte, c Context) (*Spec, error) {
	r := read(source, c)
	if err := invalid(explained(Filename, source, r.problems)); err != nil {
		return nil, err
	}
	return &r.spec, nil
}

// Load does the work of Parse and the checks that need other files: it resolves globs, pairs and
// reads cases, and checks that files exist. The error is *Invalid or an error of files.
func Load(files Files, c Context) (*Spec, error) {
	list, err := files.List()
	if err != nil {
		return nil, fmt.Errorf("list tests repository: %w", err)
	}
	l := newLoader(files, list)
	source, problem, err := l.source(Filename, maxSource)
	if err != nil {
		return nil, err
	}
	if problem != nil {
		return nil, invalid([]Problem{*problem})
	}
	r := read(source, c)
	if err := l.load(r); err != nil {
		return nil, err
	}
	if err := invalid(explained(Filename, source, r.problems)); err != nil {
		return nil, err
	}
	return &r.spec, nil
}

// explained returns the problems of a source, or the odd blanks that cause them: those on the line
// of a problem or on an adjacent line.
func explained(file string, source []byte, problems []Problem) []Problem {
	blanks := oddBlanks(file, string(source))
	near := func(p Problem) bool {
		return slices.ContainsFunc(blanks, func(b Problem) bool { return p.File == file && p.Line >= b.Line-1 && p.Line <= b.Line+1 })
	}
	if slices.ContainsFunc(problems, near) {
		return blanks
	}
	return problems
}

// reading holds the state while an assignment.yaml is read: the specification so far, and the nodes
// that it came from.
type reading struct {
	decoder
	context Context
	flavour *schema.Flavour // nil: not checked
	spec    Spec
	root    *object // nil if the file is not YAML
	tests   []*object
	prepare []*object
}

func read(source []byte, c Context) *reading {
	r := &reading{decoder: decoder{file: Filename}, context: c}
	root, problems := readYAML(Filename, source, maxSource)
	r.problems = problems
	if root != nil {
		r.document(root)
	}
	return r
}

func (r *reading) zone() *time.Location {
	if r.context.Zone == nil {
		return time.UTC
	}
	return r.context.Zone
}
