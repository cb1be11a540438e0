package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// lateSource is an assignment that was due a day before the bundle's epoch, with late days.
const lateSource = "title: A1\ndue: 2026-09-12 23:59\nlate: {until: 2026-12-30 23:59, tokens: true, penalty: {percent: 10, per: day}}\nteam: {max: 3}\ntests:\n  - {name: greets, run: ./hello}\n"

// change changes the teams of an assignment.
func (b *bundle) change(a schema.Assignment, do func(course.Teams, course.Viewer) ([]schema.TeamChange, error)) []schema.TeamChange {
	b.t.Helper()
	return ok(b.ChangeTeams(b.t.Context(), b.actor("ida", ""), schema.TeamRequest{Assignment: a}, func(t course.Teams) ([]schema.TeamChange, error) {
		t.Rules = &assignment.Team{Max: 5}
		return do(t, course.Viewer{Login: "ida", Role: schema.RoleInstructor})
	}))(b.t)
}

// team creates a team of an assignment.
func (b *bundle) team(a schema.Assignment, name string, logins ...string) {
	b.t.Helper()
	b.change(a, func(t course.Teams, v course.Viewer) ([]schema.TeamChange, error) { return t.Create(v, name, logins) })
}

func (b *bundle) join(a schema.Assignment, name, login string) {
	b.t.Helper()
	b.change(a, func(t course.Teams, v course.Viewer) ([]schema.TeamChange, error) {
		return t.Add(v, name, []string{login})
	})
}

func (b *bundle) leave(a schema.Assignment, name, login string) {
	b.t.Helper()
	b.change(a, func(t course.Teams, v course.Viewer) ([]schema.TeamChange, error) { return t.Remove(v, name, login) })
}

// teamPush pushes to an owner's repository as a member, and grades the push with that score.
func (b *bundle) teamPush(a schema.Assignment, owner, login string, score int64) schema.GradedSubmission {
	b.t.Helper()
	in := b.intent(b.repository(a, schema.RepositoryOwn, owner), login)
	sub := ok(b.RecordSubmission(b.t.Context(), b.pushed(a, in)))(b.t)
	b.finish(b.claim("standard"), score)
	return sub
}

func (b *bundle) gradeOf(a schema.Assignment, owner string) string {
	b.t.Helper()
	g := ok(b.Grade(b.t.Context(), a.ID, owner))(b.t)
	if g.Number == 0 {
		return "none"
	}
	return fmt.Sprintf("%s/%d %s %dd", g.Counting(), g.Number, g.Final, g.Tokens)
}

func TestTeamHasOneGrade(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment
	b.graded("alice", 20)
	b.team(a, "blue", "alice")
	equal(t, []string{b.gradeOf(a, "alice"), b.gradeOf(a, "blue")}, []string{"none", "none"})
	b.join(a, "blue", "bob")
	first := b.teamPush(a, "blue", "bob", 7)
	equal(t, first.Name.String(), "comp2402/a1/blue/1")
	equal(t, first.Login, "bob")
	b.teamPush(a, "blue", "alice", 5)
	equal(t, b.gradeOf(a, "blue"), "blue/1 7 0d")
	equal(t, len(ok(b.Grades(t.Context(), b.course.ID, "alice"))(t)), 1)
	equal(t, ok(b.Grades(t.Context(), b.course.ID, "bob"))(t)[0].Owner, "blue")
	recent := ok(b.Recent(t.Context(), b.users["bob"].ID, 10))(t)
	equal(t, []any{len(recent), recent[0].Name.Owner}, []any{2, "blue"})
	// After leaving, a person does not get earlier work of their own back. The team's
	// counting submission stays.
	b.leave(a, "blue", "alice")
	equal(t, b.gradeOf(a, "alice"), "blue/1 7 0d")
	b.teamPush(a, "blue", "bob", 25)
	equal(t, []string{b.gradeOf(a, "alice"), b.gradeOf(a, "blue")}, []string{"blue/1 7 0d", "blue/3 25 0d"})
	b.graded("alice", 9)
	equal(t, b.gradeOf(a, "alice"), "alice/2 9 0d")
	// Back in the team, she has the team's grade and no grade of her own.
	b.join(a, "blue", "alice")
	equal(t, []string{b.gradeOf(a, "alice"), b.gradeOf(a, "blue")}, []string{"none", "blue/3 25 0d"})
}

