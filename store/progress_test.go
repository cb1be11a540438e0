package store

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// extendedSource is an assignment with a due date, late days and a limit.
const extendedSource = "title: A1\ndue: 2026-09-20 23:59\nlate: {until: 2026-09-25 23:59, tokens: true, penalty: {percent: 10, per: day}}\nteam: {max: 3}\nsubmissions: {limit: {count: 9, per: assignment}}\ntests:\n  - {name: greets, run: ./hello}\n"

// dueAssignment adds an assignment with extendedSource, also if the course has one without a due date.
func (b *bundle) dueAssignment(c schema.Course, name string) schema.Assignment {
	b.t.Helper()
	b.source = extendedSource
	return b.addAssignment(c, name)
}

// progressOf returns the progress of a person in assignments of a course, and checks that it is the same as
// what is read for each assignment alone.
func (b *bundle) progressOf(login string, of ...schema.Assignment) []course.Progress {
	b.t.Helper()
	ctx := b.t.Context()
	teams := ok(b.TeamsOf(ctx, of[0].Course.ID, login))(b.t)
	owners := make([]string, len(of))
	for i, a := range of {
		owners[i] = ok(b.OwnerOf(ctx, a.ID, login))(b.t)
		if want := map[bool]string{true: owners[i]}[owners[i] != login]; teams[a.ID] != want {
			b.t.Errorf("%s: team %q of %s, want %q", a.Path(), teams[a.ID], login, want)
		}
	}
	now := b.tick()
	all := ok(b.Progress(ctx, of, owners, now))(b.t)
	var works []course.WorkOf
	for i, a := range of {
		works = append(works, course.WorkOf{Assignment: a.ID, Owner: owners[i]})
		alone := course.Progress{Owner: owners[i], Terms: ok(b.Terms(ctx, a.ID, owners[i], now))(b.t), Pushes: ok(b.Pushes(ctx, a.ID, owners[i]))(b.t)}
		alone.Counting = ok(b.Owner(ctx, a.ID, alone.Terms.Grade.Counting()))(b.t)
		notice, changed, err := b.LastRegrade(ctx, a.ID, owners[i])
		check(b.t, err)
		if changed {
			alone.Regrade = &notice
		}
		equalProgress(b.t, all[i], alone)
	}
	owned := ok(b.Owners(ctx, works))(b.t)
	for _, w := range works {
		equalProgress(b.t, owned[w], ok(b.Owner(ctx, w.Assignment, w.Owner))(b.t))
	}
	return all
}

