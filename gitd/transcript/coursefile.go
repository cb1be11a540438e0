package transcript

import (
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// CourseFile returns the lines that a push of course.yaml shows: its version, and the grades that
// it changed.
func CourseFile(v schema.CourseVersion, changes []schema.GradeChange) []string {
	head := fmt.Sprintf("course.yaml: version %d. commit %s", v.Number, ShortCommit(v.Commit))
	if !v.Applied {
		return append([]string{head}, Wrap("it could not be read and changed nothing: the server was replaced while it came in. Push again", Width)...)
	}
	lines := []string{head, "applied now"}
	if len(changes) > 0 {
		lines = append(lines, "it "+changed(len(changes))+":")
	}
	return append(lines, GradeChanges(changes)...)
}

// GradeChanges returns lines that say whose grades change and by how much.
func GradeChanges(changes []schema.GradeChange) []string {
	var lines []string
	for _, line := range course.GradeChangeLines(changes) {
		lines = append(lines, "  "+Truncate(OneLine(line), Width-2))
	}
	return lines
}

func changed(n int) string { return "changed " + schema.Count(n, "grade") }
