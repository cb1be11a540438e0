package classroom_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestPermissions tries every action as each person. People who are not named in may are refused, and nothing is written to
// the audit log.
func TestPermissions(t *testing.T) {
	t.Parallel()
	admins, staff := []string{"operator", "root"}, []string{"ida", "operator", "root", "tina"}
	instructors := []string{"ida", "operator", "root"}
	actions := map[string]struct {
		may []string
		do  func(ctx context.Context, b *bundle, by schema.Actor) error
	}{
		"add a user": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.AddUser(ctx, by, classroom.NewUser{Login: "new"})
			return err
		}},
		"pause a pool": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Pools.SetMode(ctx, by, "standard", schema.PoolPaused, "")
			return err
		}},
		"resize a pool": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Pools.Resize(ctx, by, "standard", classroom.PoolSize{})
			return err
		}},
		"list users": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.Users(ctx, by)
			return err
		}},
		"disable a user": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.SetDisabled(ctx, by, "bob", true)
			return err
		}},
		"issue a code": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.NewCode(ctx, by, "bob", "")
			return err
		}},
		"see bob's keys": {append([]string{"bob"}, admins...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.Keys(ctx, by, "bob")
			return err
		}},
		"add another's key": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.AddKeys(ctx, by, "bob", publicKey(b.t, "bob's other"))
			return err
		}},
		"remove another's key": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.RemoveKey(ctx, by, "bob", b.actors["bob"].Key)
			return err
		}},
		"make bob's sign-in link": {append([]string{"bob"}, admins...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.SignInLink(ctx, by, "bob")
			return err
		}},
		"see bob's browsers": {append([]string{"bob"}, admins...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.Sessions(ctx, by, "bob")
			return err
		}},
		"end a session of bob's": {append([]string{"bob"}, admins...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			bob, err := b.store.UserByLogin(ctx, "bob")
			if err != nil {
				return err
			}
			session := schema.Session{Token: "t", ID: "s", User: bob.ID, Data: []byte("x"), Expires: b.now().Add(time.Hour)}
			if err := b.store.SaveSession(ctx, session); err != nil {
				return err
			}
			return b.Accounts.EndSession(ctx, by, "bob", "s")
		}},
		"read the tests by a page": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Drafts.Open(ctx, by, "comp1", "a1")
			return err
		}},
		"begin an assignment by a page": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Drafts.New(ctx, by, "comp1", "a77")
			return err
		}},
		"see the gate of a version": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, _, err := b.Drafts.Gate(ctx, by, "comp1", "a1", 1)
			return err
		}},
		"sign bob out": {append([]string{"bob"}, admins...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Accounts.SignOut(ctx, by, "bob")
			return err
		}},
		"publish": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Publications.Publish(ctx, by, "comp1", "a1", "")
			return err
		}},
		"unpublish": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			if _, err := b.Publications.Publish(ctx, by, "comp1", "a1", ""); err != nil {
				return err
			}
			_, err := b.Publications.Unpublish(ctx, by, "comp1", "a1", "")
			return err
		}},
		"make a course": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Courses.Add(ctx, by, classroom.NewCourse{Code: "comp2", Zone: "UTC", Flavour: "standard"})
			return err
		}},
		"change a course": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			large := "large"
			return b.Courses.Set(ctx, by, classroom.CourseChange{Code: "comp1", Flavour: &large})
		}},
		"list courses": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Courses.List(ctx, by)
			return err
		}},
		"enrol": {[]string{"ida", "operator", "root"}, func(ctx context.Context, b *bundle, by schema.Actor) error {
			return b.Courses.Enrol(ctx, by, "comp1", "eve", schema.RoleStudent)
		}},
		"end an enrolment": {[]string{"ida", "operator", "root"}, func(ctx context.Context, b *bundle, by schema.Actor) error {
			return b.Courses.Unenrol(ctx, by, "comp1", "bob")
		}},
		"see the roster": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Courses.Roster(ctx, by, "comp1")
			return err
		}},
		"list everyone's submissions": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Work.Submissions(ctx, by, classroom.SubmissionPage{Assignment: "comp1/a1"})
			return err
		}},
		"list bob's submissions": {append([]string{"bob"}, staff...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Work.Submissions(ctx, by, classroom.SubmissionPage{Assignment: "comp1/a1", Login: "bob"})
			return err
		}},
		"see bob's submission": {append([]string{"bob"}, staff...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Work.Submission(ctx, by, schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "bob", Number: 1})
			return err
		}},
		"rerun bob's graded submission": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Work.Rerun(ctx, by, b.first("bob").ID)
			return err
		}},
		"extend bob's time": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.Extend(ctx, by, classroom.NewExtension{Course: "comp1", Assignment: "a2", Owner: "bob", Days: 2})
			return err
		}},
		"take an extension back": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.EndExtension(ctx, by, "comp1", "a2", 1)
			return err
		}},
		"list extensions": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.Extensions(ctx, by, "comp1", "a2")
			return err
		}},
		"record an outage": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, _, err := b.Grades.Outage(ctx, by, classroom.NewOutage{Course: "comp1", Start: "2026-09-13 22:00", Length: time.Hour})
			return err
		}},
		"see late days and outages": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.Times(ctx, by, "comp1")
			return err
		}},
		"list regrade sets": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Regrades.List(ctx, by, "comp1", "a2")
			return err
		}},
		"list the people of a roster": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.People.List(ctx, by, "comp1")
			return err
		}},
		"see the class": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			m, err := b.Work.Member(ctx, by, "comp1")
			if err != nil {
				return err
			}
			a, err := b.Work.Assignment(ctx, m, "a2")
			if err != nil {
				return err
			}
			_, err = b.Classes.Show(ctx, m, a, course.ClassQuery{Size: 10})
			return err
		}},
		"see how the runners do": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			report, err := b.Queue.Show(ctx, by)
			if err == nil && len(report.Pools)+len(report.Runners) == 0 {
				return schema.Errorf(schema.CodeForbidden, "the report leaves them out")
			}
			return err
		}},
		"set late days": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			return b.Grades.SetLateTokens(ctx, by, "comp1", 4)
		}},
		"adjust bob's grade": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.Adjust(ctx, by, "comp1", "a1", "bob", "+1", "good comments")
			return err
		}},
		"remove an adjustment": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.EndAdjustment(ctx, by, "comp1", "a2", 1)
			return err
		}},
		"gather bob's work": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Archives.Gather(ctx, by, classroom.ArchiveRequest{Course: "comp1", Assignment: "a1"})
			return err
		}},
		"hand in for bob": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			room := classroom.New(classroom.Options{Store: b.store, Clock: b.now, Trees: files{}})
			_, err := room.HandIns.Submit(ctx, by, classroom.NewHandIn{Course: "comp1", Assignment: "a1", Owner: "bob", Commit: b.first("bob").Commit, Reason: "again"})
			return err
		}},
		"comment on bob's submission": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Comments.Add(ctx, by, classroom.NewComment{Submission: b.first("bob").Name, Text: "good names"})
			return err
		}},
		"remove a comment of somebody else": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Comments.Remove(ctx, by, b.first("bob").Name, 1)
			return err
		}},
		"read comments on bob's submission": {append([]string{"bob"}, staff...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Comments.On(ctx, by, b.first("bob").Name)
			return err
		}},
		"list adjustments": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.Adjustments(ctx, by, "comp1", "a1")
			return err
		}},
		"mark bob's submission": {[]string{"bob"}, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.Mark(ctx, by, schema.SubmissionName{Course: "comp1", Assignment: "a2", Owner: "bob", Number: 1})
			return err
		}},
		"list everybody's grades": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, listErr := b.Grades.List(ctx, by, "comp1", "")
			_, err := b.Grades.Students(ctx, by, "comp1", []string{"alice"})
			if schema.CodeOf(err) != schema.CodeOf(listErr) {
				b.t.Errorf("the list's error is %v, that of some students %v", listErr, err)
			}
			return err
		}},
		"list bob's grades": {append([]string{"bob"}, staff...), func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Grades.List(ctx, by, "comp1", "bob")
			return err
		}},
		"import a roster": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.People.Import(ctx, by, classroom.ImportRequest{Course: "comp1", Data: []byte("login\nzoe\n")})
			return err
		}},
		"export grades": {staff, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.People.Export(ctx, by, classroom.ExportRequest{Course: "comp1", Format: "csv"})
			return err
		}},
		"make a regrade set": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Regrades.Create(ctx, by, classroom.NewRegrade{Course: "comp1", Assignment: "a1", Which: schema.RegradeAll})
			return err
		}},
		"show a regrade set": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Regrades.Show(ctx, by, 1)
			return err
		}},
		"discard a regrade set": {instructors, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Regrades.Discard(ctx, by, 1)
			return err
		}},
		"move the queue": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Queue.Move(ctx, by, "standard", "large")
			return err
		}},
		"read the audit log": {admins, func(ctx context.Context, b *bundle, by schema.Actor) error {
			_, err := b.Audit.Log(ctx, by, schema.AuditQuery{Limit: 1})
			return err
		}},
	}
	for name, action := range actions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.homework()
			before := b.last()
			everybody := slices.Sorted(maps.Keys(b.actors))
			for _, login := range everybody {
				if slices.Contains(action.may, login) {
					continue
				}
				err := action.do(t.Context(), b, b.actors[login])
				if code := schema.CodeOf(err); code != schema.CodeForbidden && code != schema.CodeNotFound && code != schema.CodeRefused {
					t.Errorf("%s: %v", login, err)
				}
			}
			if after := b.last(); after != before {
				t.Errorf("what was refused was written down: %+v", after)
			}
			for _, login := range action.may {
				b := newBundle(t)
				b.homework()
				if err := action.do(t.Context(), b, b.actors[login]); err != nil {
					t.Errorf("%s may not: %v", login, err)
				}
			}
		})
	}
}

