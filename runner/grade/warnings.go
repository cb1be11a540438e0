package grade

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// The limits on examining and reporting the data of a tests repository.
const (
	maxLookedAt      = 1 << 20 // bytes of one file
	maxNamedWarnings = 3       // files of one kind
)

// Warnings reports traces of other systems in a tests repository in dir: line ends and byte order
// marks that programs read as input, and files that nobody needs. They are not errors. The lines
// fit a push, and contain the commands that fix the traces.
func Warnings(dir string, spec *assignment.Spec) ([]string, error) {
	files, err := listFiles(dir)
	if err != nil {
		return nil, err
	}
	w := warner{dir: dir, inputs: map[string]bool{}, answers: map[string]bool{}}
	w.note(spec)
	for _, f := range files {
		if !strings.HasPrefix(f.path, ".git/") && !strings.Contains("/"+f.path, "/node_modules/") {
			if err := w.look(f.path); err != nil {
				return nil, err
			}
		}
	}
	return w.warnings(), nil
}

// warner collects findings, by kind.
type warner struct {
	dir             string
	inputs, answers map[string]bool // paths; answers if each byte counts

	traces, lines, exact, marks, wide, scripts []string
	sources                                    []string // faults, in words
}

// note lists the files that programs read, and those that outputs are compared with.
func (w *warner) note(spec *assignment.Spec) {
	for i := range spec.Tests {
		t := &spec.Tests[i]
		strict := t.Compare.Mode == assignment.CompareExact || t.Compare.ExactSpace
		w.inputs[t.Stdin.File] = true
		w.answers[t.Stdout.File] = w.answers[t.Stdout.File] || strict
		for _, c := range t.Cases {
			w.inputs[c.Input] = true
			w.answers[c.Answer] = w.answers[c.Answer] || strict
		}
	}
	delete(w.inputs, "")
	delete(w.answers, "")
}

// look classifies one file.
func (w *warner) look(name string) error {
	if assignment.TraceOf(name) != "" {
		w.traces = append(w.traces, name)
		return nil
	}
	strict, answer := w.answers[name]
	rule, source := textRuleOf(name)
	if !w.inputs[name] && !answer && !source {
		return nil
	}
	content, err := startOf(filepath.Join(w.dir, filepath.FromSlash(name)), maxLookedAt)
	if err != nil {
		return err
	}
	if data := w.inputs[name] || answer; !data {
		if flaw, bad := rule.judge(content); bad && rule.lines {
			w.scripts = append(w.scripts, name)
		} else if bad && flaw.fatal {
			flaw.file = name
			w.sources = append(w.sources, flaw.String())
		}
		return nil
	}
	crlf := bytes.Contains(content, []byte("\r\n"))
	switch {
	case wideEncoding(content) != "":
		w.wide = append(w.wide, name)
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		w.marks = append(w.marks, name)
	case crlf && w.inputs[name]:
		w.lines = append(w.lines, name)
	case crlf && answer && strict:
		w.exact = append(w.exact, name)
	}
	return nil
}

// warnings describes the findings in words.
func (w *warner) warnings() []string {
	var all []string
	add := func(names []string, one, several string, way ...string) {
		if len(names) == 0 {
			return
		}
		if len(names) > 1 {
			one = several
		}
		all = append(all, wrapNote("warning: "+named(names)+" "+one)...)
		for _, command := range way {
			all = append(all, "  "+command)
		}
		if len(way) > 0 {
			all = append(all, "then commit and push")
		}
	}
	const cr = "has CR LF line ends, and programs read the CR. Unless that is meant:"
	const crs = "have CR LF line ends, and programs read the CR. Unless that is meant:"
	add(w.traces, "was left by another system and is not used. To remove it:", "were left by other systems and are not used. To remove them:", removal(w.traces))
	add(w.lines, cr, crs, unixLines(w.lines)...)
	add(w.exact, "has CR LF line ends, and every byte is compared. Unless that is meant:", "have CR LF line ends, and every byte is compared. Unless that is meant:", unixLines(w.exact)...)
	add(w.scripts, "has CR LF line ends, and the CR is part of what is run:", "have CR LF line ends, and the CR is part of what is run:", unixLines(w.scripts)...)
	add(w.marks, "begins with a byte order mark (U+FEFF), and programs read it. Unless that is meant, save it as UTF-8 without BOM, commit and push.",
		"begin with a byte order mark (U+FEFF), and programs read it. Unless that is meant, save them as UTF-8 without BOM, commit and push.")
	add(w.wide, "is UTF-16. Unless that is meant, save it as UTF-8, commit and push.", "are UTF-16. Unless that is meant, save them as UTF-8, commit and push.")
	for _, flaw := range w.sources[:min(len(w.sources), maxNamedWarnings)] {
		all = append(all, wrapNote("warning: "+flaw)...)
	}
	return all
}

// named lists the first names, and the number of further ones.
func named(names []string) string {
	last := fmt.Sprintf("%d more", len(names)-maxNamedWarnings)
	if len(names) <= maxNamedWarnings {
		names, last = names[:len(names)-1], names[len(names)-1]
	} else {
		names = names[:maxNamedWarnings]
	}
	return joinNonEmpty(" and ", strings.Join(names, ", "), last)
}

// removal returns the command that removes files from the repository.
func removal(names []string) string {
	return schema.RemoveCommand(names[:min(len(names), maxNamedWarnings)]...)
}

// unixLines returns the commands that convert files to LF line ends on any system on which they are
// edited.
func unixLines(names []string) []string {
	var commands, patterns []string
	for _, name := range names {
		pattern := "*" + path.Ext(name)
		if pattern == "*" {
			pattern = path.Base(name)
		}
		if !slices.Contains(patterns, pattern) {
			patterns = append(patterns, pattern)
			commands = append(commands, fmt.Sprintf("echo '%s text eol=lf' >>.gitattributes", pattern))
		}
	}
	return append(commands, "git add .gitattributes", "git add --renormalize .")
}

// warn emits the warnings to the author of a push of tests.
func (s *materials) warn() error {
	lines, err := Warnings(s.job.Tests, s.spec)
	if err != nil {
		return fmt.Errorf("tests repository: %w", err)
	}
	for _, line := range lines {
		s.watch.Line(schema.Sanitize(line))
	}
	return nil
}
