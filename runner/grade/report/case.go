package report

import (
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Case is a framework's report about one case. All of it was written by a process that also runs
// the student's code.
type Case struct {
	Name    string // one printable line, never empty
	Verdict Verdict
	Message string // why it failed or was skipped
	Output  string
	Wall    time.Duration
}

// Verdict is a framework's verdict on a case.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Skipped Verdict = "skipped"
)

// cleanName makes a case's name one short printable line without addresses. It keeps the end of a
// long name, because parametrised cases differ there.
func cleanName(name string) string {
	name = withoutAddresses(strings.Join(strings.Fields(schema.Sanitize(name)), " "))
	if len(name) > maxName {
		name = "…" + strings.ToValidUTF8(name[len(name)-maxName:], "")
	}
	if name == "" {
		return "unnamed"
	}
	return name
}
