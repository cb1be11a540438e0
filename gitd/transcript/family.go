package transcript

import (
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

const (
	maxFullFailures = 5  // of one family; these have their details
	maxNameLines    = 20 // of the names of its other failures
)

// family collects the cases of one test that share a line: the passed cases, and the failures after
// the first few.
type family struct {
	name   string
	cases  int // all cases of the assignment so far
	passed pile
	extra  pile // cases that the assignment does not know
	full   int  // failures that were shown in full
	failed pile // the other failures
	names  []string
}

// pile sums cases that share a line.
type pile struct {
	cases      int
	score, max schema.Points
	wall       time.Duration
	first      *schema.TestResult
}

func (p *pile) add(r *schema.TestResult) {
	p.cases++
	p.score, p.max, p.wall = p.score.Add(r.Score), p.max.Add(r.MaxScore), p.wall+r.Wall
	if p.first == nil {
		p.first = r
	}
}

// isCase reports whether a result is one of several cases of a test.
func isCase(r *schema.TestResult) bool { return r.Test != "" && r.Name != r.Test }

// fold adds a case to its family's line. It returns false if the case has its own lines.
func (f *family) fold(r *schema.TestResult) bool {
	if r.Unpinned {
		f.extra.add(r)
		return true
	}
	f.cases++
	switch {
	case r.Outcome == schema.OutcomePassed:
		f.passed.add(r)
	case f.full < maxFullFailures:
		f.full++
		return false
	default:
		f.failed.add(r)
		f.names = append(f.names, strings.TrimPrefix(OneLine(r.Name), OneLine(f.name)+"/"))
	}
	return true
}

// endFamily returns the lines of the collected cases.
func (t *Transcript) endFamily() []string {
	f := t.family
	t.family = family{}
	out := t.failures(&f)
	switch f.passed.cases {
	case 0:
	case 1:
		out = append(out, t.testLines(f.passed.first)...)
	default:
		out = append(out, t.paint(good, f.line("pass", f.passed, f.countOf(f.passed))))
	}
	switch f.extra.cases {
	case 0:
	case 1:
		out = append(out, t.testLines(f.extra.first)...)
	default:
		out = append(out, TruncateName("extra ", fmt.Sprintf("%s: %d cases", OneLine(f.name), f.extra.cases), Width))
		out = append(out, details("not among the assignment's cases: they earn nothing", 1)...)
	}
	return out
}

// failures returns the lines of failures that have no lines of their own, with their names.
func (t *Transcript) failures(f *family) []string {
	switch f.failed.cases {
	case 0:
		return nil
	case 1:
		return []string{t.testLine(f.failed.first)}
	}
	out := []string{t.paint(bad, f.line("FAIL", f.failed, fmt.Sprintf("%d more", f.failed.cases)))}
	return append(out, nameLines(f.names)...)
}

// line formats one line for several cases. The count is never cut. If the name is too long, its
// beginning is cut.
func (f *family) line(word string, p pile, count string) string {
	head, took := fmt.Sprintf("%s  %-3s  ", word, p.score.String()+"/"+p.max.String()), duration(p.wall)
	count = ": " + count
	return spread(TruncateName(head, OneLine(f.name), Width-Columns(took)-Columns(count)-1)+count, took)
}

// countOf returns how many cases share a line, and the total if the family has other cases.
func (f *family) countOf(p pile) string {
	if p.cases == f.cases {
		return fmt.Sprintf("%d cases", p.cases)
	}
	return fmt.Sprintf("%d of %d cases", p.cases, f.cases)
}

// nameLines formats names, as many on a line as fit.
func nameLines(names []string) []string {
	const width = Width - len(detailIndent)
	var out []string
	line := ""
	for i, name := range names {
		name = TruncateName("", name, width-1)
		if i < len(names)-1 {
			name += ","
		}
		switch {
		case line == "":
			line = name
		case Columns(line)+1+Columns(name) <= width:
			line += " " + name
		default:
			out, line = append(out, detailIndent+line), name
		}
		if len(out) == maxNameLines {
			return append(out, detailIndent+"… more on the page")
		}
	}
	return append(out, detailIndent+line)
}
