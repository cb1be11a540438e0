package classroom

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// GradeStore is the part of the store that the actions on times and grades use. Each change
// is one transaction with its audit entry and the new grades. Methods return CodeNotFound
// if nothing matches.
type GradeStore interface {
	memberStore
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// SubmissionFacts returns one submission without its result; number 0 means the owner's latest.
	SubmissionFacts(ctx context.Context, name schema.SubmissionName) (schema.Submission, error)
	// SectionOffset returns how much later an owner's work is due than the assignment says, because
	// of the owner's section.
	SectionOffset(ctx context.Context, a schema.Assignment, owner string) (schema.DueOffset, error)
	// Terms returns the terms for a push of the owner at that moment.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// Grades returns the grades of a course, by owner and assignment; owner "" means everybody.
	Grades(ctx context.Context, course int64, owner string) ([]schema.Grade, error)
	// StudentGrades returns the grades of some students of a course, by owner and assignment. A
	// team's grade is included once.
	StudentGrades(ctx context.Context, course int64, logins []string) ([]schema.Grade, error)
	// MaxScores returns the largest maximum score among the grades of each assignment of a course,
	// by name.
	MaxScores(ctx context.Context, course int64) (map[string]schema.Points, error)
	// AddExtension grants more time and returns the number of kept pushes that are graded now.
	AddExtension(ctx context.Context, by schema.Actor, a schema.Assignment, owner string, e schema.Extension, reason string) (schema.GrantedExtension, int, error)
	// EndExtension removes an extension.
	EndExtension(ctx context.Context, by schema.Actor, a schema.Assignment, id int64) (schema.GrantedExtension, error)
	// Extensions returns the extensions of an assignment, by owner.
	Extensions(ctx context.Context, assignment int64) ([]schema.GrantedExtension, error)
	// AddOutage records an outage and returns the number of kept pushes that are graded now.
	AddOutage(ctx context.Context, by schema.Actor, c schema.Course, o schema.Outage) (schema.Outage, int, error)
	// Outages returns the outages of a course, oldest first.
	Outages(ctx context.Context, course int64) ([]schema.Outage, error)
	// LateTokens returns the number of late days of each student of a course.
	LateTokens(ctx context.Context, course int64) (int, error)
	// SetLateTokens sets how many late days each student of a course has.
	SetLateTokens(ctx context.Context, by schema.Actor, c schema.Course, tokens int) error
	// Adjust adds points to a grade or subtracts them.
	Adjust(ctx context.Context, by schema.Actor, a schema.Assignment, owner string, points schema.Points, reason string) (schema.Adjustment, error)
	// EndAdjustment removes an adjustment.
	EndAdjustment(ctx context.Context, by schema.Actor, a schema.Assignment, id int64) (schema.Adjustment, error)
	// Adjustments returns the adjustments of an assignment, by owner.
	Adjustments(ctx context.Context, assignment int64) ([]schema.Adjustment, error)
	// Seats returns who is or was in the teams of a course, oldest first.
	Seats(ctx context.Context, course int64) ([]schema.Seat, error)
	// Mark makes a submission count.
	Mark(ctx context.Context, by schema.Actor, a schema.Assignment, sub schema.Submission) error
}

// Grades implements the actions on times and grades.
type Grades struct {
	store GradeStore
	live  Live
	clock func() time.Time
	work  *Work
}

// Limits on input by staff.
const (
	maxReason  = 500 // characters
	maxTokens  = 100 // late days of a course
	maxOutage  = 30 * 24 * time.Hour
	maxExtends = 366 * 24 * time.Hour
)

// NewOutage describes a time in which a course could not submit.
type NewOutage struct {
	Course string
	Start  string // local time
	Length time.Duration
	Reason string
}

