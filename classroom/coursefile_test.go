package classroom_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// courseFiles implements assignment.Files for a course repository.
type courseFiles string

func (f courseFiles) List() ([]assignment.File, error) {
	return []assignment.File{{Path: "course.yaml", Mode: 0o644, Size: int64(len(f))}}, nil
}

func (f courseFiles) Read(string) ([]byte, error) { return []byte(f), nil }

// configure pushes a course.yaml as ida, and returns the previewed changes of grades.
func (b *bundle) configure(source string) (schema.CourseVersion, []schema.GradeChange) {
	b.t.Helper()
	checked, err := b.Files.Check(b.t.Context(), b.actors["ida"], "comp1", courseFiles(source))
	check(b.t, err)
	c, err := b.store.Course(b.t.Context(), "comp1")
	check(b.t, err)
	row, err := b.store.EnsureRepository(b.t.Context(), schema.Repository{Kind: schema.RepositoryCourse, CourseID: c.ID})
	check(b.t, err)
	b.pushes++
	in := schema.Intent{ID: strings.Repeat("c", 20) + time.Now().Format("150405.000000000"), RepositoryID: row.ID, PusherID: b.actors["ida"].User.ID,
		Ref: "refs/heads/main", Old: strings.Repeat("0", 40), New: strings.Repeat("a", 40), ReceivedAt: b.now(), State: schema.IntentOpen}
	check(b.t, b.store.OpenIntent(b.t.Context(), in))
	p := schema.Push{Intent: in, Course: c, Tree: strings.Repeat("7", 40)}
	v, err := b.Files.Record(b.t.Context(), b.actors["ida"], c, p, []byte(source))
	check(b.t, err)
	again, err := b.Files.Record(b.t.Context(), b.actors["ida"], c, p, []byte(source))
	check(b.t, err)
	if diff := cmp.Diff(v, again); diff != "" {
		b.t.Errorf("recorded twice (-first +second):\n%s", diff)
	}
	return v, checked.Changes
}

// place puts people into sections with a roster.
func (b *bundle) place(rows ...string) {
	b.t.Helper()
	done, err := b.People.Import(b.t.Context(), schema.Operator(), classroom.ImportRequest{Course: "comp1", Data: []byte("login,section,role\n" + strings.Join(rows, "\n") + "\n")})
	check(b.t, err)
	for _, c := range done.Changes {
		if c.Kind == schema.RosterRefused {
			b.t.Fatalf("%+v", c)
		}
	}
}

const lateDays = `title: Late
due: 2026-09-14 12:00
late: {until: 2026-09-20 12:00, tokens: true, penalty: {percent: 10, per: day}}
tests:
  - {name: greets, run: ./hello}
`

// TestCourseFileChangesGrades compares with grades computed by hand: alice is three days late with 10 points, at 10 % a
// day.
func TestCourseFileChangesGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", lateDays)
	b.place("alice,L1,", "bob,L2,")
	b.pass(2*24*time.Hour + 4*time.Hour) // 13:00, in the third day after due
	b.pushTo("late", "alice")
	b.grade(scored(10))
	b.pushTo("late", "bob")
	b.grade(scored(10))
	for _, step := range []struct {
		name, yaml string
		say        []string // words of the preview
		alice, bob string
		tokens     int // late days of alice
	}{
		{"nothing that matters", "title: First course\n", nil, "7", "7", 0},
		{"two late days", "late_tokens: 2\n", []string{"alice 7 → 9", "bob 7 → 9"}, "9", "9", 2},
		{"a section that is due later", "late_tokens: 2\nsections: {L1: {}, L2: {due: 2d}}\n", []string{"bob 9 → 10"}, "9", "10", 2},
		{"a section that is due hours later", "late_tokens: 2\nsections: {L1: {due: 26h}}\n", []string{"alice 9 → 10", "bob 10 → 9"}, "10", "9", 1},
		{"no late days", "late_tokens: 0\n", []string{"alice 10 → 7", "bob 9 → 7"}, "7", "7", 0},
		// 12:00 in Toronto is 16:00 UTC: the third day has not begun at 13:00 UTC.
		{"another time zone", "late_tokens: 0\ntimezone: America/Toronto\n", []string{"alice 7 → 8", "bob 7 → 8"}, "8", "8", 0},
		{"what is in the file no more stays", "title: First course\n", nil, "8", "8", 0},
	} {
		version, changes := b.configure(step.yaml)
		var said []string
		for _, c := range changes {
			said = append(said, c.Owner+" "+c.Before.Final.String()+" → "+c.After.Final.String())
		}
		if diff := cmp.Diff(step.say, said); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", step.name, diff)
		}
		if a, o := b.final("late", "alice"), b.final("late", "bob"); a.Final.String() != step.alice || o.Final.String() != step.bob || a.Tokens != step.tokens {
			t.Errorf("%s: alice %s (%d late days), bob %s", step.name, a.Final, a.Tokens, o.Final)
		}
		e := b.last()
		if e.Action != "course.configure" || e.Actor != "ida" || e.After != "course.yaml version "+string(rune('0'+version.Number)) || strings.Contains(e.Detail, "grades: ") != (len(step.say) > 0) {
			t.Errorf("%s: %+v", step.name, e)
		}
	}
	all, err := b.Files.Versions(t.Context(), b.actors["tina"], "comp1")
	check(t, err)
	if len(all) != 7 || all[0].Number != 7 || string(all[6].Source) != "title: First course\n" || all[0].Pusher != "ida" {
		t.Errorf("%+v", all)
	}
}

