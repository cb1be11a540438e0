package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// people creates courses, accounts and pushes in the store.
type people struct {
	store   *store.Store
	plan    Plan
	start   time.Time // the simulated time at which the simulation starts
	courses []schema.Assignment
	gates   int // jobs of the courses' own gates
	seats   []seat
	crowd   []seat
	account map[string]int64 // by login
	made    map[pushed]pusher
	count   int
}

// pusher is one student's account and repository in one course.
type pusher struct{ account, repository int64 }

// loader is the actor in the audit log.
func loader() schema.Actor { return schema.Actor{User: schema.User{Login: "load"}} }

// newPeople creates the courses, each with its students and one assignment with tests that
// have passed the gate. The due date is in simulated time, which starts at start.
func newPeople(ctx context.Context, s *store.Store, plan Plan, start time.Time) (*people, error) {
	p := &people{store: s, plan: plan, start: start, seats: plan.seats(), crowd: plan.crowded(),
		account: make(map[string]int64), made: make(map[pushed]pusher)}
	teacher, err := s.AddUser(ctx, loader(), schema.User{Login: "teacher"})
	if err != nil {
		return nil, err
	}
	for n := range plan.Courses + 1 {
		if err := p.addCourse(ctx, n, teacher); err != nil {
			return nil, err
		}
		if err := p.enrol(ctx, n); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// enrol imports a course's roster and grants its extensions.
func (p *people) enrol(ctx context.Context, n int) error {
	a := p.courses[n]
	var rows []schema.RosterRow
	for _, is := range slices.Concat(p.seats, p.crowd) {
		if is.course == n {
			rows = append(rows, schema.RosterRow{Line: len(rows) + 2, Login: is.login, Name: is.name, Role: schema.RoleStudent})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if _, err := p.store.ImportRoster(ctx, loader(), schema.RosterImport{Course: a.Course, Rows: rows, Expires: time.Now().Add(time.Hour)}); err != nil {
		return err
	}
	all, err := p.store.RosterPeople(ctx, a.Course.ID)
	if err != nil {
		return err
	}
	for _, is := range all {
		p.account[is.Login] = is.UserID
	}
	for _, is := range p.seats {
		if is.course != n || is.due == p.plan.due(n) {
			continue
		}
		if _, _, err := p.store.AddExtension(ctx, loader(), a, is.login, schema.Extension{By: p.plan.Extension}, "the simulation"); err != nil {
			return err
		}
	}
	return nil
}

// source returns the assignment.yaml of a course. The crowded course has no due date.
func (p *people) source(n int) []byte {
	source := "title: A1\ntests: [{name: greets, run: ./hello, stdout: hello}]\n"
	if n < p.plan.Courses {
		source += "due: " + p.start.Add(p.plan.due(n)).UTC().Format("2006-01-02 15:04") + "\n"
	}
	return []byte(source)
}

func (p *people) addCourse(ctx context.Context, n int, teacher schema.User) error {
	c, err := p.store.AddCourse(ctx, loader(), schema.Course{Code: courseName(n), Title: "Course", Zone: "UTC", Flavour: flavour})
	if err != nil {
		return err
	}
	a, err := p.store.EnsureAssignment(ctx, c.ID, "a1", time.Now())
	if err != nil {
		return err
	}
	tests, err := p.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryTests, CourseID: c.ID, AssignmentID: a.ID})
	if err != nil {
		return err
	}
	in, err := p.intent(ctx, pusher{teacher.ID, tests.ID})
	if err != nil {
		return err
	}
	_, job, err := p.store.RecordCandidate(ctx, schema.Push{Intent: in, Tree: in.New, Flavour: flavour}, p.source(n))
	if err != nil {
		return err
	}
	if err := p.pass(ctx, job); err != nil {
		return err
	}
	a, err = p.store.Assignment(ctx, c.Code, a.Name)
	p.courses = append(p.courses, a)
	return err
}

// pass finishes a gate successfully.
func (p *people) pass(ctx context.Context, gate schema.Job) error {
	job, err := p.store.Claim(ctx, "teacher", flavour, time.Now(), time.Minute)
	if err != nil {
		return err
	}
	if job.ID != gate.ID {
		return fmt.Errorf("claimed job %d, want the gate %d", job.ID, gate.ID)
	}
	p.gates++
	result := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Gate: &schema.GateResult{Passed: true}}
	_, err = p.store.Finish(ctx, job.ID, job.Attempt, result, time.Now())
	return err
}

// courseName returns the code of a course.
func courseName(n int) string { return fmt.Sprintf("course-%d", n+1) }

// push records a push like the service: the intent, and the submission with its job.
func (p *people) push(ctx context.Context, is pushed) (schema.Job, error) {
	a := p.courses[is.Course]
	who, err := p.pusher(ctx, is.Course, is.Student)
	if err != nil {
		return schema.Job{}, err
	}
	in, err := p.intent(ctx, who)
	if err != nil {
		return schema.Job{}, err
	}
	sub, err := p.store.RecordSubmission(ctx, schema.Push{Intent: in, Tree: in.New, VersionID: a.Active.ID, Flavour: flavour})
	return sub.Job, err
}

// pusher returns a student's account and repository. The first push creates the repository.
func (p *people) pusher(ctx context.Context, course, student int) (pusher, error) {
	key := pushed{Course: course, Student: student}
	if who, ok := p.made[key]; ok {
		return who, nil
	}
	of := p.seats
	if course == p.plan.Courses {
		of = p.crowd
	}
	a, login := p.courses[course], of[student].login
	r, err := p.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryOwn, CourseID: a.Course.ID, AssignmentID: a.ID, Owner: login})
	p.made[key] = pusher{p.account[login], r.ID}
	return p.made[key], err
}

// intent opens an intent of a push to a repository.
func (p *people) intent(ctx context.Context, who pusher) (schema.Intent, error) {
	p.count++
	in := schema.Intent{ID: fmt.Sprintf("%032x", p.count), RepositoryID: who.repository, PusherID: who.account, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", p.count), ReceivedAt: time.Now(), State: schema.IntentOpen}
	return in, p.store.OpenIntent(ctx, in)
}