// Outage records an outage. It moves the due time and the end of every affected assignment by its length,
// for everybody. It returns the outage and the number of kept pushes that are graded now.
func (g *Grades) Outage(ctx context.Context, by schema.Actor, n NewOutage) (schema.Outage, int, error) {
	m, err := findMember(ctx, g.store, by, n.Course)
	if err == nil {
		err = course.MayChangeTimes(m.Viewer(), n.Course)
	}
	if err != nil {
		return schema.Outage{}, 0, err
	}
	start, err := course.ParseMinute("start", n.Start, m.Course.Location())
	switch {
	case err != nil:
		return schema.Outage{}, 0, err
	case n.Length <= 0 || n.Length > maxOutage:
		return schema.Outage{}, 0, schema.Errorf(schema.CodeInvalid, "an outage lasts more than nothing and at most %d days; write a length such as 90m", maxOutage/(24*time.Hour))
	case start.Add(n.Length).After(g.clock()):
		return schema.Outage{}, 0, schema.Errorf(schema.CodeInvalid, "an outage is confirmed when it is over; this one would end at %s",
			start.Add(n.Length).In(m.Course.Location()).Format("2006-01-02 15:04"))
	case len([]rune(n.Reason)) > maxReason:
		return schema.Outage{}, 0, schema.Errorf(schema.CodeInvalid, "a reason has at most %d characters", maxReason)
	}
	added, graded, err := g.store.AddOutage(ctx, by, m.Course, schema.Outage{Start: start, Length: n.Length, Reason: n.Reason})
	if err == nil && graded > 0 {
		g.live.Wake()
	}
	return added, graded, err
}

// SetLateTokens sets how many late days each student of a course has.
func (g *Grades) SetLateTokens(ctx context.Context, by schema.Actor, code string, tokens int) error {
	m, err := findMember(ctx, g.store, by, code)
	if err == nil {
		err = course.MayChangeTimes(m.Viewer(), code)
	}
	if err == nil {
		err = course.Settable(m.Course, assignment.KeyLateTokens)
	}
	if err != nil {
		return err
	}
	if tokens < 0 || tokens > maxTokens {
		return schema.Errorf(schema.CodeInvalid, "late days are a number from 0 to %d", maxTokens)
	}
	return g.store.SetLateTokens(ctx, by, m.Course, tokens)
}

// Adjust adds points to an owner's grade, or subtracts them.
func (g *Grades) Adjust(ctx context.Context, by schema.Actor, code, name, owner, points, reason string) (schema.Adjustment, error) {
	m, a, _, err := g.assignment(ctx, by, code, name)
	if err == nil {
		err = course.MayAdjust(m.Viewer().In(a.Name), code, owner)
	}
	if err == nil {
		err = g.adjustable(ctx, a, owner)
	}
	if err != nil {
		return schema.Adjustment{}, err
	}
	p, err := schema.ParsePoints(points)
	switch {
	case err != nil:
		return schema.Adjustment{}, err
	case p.IsZero():
		return schema.Adjustment{}, schema.Errorf(schema.CodeInvalid, "an adjustment of 0 points changes nothing; write +2 or -1/2")
	case reason == "":
		return schema.Adjustment{}, schema.Errorf(schema.CodeInvalid, "an adjustment needs a reason, which the student reads, such as \"good comments\"")
	case len([]rune(reason)) > maxReason:
		return schema.Adjustment{}, schema.Errorf(schema.CodeInvalid, "a reason has at most %d characters", maxReason)
	}
	return g.store.Adjust(ctx, by, a, owner, p, reason)
}

// EndAdjustment removes an adjustment.
func (g *Grades) EndAdjustment(ctx context.Context, by schema.Actor, code, name string, id int64) (schema.Adjustment, error) {
	m, a, _, err := g.assignment(ctx, by, code, name)
	if err == nil {
		err = g.mayEndAdjustment(ctx, m, a, id)
	}
	if err != nil {
		return schema.Adjustment{}, err
	}
	return g.store.EndAdjustment(ctx, by, a, id)
}

// mayEndAdjustment decides whether a member may remove an adjustment, as mayEnd does.
func (g *Grades) mayEndAdjustment(ctx context.Context, m Member, a schema.Assignment, id int64) error {
	all, err := g.store.Adjustments(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list adjustments: %w", err)
	}
	owner := m.Actor.User.Login
	for _, is := range all {
		if is.ID == id {
			owner = is.Owner
		}
	}
	return course.MayAdjust(m.Viewer().In(a.Name), m.Course.Code, owner)
}