func equalProgress(t testing.TB, got, want any) {
	t.Helper()
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, zones, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func due(p course.Progress) string { return p.Terms.Schedule.Due().UTC().Format(time.DateOnly) }

// TestProgressKeepsWorksApart has assignments with the same name in two courses, and teams with the same name in two
// assignments. Extensions, teams, pushes and grades of one must not affect another.
func TestProgressKeepsWorksApart(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate(extendedSource)
	a1, a2 := b.assignment, b.dueAssignment(b.course, "a2")
	other := b.addCourse("math1")
	check(t, b.Enrol(t.Context(), schema.Operator(), other, b.user("alice"), schema.RoleStudent))
	same := b.dueAssignment(other, "a1")
	for _, login := range []string{"carol", "dan"} {
		b.enrol(login, schema.RoleStudent)
	}
	extend := func(a schema.Assignment, owner string, days int) {
		t.Helper()
		_, _, err := b.AddExtension(t.Context(), b.actor("ida", ""), a, owner, schema.Extension{Days: days}, "ill")
		check(t, err)
	}
	b.team(a1, "blue", "carol", "dan") // not alice's, who is in the blue of a2
	b.team(a2, "blue", "alice", "bob")
	extend(a1, "bob", 1) // alone in a1
	extend(a2, "bob", 2) // for alice's team
	extend(a2, "dan", 9) // not in alice's team of a2
	extend(same, "alice", 4)
	b.graded("alice", 20)
	b.teamPush(a2, "blue", "bob", 7)
	b.teamPush(a2, "blue", "alice", 5)

	all := b.progressOf("alice", a1, a2)
	got := []any{all[0].Owner, due(all[0]), all[0].Pushes, all[0].Terms.Grade.Number, all[0].Terms.Used, all[1].Owner, due(all[1]), all[1].Pushes, all[1].Terms.Grade.Number, all[1].Terms.Used}
	equal(t, got, []any{"alice", "2026-09-21", 1, 1, 1, "blue", "2026-09-23", 2, 1, 2})
	equal(t, all[1].Counting.Logins, []string{"alice", "bob"})
	elsewhere := b.progressOf("alice", same)[0]
	equal(t, []any{elsewhere.Owner, due(elsewhere), elsewhere.Pushes, elsewhere.Terms.Grade.Number}, []any{"alice", "2026-09-25", 0, 0})
	equal(t, []string{due(b.progressOf("bob", a1, a2)[0]), due(b.progressOf("carol", a2, a1)[0]), due(b.progressOf("carol", a2, a1)[1])}, []string{"2026-09-22", "2026-09-21", "2026-09-21"})
	b.progressOf("eve", a1, a2) // no such person
}

// TestProgressOfLeaver reads the progress of a person whose counting submission is of a team that they have left, of
// the team, which is empty in the end, and of people of several sections.
func TestProgressOfLeaver(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate(extendedSource)
	a1, a2 := b.assignment, b.dueAssignment(b.course, "a2")
	check(t, b.EnrolIn(t.Context(), schema.Operator(), b.course, b.user("alice"), schema.RoleStudent, "B"))
	check(t, b.EnrolIn(t.Context(), schema.Operator(), b.course, b.user("bob"), schema.RoleStudent, "C"))
	b.team(a1, "blue", "alice", "bob")
	b.teamPush(a1, "blue", "alice", 9)
	b.leave(a1, "blue", "alice")
	check(t, b.Publish(t.Context(), b.actor("ida", ""), a1, "C"))
	check(t, b.Publish(t.Context(), b.actor("ida", ""), a2, "B"))

	all := b.progressOf("alice", a1, a2)
	equal(t, []any{all[0].Owner, all[0].Terms.Grade.Counting(), all[0].Pushes, all[1].Terms.Grade.Number}, []any{"alice", "blue", 0, 0})
	equal(t, []any{all[0].Counting.Logins, len(all[0].Counting.Left), all[0].Counting.Published, all[1].Counting.Published}, []any{[]string{"bob"}, 1, true, true})
	equal(t, b.progressOf("bob", a2)[0].Counting.Published, false)
	counted := ok(b.Counted(t.Context(), all[0].Terms.Grade, all[1].Terms.Grade))(t)
	equal(t, []any{len(counted), counted[course.WorkOf{Assignment: a1.ID, Owner: "blue"}].Name.Number}, []any{1, 1})
	missing := all[0].Terms.Grade
	missing.Number = 7
	_, err := b.Counted(t.Context(), missing)
	refused(t, err, schema.CodeNotFound)

	b.leave(a1, "blue", "bob")
	empty := ok(b.Owner(t.Context(), a1.ID, "blue"))(t)
	equal(t, []int{len(empty.Logins), len(empty.Left)}, []int{0, 2})
	equal(t, ok(b.Owner(t.Context(), a1.ID, "bob"))(t).Logins, []string{"bob"})
}

// TestOwnersOfUnreadableAssignment returns no times for an assignment that cannot be parsed, and those of the others.
func TestOwnersOfUnreadableAssignment(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate(extendedSource)
	broken := b.dueAssignment(b.course, "a2")
	_, err := b.writer.db.Exec(`UPDATE versions SET source = ? WHERE id = ?`, []byte("tests: 7\n"), broken.Active.ID)
	check(t, err)
	again := ok(Open(t.Context(), b.path, Options{Clock: b.tick, ReceiptKey: receiptKey(1)}))(t) // without parsed versions
	t.Cleanup(func() { check(t, again.Close()) })
	good, bad := course.WorkOf{Assignment: b.assignment.ID, Owner: "alice"}, course.WorkOf{Assignment: broken.ID, Owner: "alice"}
	owners := ok(again.Owners(t.Context(), []course.WorkOf{good, bad}))(t)
	equal(t, []bool{owners[good].Schedule.Due().IsZero(), owners[bad].Schedule.Due().IsZero()}, []bool{false, true})
	equal(t, owners[bad].Logins, []string{"alice"})
	_, err = again.Owners(t.Context(), []course.WorkOf{good, {Assignment: 99, Owner: "alice"}})
	refused(t, err, schema.CodeNotFound, "99")
}
