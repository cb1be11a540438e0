package load

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// people creates the courses and accounts in the store, and their pushes.
type people struct {
	store   *store.Store
	courses []schema.Assignment
	gates   int // jobs of the courses' own gates
	made    map[pushed]pusher
	count   int
}

// pusher is one student's account and repository in one course.
type pusher struct{ account, repository int64 }

// loader is the actor in the audit log.
func loader() schema.Actor { return schema.Actor{User: schema.User{Login: "load"}} }

// newPeople creates the courses, each with one assignment whose tests have passed the gate.
func newPeople(ctx context.Context, s *store.Store, courses int) (*people, error) {
	p := &people{store: s, made: make(map[pushed]pusher)}
	teacher, err := s.AddUser(ctx, loader(), schema.User{Login: "teacher"})
	if err != nil {
		return nil, err
	}
	for n := range courses {
		if err := p.addCourse(ctx, n, teacher); err != nil {
			return nil, err
		}
	}
	return p, nil
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
	_, job, err := p.store.RecordCandidate(ctx, schema.Push{Intent: in, Tree: in.New, Flavour: flavour}, []byte("title: A1\ntests: [{name: greets, run: ./hello, stdout: hello}]\n"))
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

// courseName is the code of a course.
func courseName(n int) string { return fmt.Sprintf("course-%d", n+1) }

// push records a push as the service does: the intent, and the submission with its job.
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

// pusher returns a student's account and repository, which the first push creates.
func (p *people) pusher(ctx context.Context, course, student int) (pusher, error) {
	key := pushed{Course: course, Student: student}
	if who, ok := p.made[key]; ok {
		return who, nil
	}
	login := fmt.Sprintf("student-%d-%d", course+1, student+1)
	u, err := p.store.AddUser(ctx, loader(), schema.User{Login: login})
	if err != nil {
		return pusher{}, err
	}
	a := p.courses[course]
	if err := p.store.Enrol(ctx, loader(), a.Course, u, schema.RoleStudent); err != nil {
		return pusher{}, err
	}
	r, err := p.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryOwn, CourseID: a.Course.ID, AssignmentID: a.ID, Owner: login})
	p.made[key] = pusher{u.ID, r.ID}
	return p.made[key], err
}

// intent opens an intent of a push to a repository.
func (p *people) intent(ctx context.Context, who pusher) (schema.Intent, error) {
	p.count++
	in := schema.Intent{ID: fmt.Sprintf("%032x", p.count), RepositoryID: who.repository, PusherID: who.account, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", p.count), ReceivedAt: time.Now(), State: schema.IntentOpen}
	return in, p.store.OpenIntent(ctx, in)
}