// Adjustments lists the adjustments of an assignment, by owner.
func (g *Grades) Adjustments(ctx context.Context, by schema.Actor, code, name string) ([]schema.Adjustment, error) {
	m, a, _, err := g.assignment(ctx, by, code, name)
	if err == nil {
		err = course.MaySeeGrades(m.Viewer(), code, "")
	}
	if err != nil {
		return nil, err
	}
	all, err := g.store.Adjustments(ctx, a.ID)
	return slices.DeleteFunc(all, func(is schema.Adjustment) bool { return !m.Viewer().In(a.Name).SeesOwner(is.Owner) }), err
}

// Mark makes a submission count, for its owner.
func (g *Grades) Mark(ctx context.Context, by schema.Actor, name schema.SubmissionName) (schema.Submission, error) {
	m, a, spec, err := g.assignment(ctx, by, name.Course, name.Assignment)
	if err != nil {
		return schema.Submission{}, err
	}
	if name.Owner == "" {
		if name.Owner, err = g.work.OwnerOf(ctx, m, a.ID); err != nil {
			return schema.Submission{}, err
		}
	}
	access, err := g.work.Access(ctx, m.Viewer(), a.ID, name.Owner)
	if err == nil {
		err = course.MaySee(access, name)
	}
	if err != nil {
		return schema.Submission{}, err
	}
	sub, err := g.store.SubmissionFacts(ctx, name)
	if err != nil {
		return sub, err
	}
	terms, err := g.terms(ctx, a.ID, name.Owner)
	if err != nil {
		return sub, err
	}
	mark := course.Mark{Name: sub.Name, Rule: string(spec.Counts), Kept: sub.Kept, Ended: terms.Schedule.Ended(g.clock())}
	if err := course.MayMark(access, mark); err != nil {
		return sub, err
	}
	return sub, g.store.Mark(ctx, by, a, sub)
}

// terms returns the terms for a push of the owner now.
func (g *Grades) terms(ctx context.Context, assignment int64, owner string) (course.Terms, error) {
	terms, err := g.store.Terms(ctx, assignment, owner, g.clock())
	if err != nil {
		return terms, fmt.Errorf("read terms: %w", err)
	}
	return terms, nil
}

// List lists the grades of a course, by owner and assignment; owner "" means everybody. A
// student sees only their own grades and the grades of their teams.
func (g *Grades) List(ctx context.Context, by schema.Actor, code, owner string) ([]schema.Grade, error) {
	m, err := findMember(ctx, g.store, by, code)
	if err != nil {
		return nil, err
	}
	if owner != by.User.Login || owner == "" {
		if err := course.MaySeeGrades(m.Viewer(), code, owner); err != nil {
			return nil, err
		}
	}
	all, err := g.store.Grades(ctx, m.Course.ID, owner)
	if err != nil {
		return nil, err
	}
	return g.shown(ctx, m, all)
}

// ClassGrades holds the grades of some students of a course.
type ClassGrades struct {
	Max    map[string]schema.Points // maximum score of each assignment with grades, by name
	Grades []schema.Grade           // by owner and assignment; a team's grade is included once
}

// Students returns the grades of some students of a course, for its staff.
func (g *Grades) Students(ctx context.Context, by schema.Actor, code string, logins []string) (ClassGrades, error) {
	m, err := findMember(ctx, g.store, by, code)
	if err == nil {
		err = course.MaySeeGrades(m.Viewer(), code, "")
	}
	if err != nil {
		return ClassGrades{}, err
	}
	var of ClassGrades
	if of.Max, err = g.store.MaxScores(ctx, m.Course.ID); err != nil {
		return of, fmt.Errorf("read maximum scores: %w", err)
	}
	all, err := g.store.StudentGrades(ctx, m.Course.ID, logins)
	if err != nil {
		return of, fmt.Errorf("read grades: %w", err)
	}
	of.Grades, err = g.shown(ctx, m, all)
	return of, err
}