// TestPreviewChangesNothing previews a change of late days twice.
func TestPreviewChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", lateDays)
	b.pass(28 * time.Hour)
	b.pushTo("late", "alice")
	b.grade(scored(10))
	entries, err := b.Audit.Log(t.Context(), schema.Operator(), schema.AuditQuery{Limit: 1000})
	check(t, err)
	for range 2 {
		checked, err := b.Files.Check(t.Context(), b.actors["ida"], "comp1", courseFiles("late_tokens: 4\ntitle: Other\n"))
		check(t, err)
		if len(checked.Changes) != 1 || b.final("late", "alice").Final.String() != "8" {
			t.Errorf("%+v, %+v", checked.Changes, b.final("late", "alice"))
		}
	}
	c, err := b.store.Course(t.Context(), "comp1")
	check(t, err)
	after, err := b.Audit.Log(t.Context(), schema.Operator(), schema.AuditQuery{Limit: 1000})
	check(t, err)
	if c.Title != "First" || len(after) != len(entries) {
		t.Errorf("%+v, %d entries became %d", c, len(entries), len(after))
	}
}

// TestRosterMovesSections puts a student into a section with a later due time.
func TestRosterMovesSections(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", lateDays)
	b.configure("sections: {L2: {due: 1d}}\n")
	b.pass(28 * time.Hour)
	b.pushTo("late", "alice")
	b.grade(scored(10))
	if g := b.final("late", "alice"); g.Final.String() != "8" {
		t.Errorf("in no section: %+v", g)
	}
	b.place("alice,L2,")
	if g := b.final("late", "alice"); g.Final.String() != "9" {
		t.Errorf("in L2: %+v", g)
	}
	// An extension starts at the section's due time: one more day makes the work timely.
	_, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "late", Owner: "alice", Due: "2026-09-15 11:00"})
	refused(t, err, schema.CodeInvalid, "that is not later than the due time of comp1/late, 2026-09-15 12:00")
	extended, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "late", Owner: "alice", Days: 1})
	check(t, err)
	if g := b.final("late", "alice"); g.Final.String() != "10" || extended.Due.Format("2006-01-02 15:04") != "2026-09-16 12:00" {
		t.Errorf("%+v, %+v", g, extended)
	}
}

// TestFileIsReadOnlyElsewhere tries to set keys of course.yaml with commands.
func TestFileIsReadOnlyElsewhere(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	large, others := "large", []string{"large"}
	b.configure("title: First\n")
	check(t, b.Courses.Set(t.Context(), schema.Operator(), classroom.CourseChange{Code: "comp1", Others: &others}))
	check(t, b.Grades.SetLateTokens(t.Context(), b.actors["ida"], "comp1", 2))
	b.configure("late_tokens: 3\nflavours: [standard]\n")
	const where = " of comp1 is set in course.yaml (version 2): change it in that file and push it to comp1/course, or take the key out of it"
	refused(t, b.Courses.Set(t.Context(), schema.Operator(), classroom.CourseChange{Code: "comp1", Others: &others}), schema.CodeRefused, "flavours"+where)
	refused(t, b.Courses.Set(t.Context(), schema.Operator(), classroom.CourseChange{Code: "comp1", Flavour: &large}), schema.CodeRefused, "flavours"+where)
	refused(t, b.Grades.SetLateTokens(t.Context(), schema.Operator(), "comp1", 2), schema.CodeRefused, "late_tokens"+where)
	// Follow the advice of the error: remove the key from the file.
	b.configure("flavours: [standard]\n")
	check(t, b.Grades.SetLateTokens(t.Context(), b.actors["ida"], "comp1", 2))
}

