package report

import (
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

// Caps on the reports of one test. What exceeds one is read up to it.
const (
	MaxBytes = 8 << 20 // of all files together
	MaxFiles = 1000

	maxCases = 10_000
	maxDepth = 64          // of suites and subtests
	maxName  = 300         // bytes
	maxTitle = 4 * maxName // of a name before it is cut
	maxText  = 16 << 10    // bytes of one case's message and output together
	maxTexts = 4 << 20     // bytes of all cases' text
	maxWall  = time.Hour   // what a report may claim that a case took
)

// ErrTooLarge says that a report is larger than it may be. The cases before that are in
// the list.
var ErrTooLarge = errors.New("the report is too large; the rest of it was not read")

// List collects the cases of one test's reports within the caps.
type List struct {
	// Rewrite, where it is set, is applied to every name, message and output before it is cut
	// to its cap. It takes out what differs from run to run.
	Rewrite func(text string) string

	Cases []Case

	Stated    bool // a document states how many cases it holds
	Misstated bool // a document states a number that is not true

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