// homework creates graded submissions of bob to a1 and a2. a2 is due in two weeks, and bob has an
// extension, an adjustment and a regrade set in it. The operator has commented on the submission to
// a1.
func (b *bundle) homework() {
	b.t.Helper()
	b.push("bob")
	b.grade(schema.Result{Outcome: schema.OutcomeGraded})
	b.assignment("a2", "title: A2\ndue: 2026-09-28 23:59\nsubmissions: {counts: marked}\ntests:\n  - {name: greets, run: ./hello}\n")
	b.pushTo("a2", "bob")
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(1, 1), MaxScore: schema.NewPoints(2, 1)})
	_, err := b.Grades.Extend(b.t.Context(), schema.Operator(), classroom.NewExtension{Course: "comp1", Assignment: "a2", Owner: "bob", Days: 1})
	check(b.t, err)
	_, err = b.Grades.Adjust(b.t.Context(), schema.Operator(), "comp1", "a2", "bob", "1", "kind")
	check(b.t, err)
	_, err = b.Comments.Add(b.t.Context(), schema.Operator(), classroom.NewComment{Submission: b.first("bob").Name, Text: "look at line 3"})
	check(b.t, err)
	_, err = b.Regrades.Create(b.t.Context(), schema.Operator(), classroom.NewRegrade{Course: "comp1", Assignment: "a2"})
	check(b.t, err)
}