// TestUnfinishedSubmissions lists the waiting and running submissions of a person and of their teams, but not of a
// team that they have left.
func TestUnfinishedSubmissions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment
	names := func(login string) (all []string) {
		for _, s := range ok(b.Unfinished(t.Context(), b.users[login].ID))(t) {
			all = append(all, s.Name.Owner)
		}
		return all
	}
	b.graded("alice", 20)
	equal(t, len(names("alice")), 0)
	b.push("alice")
	b.team(a, "blue", "alice", "bob")
	in := b.intent(b.repository(a, schema.RepositoryOwn, "blue"), "alice")
	ok(b.RecordSubmission(t.Context(), b.pushed(a, in)))(t)
	running := b.claim("standard")
	equal(t, []any{names("alice"), names("bob")}, []any{[]string{"blue", "alice"}, []string{"blue"}})
	b.leave(a, "blue", "bob")
	equal(t, []any{names("alice"), names("bob")}, []any{[]string{"blue", "alice"}, []string(nil)})
	b.finish(running, 3)
	equal(t, len(names("alice")), 1)
	equal(t, []int{ok(b.Pushes(t.Context(), a.ID, "alice"))(t), ok(b.Pushes(t.Context(), a.ID, "blue"))(t), ok(b.Pushes(t.Context(), a.ID, "eve"))(t)}, []int{2, 1, 0})
}

// TestLeavingTeamWithoutSubmission restores the member's own grade.
func TestLeavingTeamWithoutSubmission(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment
	b.graded("alice", 20)
	b.team(a, "blue", "alice", "bob")
	equal(t, b.gradeOf(a, "alice"), "none")
	b.leave(a, "blue", "alice")
	equal(t, b.gradeOf(a, "alice"), "alice/1 20 0d")
}

// TestTeamPushInQueueStaysWithLeaver grades a team's push after a member has left.
func TestTeamPushInQueueStaysWithLeaver(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment
	b.team(a, "blue", "alice", "bob")
	in := b.intent(b.repository(a, schema.RepositoryOwn, "blue"), "alice")
	ok(b.RecordSubmission(t.Context(), b.pushed(a, in)))(t)
	b.leave(a, "blue", "alice")
	equal(t, b.gradeOf(a, "alice"), "none")
	b.finish(b.claim("standard"), 8)
	equal(t, []string{b.gradeOf(a, "alice"), b.gradeOf(a, "blue")}, []string{"blue/1 8 0d", "blue/1 8 0d"})
}

func TestTeamSpendsLateDaysOfEveryMember(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate(lateSource)
	check(t, b.SetLateTokens(t.Context(), b.actor("ida", ""), b.course, 3))
	second := b.addAssignment(b.course, "a2")
	b.source = lateSource
	v, _ := b.candidate(second)
	b.gate(v, schema.GateResult{Passed: true})
	second = ok(b.Assignment(t.Context(), b.course.Code, "a2"))(t)

	// Alone, alice is two days late in a2: 2 of her 3 late days.
	b.teamPush(second, "alice", "alice", 10)
	equal(t, b.gradeOf(second, "alice"), "alice/1 10 2d")
	// The team is two days late in a1, which is counted first; bob and alice have 3 late days
	// each.
	b.team(b.assignment, "blue", "alice", "bob")
	b.teamPush(b.assignment, "blue", "bob", 10)
	equal(t, b.gradeOf(b.assignment, "blue"), "blue/1 10 2d")
	// Now alice has 1 late day left for a2, which covers one of two days.
	equal(t, b.gradeOf(second, "alice"), "alice/1 9 1d")
	terms := ok(b.Terms(t.Context(), b.assignment.ID, "blue", epoch))(t)
	equal(t, terms.Tokens, 2) // alice spends one late day elsewhere
	equal(t, ok(b.Terms(t.Context(), second.ID, "bob", epoch))(t).Tokens, 1)
	// A dropped member does not limit the team.
	_, err := b.writer.db.Exec(`UPDATE enrolments SET dropped = 1 WHERE user_id = ?`, b.users["alice"].ID)
	check(t, err)
	equal(t, ok(b.Terms(t.Context(), b.assignment.ID, "blue", epoch))(t).Tokens, 3)
}

