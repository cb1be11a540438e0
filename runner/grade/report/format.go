// Package report reads the reports of test frameworks and analysers: JUnit's XML, CTest's
// XML, the Test Anything Protocol, the lines of Unity and of go test -json, and SARIF.
//
// A report is untrusted text, because the process that writes it also runs the student's code. The
// readers enforce limits and return only printable text. They accept any input: for a malformed
// document they return an error and the cases before the malformed part.
//
// A format that lists cases has a Format. SARIF lists findings, and ReadSARIF reads it.
package report

import (
	"fmt"
	"strings"

	"github.com/grader/grader/schema/assignment"
)

// Format says where the reports of a format are and how to read them.
type Format struct {
	read     reader
	suffixes []string                    // of files below $REPORTS; none: standard output
	text     func(printed []byte) []byte // the readable part of the output; nil: all of it
}

// reader reads one document of a format into the list. The error describes what is wrong with the
// document; the cases before that are in the list.
type reader func(document []byte, l *List) error

// FormatOf returns a format that lists cases. SARIF is not one.
func FormatOf(f assignment.ReportFormat) (Format, error) {
	switch f {
	case assignment.ReportJUnit:
		return Format{read: readJUnit, suffixes: []string{".xml"}}, nil
	case assignment.ReportCTest:
		return Format{read: readCTest, suffixes: []string{".xml"}}, nil
	case assignment.ReportTAP:
		return Format{read: readTAP}, nil
	case assignment.ReportUnity:
		return Format{read: readUnity}, nil
	case assignment.ReportGoTest:
		return Format{read: readGoTest, text: textOfGoTest}, nil
	}
	return Format{}, fmt.Errorf("report format %q has no cases", f)
}

// Printed reports whether reports of the format are written to standard output. Others are files.
func (f Format) Printed() bool { return len(f.suffixes) == 0 }

// Matches reports whether the name of a file below $REPORTS is that of a report in the format.
func (f Format) Matches(path string) bool {
	for _, suffix := range f.suffixes {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return false
}

// Read adds the cases of one document to the list. The error is ErrTooLarge, or it
// describes what is wrong with the document; the cases before that are in the list.
func (f Format) Read(document []byte, into *List) error { return f.read(document, into) }

// Text returns the readable part of a framework's output. For go test -json that is the output in
// its events.
func (f Format) Text(printed []byte) []byte {
	if f.text == nil {
		return printed
	}
	return f.text(printed)
}
