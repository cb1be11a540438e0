package grade

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Caps on what a report may hold. A report that exceeds one is read up to it.
const (
	maxReportBytes = 8 << 20
	maxReportFiles = 1000
	maxReportCases = 10_000
	maxReportDepth = 64
	maxCaseName    = 300       // bytes
	maxCaseText    = 16 << 10  // bytes of one case's message and output together
	maxReportText  = 4 << 20   // bytes of all cases' text
	maxCaseWall    = time.Hour // what a report may claim that a case took
)

// reportCase is what a framework says about one case. Everything in it was written
// by a process that also runs the student's code.
type reportCase struct {
	name    string
	verdict verdict
	message string
	output  string
	wall    time.Duration
}

// verdict is a framework's word on a case.
type verdict string

// The verdicts.
const (
	verdictPassed  verdict = "passed"
	verdictFailed  verdict = "failed"
	verdictSkipped verdict = "skipped"
)

// errReportCap says that a report is larger than it may be; what came before is kept.
var errReportCap = errors.New("the report is too large; the rest of it was not read")

// caseList collects the cases of one test's reports within the caps.
type caseList struct {
	cases []reportCase
	text  int // bytes of text so far

	stated    bool // a document states how many cases it holds
	misstated bool // and that is not true
}

// add appends a case; the error is errReportCap.
func (l *caseList) add(c reportCase) error {
	if len(l.cases) >= maxReportCases {
		return errReportCap
	}
	c.name = cleanCaseName(c.name)
	c.message = clip(c.message, min(maxCaseText/2, maxReportText-l.text))
	l.text += len(c.message)
	c.output = clip(c.output, min(maxCaseText-len(c.message), maxReportText-l.text))
	l.text += len(c.output)
	c.wall = min(max(c.wall, 0), maxCaseWall)
	l.cases = append(l.cases, c)
	return nil
}

// cleanCaseName makes a case's name one short printable line. A name that is too long keeps
// its end, where parametrised cases differ.
func cleanCaseName(name string) string {
	name = strings.Join(strings.Fields(schema.Sanitize(name)), " ")
	if len(name) > maxCaseName {
		name = "…" + strings.ToValidUTF8(name[len(name)-maxCaseName:], "")
	}
	if name == "" {
		return "unnamed"
	}
	return name
}

// reportReader reads one document of a format into the list. An error describes
// what is wrong with the document; cases read before it stay in the list.
type reportReader func(document []byte, l *caseList) error

// reportSource says where the reports of a format are and how to read them.
type reportSource struct {
	read     reportReader
	suffixes []string // of files below $REPORTS; none: standard output
}

// sourceOf returns how reports of a format are read. SARIF is not a list of cases and
// has its own reader.
func sourceOf(f assignment.ReportFormat) (reportSource, error) {
	switch f {
	case assignment.ReportJUnit:
		return reportSource{readJUnit, []string{".xml"}}, nil
	case assignment.ReportCTest:
		return reportSource{readCTest, []string{".xml"}}, nil
	case assignment.ReportTAP:
		return reportSource{read: readTAP}, nil
	case assignment.ReportUnity:
		return reportSource{read: readUnity}, nil
	case assignment.ReportGoTest:
		return reportSource{read: readGoTest}, nil
	}
	return reportSource{}, fmt.Errorf("report format %q has no cases", f)
}

// takes reports whether a file below $REPORTS is one of the format's.
func (s reportSource) takes(path string) bool {
	for _, suffix := range s.suffixes {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return false
}

// colourPattern matches terminal escape sequences, which frameworks print between
// their markers.
var colourPattern = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// plainLines calls use for every line of a report that came over standard output,
// without colours and without the carriage return at its end, until it returns an error.
func plainLines(document []byte, use func(line string) error) error {
	for line := range strings.Lines(string(colourPattern.ReplaceAll(document, nil))) {
		if err := use(strings.TrimRight(line, "\r\n")); err != nil {
			return err
		}
	}
	return nil
}