// TestTAPermissions checks what tina may do with each line of ta in the file.
func TestTAPermissions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", lateDays)
	b.push("bob")
	b.grade(scored(5))
	tina := b.actors["tina"]
	rerun := func() error { _, err := b.Work.Rerun(t.Context(), tina, b.first("bob").ID); return err }
	adjust := func() error {
		_, err := b.Grades.Adjust(t.Context(), tina, "comp1", "a1", "bob", "+1", "neat")
		return err
	}
	extend := func() error {
		_, err := b.Grades.Extend(t.Context(), tina, classroom.NewExtension{Course: "comp1", Assignment: "late", Owner: "bob", Days: 1})
		return err
	}
	refused(t, extend(), schema.CodeForbidden, "only instructors of comp1 grant extensions")
	check(t, adjust())
	b.configure("ta: {rerun: false, adjust: false, extensions: true}\n")
	refused(t, rerun(), schema.CodeForbidden, "the TAs of comp1 do not rerun submissions (course.yaml says so); ask an instructor")
	refused(t, adjust(), schema.CodeForbidden, "the TAs of comp1 do not adjust grades (course.yaml says so); ask an instructor")
	check(t, extend())
	b.configure("ta: {extensions: false}\n")
	refused(t, extend(), schema.CodeForbidden, "only instructors of comp1 grant extensions")
	check(t, rerun())
}

// TestSectionsRestrictTAs gives tina the sections L1 and L3. She cannot see or change the
// work of bob, who is in L2, but all work of alice, who is in L1.
func TestSectionsRestrictTAs(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", lateDays)
	for _, login := range []string{"alice", "bob"} {
		b.push(login)
		b.grade(scored(5))
	}
	b.place("alice,L1,", "bob,L2,", `tina,"L3, L1",ta`)
	b.configure("sections: {L1: {}, L2: {}}\nta: {extensions: true, sections: own}\n")
	tina, ctx := b.actors["tina"], t.Context()
	actions := map[string]func(login string) error{
		"see": func(login string) error {
			_, err := b.Work.Submission(ctx, tina, schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: login, Number: 1})
			return err
		},
		"list": func(login string) error {
			_, err := b.Work.Submissions(ctx, tina, classroom.SubmissionPage{Assignment: "comp1/a1", Login: login})
			return err
		},
		"rerun":  func(login string) error { _, err := b.Work.Rerun(ctx, tina, b.first(login).ID); return err },
		"grades": func(login string) error { _, err := b.Grades.List(ctx, tina, "comp1", login); return err },
		"adjust": func(login string) error {
			_, err := b.Grades.Adjust(ctx, tina, "comp1", "a1", login, "+1", "neat")
			return err
		},
		"extend": func(login string) error {
			_, err := b.Grades.Extend(ctx, tina, classroom.NewExtension{Course: "comp1", Assignment: "late", Owner: login, Days: 1})
			return err
		},
	}
	for _, name := range slices.Sorted(maps.Keys(actions)) {
		check(t, actions[name]("alice"))
		refused(t, actions[name]("bob"), schema.CodeForbidden, "bob is in none of your sections of comp1; ask an instructor")
	}
	b.sees(tina, "alice")
	// She cannot end adjustments and extensions of bob either.
	a, err := b.Grades.Adjust(ctx, b.actors["ida"], "comp1", "a1", "bob", "+2", "neat")
	check(t, err)
	_, err = b.Grades.EndAdjustment(ctx, tina, "comp1", "a1", a.ID)
	refused(t, err, schema.CodeForbidden, "bob is in none of your sections")
	e, err := b.Grades.Extend(ctx, b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "late", Owner: "bob", Days: 1})
	check(t, err)
	_, err = b.Grades.EndExtension(ctx, tina, "comp1", "late", e.ID)
	refused(t, err, schema.CodeForbidden, "bob is in none of your sections")
	// A TA in no section sees nobody. Without the line in the file, a TA sees everybody.
	b.person("tom", schema.RoleTA)
	b.sees(b.actors["tom"])
	b.configure("sections: {L1: {}, L2: {}}\n")
	b.sees(tina, "alice", "bob")
}

