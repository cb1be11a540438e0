package course_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestNoticeAddresses(t *testing.T) {
	t.Parallel()
	const mail, hook = schema.NoticeMail, schema.NoticeWebhook
	for _, c := range []struct {
		channel  schema.NoticeChannel
		text     string
		insecure bool
		want     string // "": rejected
	}{
		{mail, "alice@example.org", false, "alice@example.org"},
		{mail, "Alice+grader@Example.org", false, "Alice+grader@example.org"},
		{mail, "alice@bücher.example", false, "alice@xn--bcher-kva.example"},
		{mail, "jörg@example.org", false, "jörg@example.org"},
		{mail, "用户@例子.example", false, "用户@xn--fsqu00a.example"},
		{mail, "alice@example.org\r\nBcc: bob@example.org", false, ""},
		{mail, "alice@example.org, bob@example.org", false, ""},
		{mail, "Alice <alice@example.org>", false, ""},
		{mail, "<alice@example.org>", false, ""},
		{mail, `"a b"@example.org`, false, ""},
		{mail, "alice@[127.0.0.1]", false, ""},
		{mail, "alice@localhost", false, ""},
		{mail, "alice@example.org>SIZE=1", false, ""},
		{mail, "alice", false, ""},
		{mail, "", false, ""},
		{mail, strings.Repeat("a", 250) + "@example.org", false, ""},
		{hook, "https://Example.org/Path?key=1", false, "https://example.org/Path?key=1"},
		{hook, "http://example.org/", false, ""},
		{hook, "http://127.0.0.1:8080/x", true, "http://127.0.0.1:8080/x"},
		{hook, "https://user:secret@example.org/", false, ""},
		{hook, "https://example.org/#part", false, ""},
		{hook, "file:///etc/passwd", true, ""},
		{hook, "gopher://example.org/", true, ""},
		{hook, "https:///path", false, ""},
		{hook, "https://example.org/" + strings.Repeat("a", 600), false, ""},
		{hook, "https://example.org/a\r\nX: y", false, ""},
	} {
		got, err := course.NoticeAddress(c.channel, c.text, c.insecure)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%s %q: %q, %v; want %q", c.channel, c.text, got, err, c.want)
		}
	}
}

func TestScoreChangedForItsOwner(t *testing.T) {
	t.Parallel()
	p := func(n int64) schema.Points { return schema.NewPoints(n, 1) }
	seen := func(final, hidden int64) schema.Grade {
		return schema.Grade{Final: p(final + hidden), MaxScore: p(20), Seen: &schema.SeenGrade{Final: p(final), MaxScore: p(10)}}
	}
	for name, c := range map[string]struct {
		before, after schema.Grade
		want          bool
	}{
		"equal":                     {schema.Grade{Final: p(3), MaxScore: p(5)}, schema.Grade{Final: schema.NewPoints(6, 2), MaxScore: p(5)}, false},
		"points":                    {schema.Grade{Final: p(3), MaxScore: p(5)}, schema.Grade{Final: p(4), MaxScore: p(5)}, true},
		"maximum":                   {schema.Grade{Final: p(3), MaxScore: p(5)}, schema.Grade{Final: p(3), MaxScore: p(6)}, true},
		"hidden points alone":       {seen(3, 1), seen(3, 9), false},
		"visible points":            {seen(3, 1), seen(2, 2), true},
		"first grade of nothing":    {schema.Grade{}, schema.Grade{}, false},
		"hidden tests became shown": {seen(3, 1), schema.Grade{Final: p(4), MaxScore: p(20)}, true},
	} {
		if got := course.ScoreChanged(c.before, c.after); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestWhoGetsPoolNotices checks who gets notices about the pool of the flavour large.
func TestWhoGetsPoolNotices(t *testing.T) {
	t.Parallel()
	in := func(role schema.Role, flavour string, others ...string) schema.Enrolment {
		return schema.Enrolment{Role: role, Course: schema.Course{Flavour: flavour, OtherFlavours: others}}
	}
	for name, c := range map[string]struct {
		admin      bool
		enrolments []schema.Enrolment
		want       bool
	}{
		"an administrator without courses":       {true, nil, true},
		"somebody without courses":               {false, nil, false},
		"a TA of a course on it":                 {false, []schema.Enrolment{in(schema.RoleTA, "large")}, true},
		"an instructor of a course beside it":    {false, []schema.Enrolment{in(schema.RoleInstructor, "standard", "gpu", "large")}, true},
		"an instructor of another course":        {false, []schema.Enrolment{in(schema.RoleInstructor, "standard", "gpu")}, false},
		"a student on it":                        {false, []schema.Enrolment{in(schema.RoleStudent, "large")}, false},
		"a student on it, a TA elsewhere":        {false, []schema.Enrolment{in(schema.RoleStudent, "large"), in(schema.RoleTA, "standard")}, false},
		"a student elsewhere, a TA of one on it": {false, []schema.Enrolment{in(schema.RoleStudent, "standard"), in(schema.RoleTA, "large")}, true},
	} {
		if got := course.GetsPoolNotices(schema.User{Admin: c.admin}, c.enrolments, "large"); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
