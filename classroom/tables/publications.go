package tables

import (
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
)

// maxOpenShown is the maximum number of listed students who can still submit.
const maxOpenShown = 10

// Publication writes the sections that an assignment is published for.
func (w Writer) Publication(is classroom.Publication) error {
	return w.write(is, func(out io.Writer) {
		sections := is.Sections
		if is.Everybody {
			sections = []string{""}
		}
		fmt.Fprintf(out, "%s is published for %s\n", is.Assignment, course.PublishedWords(sections))
		n := len(is.StillOpen)
		if n == 0 {
			return
		}
		names := strings.Join(is.StillOpen[:min(n, maxOpenShown)], ", ")
		if n > maxOpenShown {
			names += fmt.Sprintf(" and %d more", n-maxOpenShown)
		}
		fmt.Fprintf(out, "note: these can still submit and see the tests that are visible: after_publish now: %s\n", names)
	})
}