// sees checks whose work the lists show to a person.
func (b *bundle) sees(by schema.Actor, want ...string) {
	b.t.Helper()
	var subs, grades, people []string
	all, err := b.Work.Submissions(b.t.Context(), by, classroom.SubmissionPage{Assignment: "comp1/a1"})
	check(b.t, err)
	for _, s := range all {
		subs = append(subs, s.Owner)
	}
	list, err := b.Grades.List(b.t.Context(), by, "comp1", "")
	check(b.t, err)
	for _, g := range list {
		if g.Assignment == "a1" {
			grades = append(grades, g.Owner)
		}
	}
	roster, err := b.Courses.Roster(b.t.Context(), by, "comp1")
	check(b.t, err)
	for _, e := range roster {
		if e.Role == schema.RoleStudent {
			people = append(people, e.User.Login)
		}
	}
	exported, err := b.People.Export(b.t.Context(), by, classroom.ExportRequest{Course: "comp1", Format: "csv"})
	check(b.t, err)
	for name, got := range map[string][]string{"submissions": subs, "grades": grades, "roster": people} {
		if diff := cmp.Diff(want, got); diff != "" {
			b.t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, login := range []string{"alice", "bob"} {
		if strings.Contains(string(exported.Data), login) != slices.Contains(want, login) {
			b.t.Errorf("export with %s:\n%s", login, exported.Data)
		}
	}
}

// TestOutageIsOffered stops the server while work is due. Staff see the command that moves the due time until they run
// it.
func TestOutageIsOffered(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", "title: L\ndue: 2026-09-14 12:00\ntests:\n  - {name: greets, run: ./hello}\n")
	b.configure("outage: 30m\n")
	attention := func(login string) []string {
		m, err := b.Work.Member(t.Context(), b.actors[login], "comp1")
		check(t, err)
		words, err := b.Work.Attention(t.Context(), m)
		check(t, err)
		return words
	}
	check(t, b.store.Started(t.Context(), b.now(), 5*time.Minute)) // at 9:00
	for range 5 {
		b.pass(30 * time.Minute)
		check(t, b.store.Beat(t.Context(), b.now()))
	}
	check(t, b.store.Started(t.Context(), b.now(), 5*time.Minute)) // a restart is not a downtime
	b.pass(45 * time.Minute)                                       // 11:30 to 12:15
	check(t, b.store.Started(t.Context(), b.now(), 5*time.Minute))
	b.pass(time.Hour)
	const words = "the server was away from 2026-09-14 11:30 to 12:15, when late was due or accepted late work; to move its due times for everybody: outage comp1 --start 2026-09-14 11:30 --length 46m"
	for login, want := range map[string][]string{"ida": {words}, "tina": {words}, "alice": nil} {
		if diff := cmp.Diff(want, attention(login)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", login, diff)
		}
	}
	// Follow the advice.
	_, _, err := b.Grades.Outage(t.Context(), b.actors["ida"], classroom.NewOutage{Course: "comp1", Start: "2026-09-14 11:30", Length: 46 * time.Minute})
	check(t, err)
	if again := attention("ida"); again != nil {
		t.Errorf("recorded, and still offered: %q", again)
	}
	b.configure("title: First\n")
	check(t, b.store.Started(t.Context(), b.now().Add(-24*time.Hour), 5*time.Minute)) // the clock went back
	all, err := b.store.Downtimes(t.Context(), time.Time{})
	check(t, err)
	if len(all) != 1 {
		t.Errorf("%+v", all)
	}
}

// TestEnrolInSection moves alice to a section with a due time one day later, and back.
func TestEnrolInSection(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.configure("sections:\n  L1: {}\n  L2: {due: 1d}\n")
	b.assignment("late", "title: L\ndue: 2026-09-14 12:00\nlate: {until: 2026-09-20 12:00, penalty: {percent: 10, per: day}}\ntests:\n  - {name: greets, run: ./hello}\n")
	b.pass(24 * time.Hour) // 2026-09-15 09:00
	b.pushTo("late", "alice")
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(10, 1), MaxScore: schema.NewPoints(10, 1)})
	final := func() string {
		t.Helper()
		grades, err := b.Grades.List(t.Context(), schema.Operator(), "comp1", "alice")
		check(t, err)
		return grades[0].Final.String()
	}
	enrol := func(section string) error {
		return b.Courses.EnrolIn(t.Context(), b.actors["ida"], "comp1", "alice", schema.RoleStudent, section)
	}
	if got := final(); got != "9" {
		t.Errorf("in no section: %s, want 9", got)
	}
	check(t, enrol(" L2 "))
	if got := final(); got != "10" {
		t.Errorf("in L2: %s, want 10", got)
	}
	if e := b.last(); e.Action != "course.enrol" || e.Detail != "section L2" {
		t.Errorf("audit entry %+v", e)
	}
	check(t, b.Courses.Enrol(t.Context(), b.actors["ida"], "comp1", "alice", schema.RoleStudent)) // keeps the section
	if got := final(); got != "10" {
		t.Errorf("enrolled again: %s, want 10", got)
	}
	check(t, enrol("L1"))
	if got := final(); got != "9" {
		t.Errorf("in L1: %s, want 9", got)
	}
	for _, bad := range []string{"L\n2", "L\x1b2", strings.Repeat("é", 201)} {
		refused(t, enrol(bad), schema.CodeInvalid, "a section is named in one line of at most 200 characters")
	}
	refused(t, b.Courses.EnrolIn(t.Context(), b.actors["tina"], "comp1", "alice", schema.RoleStudent, "L2"), schema.CodeForbidden, "only instructors")
}
