package course_test

import (
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestParseMinute(t *testing.T) {
	t.Parallel()
	toronto := zoneNamed(t, "America/Toronto")
	at, err := course.ParseMinute("due", "2026-10-01 18:00", toronto)
	if err != nil || !at.Equal(time.Date(2026, 10, 1, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("%s, %v", at, err)
	}
	for text, want := range map[string]string{
		"2026-10-01":           `due "2026-10-01": write a local time such as "2026-10-01 18:00"`,
		"2026-10-01 18:00 EDT": "write a local time such as",
		"2026-13-01 18:00":     "write a local time such as",
		"":                     "write a local time such as",
		"2026-03-08 02:30":     "due 2026-03-08 02:30 does not exist in America/Toronto: the clocks go forward then, to 03:00; write another minute",
		"2026-11-01 01:30":     "due 2026-11-01 01:30 comes twice in America/Toronto, at -04:00 and again at -05:00; write another minute",
	} {
		if _, err := course.ParseMinute("due", text, toronto); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
