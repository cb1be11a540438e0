package course_test

import (
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestConfirmChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		changes   int
		confirmed bool
		want      string
	}{
		{0, false, ""}, {0, true, ""}, {2, true, ""},
		{1, false, "course.yaml would change 1 grade"},
		{2, false, "course.yaml would change 2 grades"},
	} {
		err := course.ConfirmChanges(make([]schema.GradeChange, c.changes), c.confirmed)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%d changes, confirmed %t: %v", c.changes, c.confirmed, err)
		case c.want != "" && (schema.CodeOf(err) != schema.CodeRefused || schema.MessageOf(err) != c.want):
			t.Errorf("%d changes, confirmed %t: %v, want %q", c.changes, c.confirmed, err, c.want)
		}
	}
}