// first returns a login's first submission.
func (b *bundle) first(login string) schema.GradedSubmission {
	b.t.Helper()
	sub, err := b.store.Submission(b.t.Context(), schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: login, Number: 1})
	check(b.t, err)
	return sub
}

// TestUnknownAndHiddenReadAlike requests hidden things and missing things. The errors are the same.
func TestUnknownAndHiddenReadAlike(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("bob")
	b.assignment("secret", "title: S\nrelease: 2030-01-01 00:00\ntests:\n  - {name: a, run: ./a, points: 1}\n")
	_, there := b.Work.Member(t.Context(), b.actors["eve"], "comp1")
	_, absent := b.Work.Member(t.Context(), b.actors["eve"], "comp9")
	refused(t, there, schema.CodeNotFound, "comp1 is unknown, or you are not enrolled")
	refused(t, absent, schema.CodeNotFound, "comp9 is unknown, or you are not enrolled")
	alice, err := b.Work.Member(t.Context(), b.actors["alice"], "comp1")
	check(t, err)
	_, unreleased := b.Work.Assignment(t.Context(), alice, "secret")
	_, none := b.Work.Assignment(t.Context(), alice, "nothing")
	refused(t, unreleased, schema.CodeNotFound, "there is no assignment comp1/secret yet")
	refused(t, none, schema.CodeNotFound, "there is no assignment comp1/nothing yet")
	for _, n := range []int{1, 2} {
		_, err := b.Work.Submission(t.Context(), b.actors["alice"], schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "bob", Number: n})
		refused(t, err, schema.CodeNotFound, "or none that you may see")
	}
	shown, err := b.Work.Assignments(t.Context(), alice)
	if check(t, err); len(shown) != 1 || shown[0].Name != "a1" || shown[0].Spec.Title != "A1" {
		t.Errorf("alice sees %+v", shown)
	}
	tina, err := b.Work.Member(t.Context(), b.actors["tina"], "comp1")
	check(t, err)
	if shown, err = b.Work.Assignments(t.Context(), tina); err != nil || len(shown) != 2 {
		t.Errorf("staff see %d assignments, %v", len(shown), err)
	}
}

// TestDisabledAccountDoesNothing disables alice while she is signed in.
func TestDisabledAccountDoesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	_, err := b.Accounts.SetDisabled(t.Context(), b.actors["root"], "alice", true)
	check(t, err)
	alice := b.actors["alice"]
	alice.User.Disabled = true
	_, err = b.Work.Member(t.Context(), alice, "comp1")
	refused(t, err, schema.CodeRefused, "alice is disabled")
	_, err = b.Accounts.SignInLink(t.Context(), alice, "")
	refused(t, err, schema.CodeRefused, "alice is disabled")
	_, err = b.Accounts.OfferKey(t.Context(), alice, publicKey(t, "another"))
	refused(t, err, schema.CodeRefused, "alice is disabled")
	_, err = b.Accounts.NewCode(t.Context(), schema.Operator(), "alice", "")
	refused(t, err, schema.CodeRefused, "alice is disabled")
	admin := b.actors["root"]
	admin.User.Disabled = true
	_, err = b.Accounts.Users(t.Context(), admin)
	refused(t, err, schema.CodeForbidden)
}