func TestLatestExtensionOfAnyMemberApplies(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate("title: A1\ndue: 2026-09-13 23:59\nlate: {until: 2026-09-20 23:59, penalty: {percent: 10, per: day}}\ntests:\n  - {name: greets, run: ./hello}\n")
	a := b.assignment
	b.team(a, "blue", "alice", "bob")
	b.teamPush(a, "blue", "alice", 10)
	equal(t, b.gradeOf(a, "blue"), "blue/1 9 0d")
	_, _, err := b.AddExtension(t.Context(), b.actor("ida", ""), a, "bob", schema.Extension{Days: 2}, "ill")
	check(t, err)
	equal(t, b.gradeOf(a, "blue"), "blue/1 10 0d")
	b.leave(a, "blue", "alice") // she keeps the team's submissions
	equal(t, b.gradeOf(a, "alice"), "blue/1 10 0d")
	b.leave(a, "blue", "bob") // nobody in the team has an extension any more
	equal(t, []string{b.gradeOf(a, "blue"), b.gradeOf(a, "alice"), b.gradeOf(a, "bob")}, []string{"blue/1 9 0d", "blue/1 10 0d", "blue/1 10 0d"})
	// Alice's own work follows her own due time.
	schedule := ok(b.Terms(t.Context(), a.ID, "alice", epoch))(t).Schedule
	equal(t, schedule.Due().UTC().Format(time.DateTime), "2026-09-14 03:59:00")
	// Results stay hidden until the due date of the member with the most time.
	owner := ok(b.Owner(t.Context(), a.ID, "alice"))(t)
	equal(t, owner.Schedule.Due().UTC().Format(time.DateTime), "2026-09-16 03:59:00")
}

// TestKeptPushOfATeamIsGraded adds a person with more time to a team.
func TestKeptPushOfATeamIsGraded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate("title: A1\ndue: 2026-09-13 23:59\ntests:\n  - {name: greets, run: ./hello}\n")
	a := b.assignment
	b.team(a, "blue", "alice")
	in := b.intent(b.repository(a, schema.RepositoryOwn, "blue"), "alice")
	sub := ok(b.RecordSubmission(t.Context(), b.pushed(a, in)))(t)
	equal(t, []any{sub.Kept, sub.Job.State}, []any{true, schema.StateCancelled})
	_, queued, err := b.AddExtension(t.Context(), b.actor("ida", ""), a, "bob", schema.Extension{Days: 2}, "")
	check(t, err)
	equal(t, queued, 0)
	b.join(a, "blue", "bob")
	b.finish(b.claim("standard"), 6)
	equal(t, b.gradeOf(a, "blue"), "blue/1 6 0d")
}

func TestTeamNamesAndLoginsShareOneNamespace(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.team(b.assignment, "blue", "alice")
	blue := ok(b.AddUser(t.Context(), b.actor("ida", ""), schema.User{Login: "blue"}))(t)
	refused(t, b.Enrol(t.Context(), b.actor("ida", ""), b.course, blue, schema.RoleStudent), schema.CodeConflict,
		"blue is the name of a team of comp2402/a1, and teams and logins share their names; give this person another login, or delete the team")
	_, err := b.AddUser(t.Context(), b.actor("ida", ""), schema.User{Login: "red", Admin: true})
	check(t, err)
	b.team(b.assignment, "green")
	_, err = b.AddUser(t.Context(), b.actor("ida", ""), schema.User{Login: "green", Admin: true})
	refused(t, err, schema.CodeConflict, "green is the name of a team of comp2402/a1")
	changes := ok(b.ImportRoster(t.Context(), b.actor("ida", ""), schema.RosterImport{Course: b.course, Rows: []schema.RosterRow{{Line: 2, Login: "blue"}, {Line: 3, Login: "eve"}}}))(t)
	equal(t, []schema.RosterKind{changes[0].Kind, changes[1].Kind}, []schema.RosterKind{schema.RosterRefused, schema.RosterAdded})
	// Another course may have a person with that name.
	other := b.addCourse("comp1405")
	check(t, b.Enrol(t.Context(), b.actor("ida", ""), other, blue, schema.RoleStudent))
}

func TestDeletedTeamLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment
	b.team(a, "blue", "alice", "bob")
	_, err := b.Adjust(t.Context(), b.actor("ida", ""), a, "blue", schema.NewPoints(2, 1), "early")
	check(t, err)
	remove := func() ([]schema.TeamChange, error) {
		return b.ChangeTeams(t.Context(), b.actor("ida", ""), schema.TeamRequest{Assignment: a}, func(teams course.Teams) ([]schema.TeamChange, error) {
			return teams.Delete(course.Viewer{Admin: true}, "blue")
		})
	}
	ok(remove())(t)
	equal(t, b.last(), schema.AuditEntry{Actor: "ida", Channel: schema.ChannelSSH, Action: "team.change", Course: "comp2402", Subject: "comp2402/a1/blue", After: "left alice, left bob, deleted blue"})
	b.team(a, "blue", "bob")
	b.teamPush(a, "blue", "bob", 3)
	equal(t, b.gradeOf(a, "blue"), "blue/1 3 0d") // not 5
	_, err = remove()
	refused(t, err, schema.CodeRefused, "team blue has 1 submission; a team can be deleted only before its first one")
}

// TestTeamPushBeingRecordedKeepsTeam checks that a team with an open push cannot be deleted.
func TestTeamPushBeingRecordedKeepsTeam(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment
	b.team(a, "blue", "alice")
	in := b.intent(b.repository(a, schema.RepositoryOwn, "blue"), "alice")
	_, err := b.ChangeTeams(t.Context(), b.actor("ida", ""), schema.TeamRequest{Assignment: a}, func(teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Delete(course.Viewer{Admin: true}, "blue")
	})
	refused(t, err, schema.CodeRefused, "team blue has 1 submission")
	ok(b.RecordSubmission(t.Context(), b.pushed(a, in)))(t)
}

func TestDryRunOfTeamsChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	before := b.last()
	changes := ok(b.ChangeTeams(t.Context(), b.actor("ida", ""), schema.TeamRequest{Assignment: b.assignment, DryRun: true}, func(t course.Teams) ([]schema.TeamChange, error) {
		t.Rules = &assignment.Team{Max: 2}
		return t.Create(course.Viewer{Admin: true}, "blue", []string{"alice"})
	}))(t)
	equal(t, len(changes), 2)
	equal(t, len(ok(b.Teams(t.Context(), b.assignment.ID))(t)), 0)
	equal(t, b.last(), before)
}

// TestIncrementalTeamGradesAgree changes teams and grades at random, and compares the
// grades after each change with those of the whole course.
func TestIncrementalTeamGradesAgree(t *testing.T) {
	t.Parallel()
	const logins, steps = 4, 60
	for seed := range uint64(6) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			r := rand.New(rand.NewPCG(seed, 1))
			var people []string
			for n := range logins {
				people = append(people, fmt.Sprintf("s%d", n))
				b.enrol(people[n], schema.RoleStudent)
			}
			b.activate(lateSource)
			check(t, b.SetLateTokens(t.Context(), b.actor("ida", ""), b.course, 3))
			second := b.addAssignment(b.course, "a2")
			b.source = lateSource
			v, _ := b.candidate(second)
			b.gate(v, schema.GateResult{Passed: true})
			all := []schema.Assignment{b.assignment, ok(b.Assignment(t.Context(), b.course.Code, "a2"))(t)}
			for range steps {
				b.randomStep(r, all[r.IntN(2)], people[r.IntN(logins)])
				got := b.grades()
				check(t, b.write(t.Context(), "update grades", func(tx *tx) error { return b.updateCourseGrades(t.Context(), tx, b.course.ID, b.tick()) }))
				equal(t, got, b.grades())
				b.pagesAgree(got, people[r.IntN(logins):])
				if t.Failed() {
					return
				}
			}
		})
	}
}

