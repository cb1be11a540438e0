package report

import (
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

// Limits of the reports of one test. A report is read up to the limit that it exceeds.
const (
	MaxBytes = 8 << 20 // of all files together
	MaxFiles = 1000

	maxCases = 10_000
	maxDepth = 64          // of suites and subtests
	maxName  = 300         // bytes
	maxTitle = 4 * maxName // of a name before it is truncated
	maxText  = 16 << 10    // bytes of one case's message and output together
	maxTexts = 4 << 20     // bytes of all cases' text
	maxWall  = time.Hour   // the largest duration that a report may claim for a case
)

// ErrTooLarge reports that a report exceeds a limit. The cases before the limit are in the list.
var ErrTooLarge = errors.New("the report is too large; the rest of it was not read")

// List collects the cases of one test's reports within the limits.
type List struct {
	// Rewrite, if set, is applied to every name, message and output before it is truncated. It
	// removes parts that differ from run to run.
	Rewrite func(text string) string

	Cases []Case

	Stated    bool // a document states its number of cases
	Misstated bool // a document states a wrong number

	text int // bytes of all cases' text so far
}

// add appends a case. The error is ErrTooLarge.
func (l *List) add(c Case) error {
	if len(l.Cases) >= maxCases {
		return ErrTooLarge
	}
	if l.Rewrite != nil {
		c.Name, c.Message, c.Output = l.Rewrite(c.Name), l.Rewrite(c.Message), l.Rewrite(c.Output)
	}
	c.Name, c.Message, c.Output = cleanName(c.Name), withoutObjects(c.Message), withoutObjects(c.Output)
	c.Message = schema.Excerpt(c.Message, min(maxText/2, maxTexts-l.text))
	l.text += len(c.Message)
	c.Output = schema.Excerpt(c.Output, min(maxText-len(c.Message), maxTexts-l.text))
	l.text += len(c.Output)
	c.Wall = min(max(c.Wall, 0), maxWall)
	l.Cases = append(l.Cases, c)
	return nil
}