// shown adds the members of teams to grades, and removes what the member may not see.
func (g *Grades) shown(ctx context.Context, m Member, all []schema.Grade) ([]schema.Grade, error) {
	seats, err := g.store.Seats(ctx, m.Course.ID)
	members := course.Members(seats)
	for i := range all {
		all[i] = course.RedactGrade(all[i], course.OwnedBy(m.Viewer(), all[i].Owner))
		all[i].Members = members[course.WorkOf{Assignment: all[i].AssignmentID, Owner: all[i].Owner}]
	}
	return slices.DeleteFunc(all, func(is schema.Grade) bool {
		return m.Viewer().Staff() && !m.Viewer().In(is.Assignment).SeesOwner(is.Owner)
	}), err
}

// assignment returns an assignment with accepted tests, for a member of its course.
func (g *Grades) assignment(ctx context.Context, by schema.Actor, code, name string) (Member, schema.Assignment, *assignment.Spec, error) {
	m, err := findMember(ctx, g.store, by, code)
	if err != nil {
		return m, schema.Assignment{}, nil, err
	}
	a, err := g.store.Assignment(ctx, code, name)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return m, a, nil, noAssignment(m, name)
	}
	if err != nil {
		return m, a, nil, fmt.Errorf("find assignment: %w", err)
	}
	is := g.work.Read(a)
	switch {
	case is.Broken != nil:
		return m, a, nil, is.Broken
	case is.Spec == nil || !is.visible(m, g.clock()):
		return m, a, nil, noAssignment(m, name)
	}
	return m, a, is.Spec, nil
}

// team returns the team with that name or the team of the person with that login, or "".
func (g *Grades) team(ctx context.Context, a schema.Assignment, owner string) (string, error) {
	seats, err := g.store.Seats(ctx, a.Course.ID)
	if err != nil {
		return "", fmt.Errorf("find team: %w", err)
	}
	for _, seat := range seats {
		if seat.Assignment == a.ID && (seat.Team == owner || seat.Login == owner && seat.Left.IsZero()) {
			return seat.Team, nil
		}
	}
	return "", nil
}

// owner checks that a student or a team may have a grade for the assignment.
func (g *Grades) owner(ctx context.Context, a schema.Assignment, login string) error {
	if login == "" {
		return schema.Errorf(schema.CodeInvalid, "whose work for %s? Name a student or a team", a.Path())
	}
	team, err := g.team(ctx, a, login)
	if err != nil || team == login {
		return err
	}
	c := a.Course
	user, err := g.store.UserByLogin(ctx, login)
	if err != nil {
		return err
	}
	role, err := g.store.Role(ctx, c.ID, user.ID)
	if err != nil {
		return fmt.Errorf("find role: %w", err)
	}
	if role != schema.RoleStudent {
		return schema.Errorf(schema.CodeInvalid, "%s is not a student of %s", login, c.Code)
	}
	return nil
}

// adjustable is owner for adjustments: a member's grade is the team's.
func (g *Grades) adjustable(ctx context.Context, a schema.Assignment, login string) error {
	team, err := g.team(ctx, a, login)
	switch {
	case err != nil:
		return err
	case team != "" && team != login:
		return schema.Errorf(schema.CodeRefused, "%s has the grade of team %s for %s; adjust %s, or take %s out of the team first", login, team, a.Path(), team, login)
	}
	return g.owner(ctx, a, login)
}

// CourseTimes holds the late days and outages of a course.
type CourseTimes struct {
	LateDays int // late days of each student
	Outages  []schema.Outage
}

// Times returns the late days and outages of a course.
func (g *Grades) Times(ctx context.Context, by schema.Actor, code string) (CourseTimes, error) {
	m, err := findMember(ctx, g.store, by, code)
	if err == nil {
		err = course.MayChangeTimes(m.Viewer(), code)
	}
	if err != nil {
		return CourseTimes{}, err
	}
	var t CourseTimes
	if t.LateDays, err = g.store.LateTokens(ctx, m.Course.ID); err != nil {
		return t, fmt.Errorf("read late days: %w", err)
	}
	t.Outages, err = g.store.Outages(ctx, m.Course.ID)
	return t, err
}