// pagesAgree compares the grades, maximum scores and latest submissions of some students with those selected from all
// grades of the course and from lists of submissions.
func (b *bundle) pagesAgree(all []schema.Grade, logins []string) {
	b.t.Helper()
	ctx := b.t.Context()
	wanted := make(map[course.WorkOf]bool)
	for _, a := range ok(b.Assignments(ctx, b.course.ID))(b.t) {
		for _, login := range logins {
			wanted[course.WorkOf{Assignment: a.ID, Owner: ok(b.OwnerOf(ctx, a.ID, login))(b.t)}] = true
		}
	}
	var grades []schema.Grade
	most := make(map[string]schema.Points)
	for _, g := range all {
		if wanted[course.WorkOf{Assignment: g.AssignmentID, Owner: g.Owner}] {
			grades = append(grades, g)
		}
		if g.MaxScore.Cmp(most[g.Assignment]) >= 0 {
			most[g.Assignment] = g.MaxScore
		}
	}
	got := ok(b.StudentGrades(ctx, b.course.ID, logins))(b.t)
	for i := range got {
		got[i].ChangedAt = time.Time{}
	}
	equal(b.t, got, grades)
	equal(b.t, ok(b.MaxScores(ctx, b.course.ID))(b.t), most)
	for _, login := range logins {
		var subs []schema.GradedSubmission
		for _, a := range ok(b.Assignments(ctx, b.course.ID))(b.t) {
			for _, owner := range slices.Compact([]string{login, ok(b.OwnerOf(ctx, a.ID, login))(b.t)}) {
				subs = append(subs, ok(b.Submissions(ctx, a.ID, owner, 1000))(b.t)...)
			}
		}
		slices.SortFunc(subs, func(a, b schema.GradedSubmission) int { return b.ReceivedAt.Compare(a.ReceivedAt) })
		equal(b.t, ok(b.Recent(ctx, b.user(login).ID, 5))(b.t), subs[:min(5, len(subs))])
	}
}

func (b *bundle) grades() []schema.Grade {
	b.t.Helper()
	all := ok(b.Grades(b.t.Context(), b.course.ID, ""))(b.t)
	for i := range all {
		all[i].ChangedAt = time.Time{}
	}
	return all
}

// randomStep makes a person join or leave a team, push, or get more time or points.
func (b *bundle) randomStep(r *rand.Rand, a schema.Assignment, login string) {
	b.t.Helper()
	ctx, owner := context.Background(), ok(b.OwnerOf(b.t.Context(), a.ID, login))(b.t)
	b.now.Add(int64(r.IntN(8)) * time.Hour.Microseconds())
	switch r.IntN(5) {
	case 0, 1:
		b.teamPush(a, owner, login, int64(r.IntN(25)))
	case 2:
		if owner == login {
			name := []string{"blue", "red"}[r.IntN(2)]
			b.change(a, func(t course.Teams, v course.Viewer) ([]schema.TeamChange, error) {
				if changes, err := t.Add(v, name, []string{login}); schema.CodeOf(err) != schema.CodeNotFound {
					return changes, err
				}
				return t.Create(v, name, []string{login})
			})
		} else {
			b.leave(a, owner, login)
		}
	case 3:
		_, _, err := b.AddExtension(ctx, b.actor("ida", ""), a, []string{owner, login}[r.IntN(2)], schema.Extension{Days: 1 + r.IntN(3)}, "")
		check(b.t, err)
	default:
		_, err := b.Adjust(ctx, b.actor("ida", ""), a, owner, schema.NewPoints(int64(r.IntN(5)-2), 1), "")
		check(b.t, err)
	}
}
