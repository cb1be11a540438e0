package gitd_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// pushCourse commits a course.yaml in ida's clone of the course repository and pushes it.
func (b *bundle) pushCourse(yaml string, args ...string) result {
	b.t.Helper()
	b.commit("ida", "course", map[string]string{"course.yaml": yaml})
	return b.push("ida", "course", args...)
}

func TestCourseFileIsAppliedAndKept(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.tree("ida", "course", "comp1/course", map[string]string{"README.md": "notes\n"})
	b.push("ida", "course").says(t, "refused: course.yaml: is missing; it must be at the root", "Nothing was counted.")
	b.pushCourse("tittle: Algorithms\nlate_tokens: 3\n").says(t, `refused: course.yaml:1:1: unknown key "tittle" in the course; did you mean "title"?`)
	r := b.pushCourse("title: Algorithms\nlate_tokens: 3\n")
	r.says(t, "course.yaml: version 1. commit ", "applied now")
	if r.status != 0 {
		t.Errorf("status %d", r.status)
	}
	b.pushCourse("title: Algorithms II\nlate_tokens: 3\n").says(t, "course.yaml: version 2.")
	b.push("ida", "course").says(t, "nothing new; main is at", "course.yaml: version 2.")
	c, err := b.store.Course(t.Context(), "comp1")
	check(t, err)
	if c.Title != "Algorithms II" || c.Settings.Version != 2 {
		t.Errorf("%+v", c)
	}
	b.ssh("tina", "log", "comp1/course").says(t, "comp1/course/2", "applied", "by ida", "comp1/course/1")

	// TAs can read the repository but not push to it. Students cannot see it.
	if r := run(t, b.git("tina", ".", "clone", "-q", b.url("comp1/course"), "copy")); r.status != 0 || !strings.Contains(b.file("copy/course.yaml"), "Algorithms II") {
		t.Errorf("tina's clone: %s", r.all())
	}
	b.commit("tina", "copy", map[string]string{"course.yaml": "late_tokens: 9\n"})
	b.push("tina", "copy", "origin", "main").says(t, "only instructors of comp1 push to comp1/course")
	run(t, b.git("alice", ".", "clone", "-q", b.url("comp1/course"), "spied")).says(t, "only the staff of comp1 read this repository")
	b.ssh("alice", "log", "comp1/course").says(t, "only the staff of comp1 read this repository")
}

// TestCourseFileChangingGradesNeedsConfirmation removes late days that a submission has used, and
// follows the advice of the refusal.
func TestCourseFileChangingGradesNeedsConfirmation(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.tree("ida", "course", "comp1/course", map[string]string{"course.yaml": "late_tokens: 3\n"})
	b.push("ida", "course").says(t, "course.yaml: version 1.")
	b.publish(dueIn(t, 0, "{until: UNTIL, tokens: true, penalty: {percent: 50, per: day}}") + assignmentYAML)
	b.clock.move(24 * time.Hour)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1", "2 / 2")

	r := b.pushCourse("late_tokens: 0\n")
	r.says(t, "alice a1: 2 → 1, late days 1 → 0", "refused: course.yaml would change 1 grade. If this is meant:", "Nothing was counted.")
	if r.status == 0 || b.grade("alice").Final.String() != "2" {
		t.Errorf("status %d, %+v", r.status, b.grade("alice"))
	}
	advised := commands(r.all())
	if len(advised) != 1 || !strings.Contains(advised[0], "-o confirm") {
		t.Fatalf("it advises %q", advised)
	}
	s := &student{bundle: b, t: t, login: "ida", dir: "course"}
	s.shell(advised[0]).says(t, "course.yaml: version 2.", "it changed 1 grade:", "alice a1: 2 → 1")
	if g := b.grade("alice"); g.Final.String() != "1" || g.Tokens != 0 {
		t.Errorf("%+v", g)
	}
	// A change that affects no grade needs no confirmation.
	b.pushCourse("late_tokens: 0\ntitle: Renamed\n").says(t, "course.yaml: version 3.")
}

// TestUploadedCourseFile saves a course.yaml as the site does, with and without confirming changes
// of grades. The audit log names the channel.
func TestUploadedCourseFile(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ida, err := b.store.UserByLogin(t.Context(), "ida")
	check(t, err)
	save := func(yaml string, channel schema.Channel, confirm bool) (schema.Uploaded, error) {
		return b.server.Upload(t.Context(), schema.Actor{User: ida, Channel: channel}, schema.Upload{
			Path: "comp1/course", Confirm: confirm, Name: "Ida", Email: "ida", Message: "Change course.yaml", At: b.clock.now(),
			Files: []schema.UploadFile{{Path: "course.yaml", Data: []byte(yaml)}},
		})
	}
	_, err = save("late_tokens: 3\n", schema.ChannelWeb, false)
	check(t, err)
	b.publish(dueIn(t, 0, "{until: UNTIL, tokens: true, penalty: {percent: 50, per: day}}") + assignmentYAML)
	b.clock.move(24 * time.Hour)
	check(t, b.upload("alice", false, map[string]string{"hello.c": ""}))
	b.ssh("alice", "watch", "comp1/a1/1").says(t, "2 / 2")

	_, err = save("late_tokens: 0\n", schema.ChannelAPI, false)
	if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), "alice a1: 2 → 1") {
		t.Errorf("without confirmation: %v", err)
	}
	is, err := save("late_tokens: 0\n", schema.ChannelAPI, true)
	if check(t, err); is.Version != 2 || b.grade("alice").Final.String() != "1" {
		t.Errorf("it became %+v, grade %+v", is, b.grade("alice"))
	}
	b.tree("ida", "course", "comp1/course", map[string]string{"course.yaml": "late_tokens: 0\ntitle: T\n"})
	b.push("ida", "course", "--force", "grader", "main").says(t, "course.yaml: version 3.")
	log, err := b.store.AuditLog(t.Context(), schema.AuditQuery{Action: "course.configure", Limit: 10})
	check(t, err)
	var channels []schema.Channel
	for _, e := range log {
		channels = append(channels, e.Channel)
	}
	if want := []schema.Channel{schema.ChannelSSH, schema.ChannelAPI, schema.ChannelWeb}; !slices.Equal(channels, want) {
		t.Errorf("channels %q, want %q", channels, want)
	}
}

func (b *bundle) grade(login string) schema.Grade {
	b.t.Helper()
	all, err := b.store.Grades(b.t.Context(), b.course.ID, login)
	check(b.t, err)
	if len(all) != 1 {
		b.t.Fatalf("grades of %s: %+v", login, all)
	}
	return all[0]
}
