package web_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// classroom is a course in memory that implements every port of the site.
//
// In comp2402, alice and bob are students, tina is a TA, and ines an instructor. root is an
// administrator who is enrolled nowhere, and mallory is a student of another course.
type classroom struct {
	actions.Store // the methods that the site uses are below
	mu            sync.Mutex
	users         []schema.User
	courses       []schema.Course
	enrolments    []schema.Enrolment
	dropped       map[int64]bool // by user
	assignments   []schema.Assignment
	submissions   []*schema.GradedSubmission
	tries         []schema.Try
	events        map[int64][]schema.Event
	watchers      map[int64][]chan schema.Event
	logins        map[string]int64
	files         map[string]string
	sessions      map[string]schema.Session
	places        map[int64]schema.Place
	uploads       []schema.Upload
	troubles      []schema.Trouble
	depths        []schema.QueueDepth
	pools         []schema.PoolState
	runners       []schema.RunnerState
	regrade       schema.RegradeNotice // what LastRegrade returns for everybody; version 0: none
	stalls        map[string]schema.Stall
	watched       chan int64 // jobs that readers begin to watch
	broken        error      // the error of every port, if set
	courseReads   int        // calls of Course
}

// noon returns the current time of the classroom, whose clock does not move.
func noon() time.Time { return time.Date(2026, 9, 20, 16, 0, 0, 0, time.UTC) }

const (
	hiddenName   = "hidden-test-of-overflow"
	hiddenOutput = "hidden-expected-output-4711"
	neverName    = "never-shown-calibration"
)

const specA1 = `title: "A1: Linked lists"
handout: handout.md
due: 2026-09-28 23:59
files:
  required: [list.c]
build:
  - {name: compile, run: "cc -o list list.c"}
tests:
  - {name: adds to an empty list, run: ./list, stdout: "1\n", points: 2}
  - {name: removes from the middle, run: ./list, stdout: "1 3\n", points: 3}
`

const specA2 = `title: "A2: Not yet"
release: 2026-09-25 09:00
due: 2026-10-12 23:59
tests:
  - {name: greets, run: ./hello, stdout: "hello\n", points: 1}
`

const handoutA1 = "# Linked lists\n\nWrite `list.c`. **Mind** the middle.\n\n## Details\n\n| in | out |\n|---|---|\n| `1` | `1` |\n\n```\n./list < in\n```\n\n![a list](https://evil.example/list.png)\n\n[more](https://example.org/)\n"

func newClassroom(t *testing.T) *classroom {
	t.Helper()
	c := &classroom{
		events: map[int64][]schema.Event{}, watchers: map[int64][]chan schema.Event{},
		logins: map[string]int64{}, files: map[string]string{"handout.md": handoutA1},
		sessions: map[string]schema.Session{}, places: map[int64]schema.Place{},
		watched: make(chan int64, 100),
	}
	for i, login := range []string{"alice", "bob", "tina", "ines", "root", "mallory"} {
		c.users = append(c.users, schema.User{ID: int64(i + 1), Login: login, Admin: login == "root"})
	}
	c.users[0].Name = "Alice Archer"
	c.courses = []schema.Course{
		{ID: 1, Code: "comp2402", Title: "Data structures", Zone: "America/Toronto", Flavour: "standard"},
		{ID: 2, Code: "secret101", Title: "Another course", Zone: "UTC", Flavour: "standard"},
	}
	c.enrol(0, "alice", schema.RoleStudent)
	c.enrol(0, "bob", schema.RoleStudent)
	c.enrol(0, "tina", schema.RoleTA)
	c.enrol(0, "ines", schema.RoleInstructor)
	c.enrol(1, "mallory", schema.RoleStudent)
	c.assign(1, "a1", specA1)
	c.assign(2, "a2", specA2)
	c.assign(3, "a3", "")
	return c
}

func (c *classroom) enrol(course int, login string, role schema.Role) {
	c.enrolments = append(c.enrolments, schema.Enrolment{Course: c.courses[course], User: c.user(login), Role: role})
}

func (c *classroom) assign(id int64, name, source string) {
	a := schema.Assignment{ID: id, Course: c.courses[0], Name: name}
	if source != "" {
		a.Active = &schema.Version{
			ID: 10 + id, AssignmentID: id, Number: 1, RepositoryID: 20 + id, Commit: strings.Repeat("7", 40),
			Source: []byte(source), State: schema.VersionActive,
		}
	}
	c.assignments = append(c.assignments, a)
}

func (c *classroom) user(login string) schema.User {
	i := slices.IndexFunc(c.users, func(u schema.User) bool { return u.Login == login })
	return c.users[i]
}

// submit adds a submission to a1, queued a minute before noon.
func (c *classroom) submit(owner string, number int) *schema.GradedSubmission {
	id := int64(len(c.submissions) + 1)
	c.submissions = append(c.submissions, &schema.GradedSubmission{
		Submission: schema.Submission{
			ID: id, Name: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: owner, Number: number},
			Assignment: 1, PusherID: c.user(owner).ID, Login: owner, Commit: fmt.Sprintf("%040x", 0xabc000+id), Tree: strings.Repeat("e", 40),
			VersionID: 11, Receipt: "7Q2K-M8DT", ReceivedAt: noon().Add(-time.Minute),
		},
		Grading: schema.Grading{Job: schema.Job{ID: 100 + id, Submission: id, VersionID: 11, State: schema.StateQueued, QueuedAt: noon().Add(-time.Minute)}},
	})
	return c.submissions[len(c.submissions)-1]
}

// gradedResult returns a result with a test of every visibility.
func gradedResult() *schema.Result {
	return &schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent,
		Score: schema.NewPoints(7, 1), MaxScore: schema.NewPoints(10, 1),
		Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Output: "list.c:3: warning: unused", Duration: 1200 * time.Millisecond},
		Tests: []schema.TestResult{
			{Name: "adds to an empty list", Outcome: schema.OutcomePassed, Score: schema.NewPoints(2, 1), MaxScore: schema.NewPoints(2, 1), Visible: schema.VisibleAlways, CPU: 12 * time.Millisecond, Wall: 14 * time.Millisecond, Memory: 2 << 20},
			{Name: "removes from the middle", Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(3, 1), Visible: schema.VisibleAlways, CPU: 14 * time.Millisecond, Wall: 15 * time.Millisecond, Message: `line 2: expected "1 3", got "1 2 3"`, Output: "1 2 3\n", Hint: "Keep the node before it.", Tampering: "report and process disagree", JudgeMessage: "node 2 was freed twice\n"},
			{Name: hiddenName, Outcome: schema.OutcomePassed, Score: schema.NewPoints(5, 1), MaxScore: schema.NewPoints(5, 1), Visible: schema.VisibleAfterDue, Output: hiddenOutput, Message: hiddenOutput, Hint: hiddenOutput},
			{Name: neverName, Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(4, 1), Visible: schema.VisibleNever, Output: hiddenOutput},
		},
		Provenance: schema.Provenance{Submission: strings.Repeat("a", 40), Tests: strings.Repeat("7", 40), Flavour: "standard", Image: "sha256:1234", Grader: "v0.1.0", Wall: "namespace", Attempt: 1},
		StartedAt:  noon().Add(-50 * time.Second), BuiltAt: noon().Add(-48 * time.Second), FinishedAt: noon().Add(-45 * time.Second),
	}
}

// finish ends the job of a submission with a result.
func (c *classroom) finish(sub *schema.GradedSubmission, r *schema.Result) {
	sub.Result = r
	sub.Job.State = schema.StateDone
	sub.Job.EndedAt = noon()
}

// happen stores an event of a submission's job and passes it to the watchers.
func (c *classroom) happen(sub *schema.GradedSubmission, e schema.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	job := sub.Job.ID
	e.Seq, e.At, e.Attempt = int64(len(c.events[job])+1), noon(), 1
	c.events[job] = append(c.events[job], e)
	switch e.Kind {
	case schema.EventAssigned:
		sub.Job.State = schema.StateAssigned
	case schema.EventStarted:
		sub.Job.State = schema.StateRunning
	case schema.EventRequeued:
		sub.Job.State = schema.StateQueued
	case schema.EventEnded:
		sub.Job.State, sub.Result = e.State, e.Result
	}
	for _, w := range c.watchers[job] {
		w <- e
		if e.Kind == schema.EventEnded {
			close(w)
		}
	}
	if e.Kind == schema.EventEnded {
		delete(c.watchers, job)
	}
}

// drop closes every watch of a job, as the scheduler does with slow readers.
func (c *classroom) drop(job int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.watchers[job] {
		close(w)
	}
	delete(c.watchers, job)
}

func (c *classroom) locked() (func(), error) {
	c.mu.Lock()
	return c.mu.Unlock, c.broken
}

func missing() error { return schema.Errorf(schema.CodeNotFound, "not in the classroom") }

// find returns the first element that satisfies the condition.
func find[T any](all []T, is func(T) bool) (T, error) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], nil
	}
	var none T
	return none, missing()
}

func (c *classroom) RedeemLogin(_ context.Context, token string, _ time.Time) (schema.SignIn, error) {
	unlock, err := c.locked()
	defer unlock()
	if err != nil {
		return schema.SignIn{}, err
	}
	id, ok := c.logins[token]
	if !ok {
		return schema.SignIn{}, schema.Errorf(schema.CodeRefused, "this link is unknown, spent or expired")
	}
	delete(c.logins, token)
	user, err := find(c.users, func(u schema.User) bool { return u.ID == id })
	return schema.SignIn{User: user, Key: "SHA256:" + user.Login}, err
}

func (c *classroom) User(_ context.Context, id int64) (schema.User, error) {
	unlock, err := c.locked()
	defer unlock()
	if err != nil {
		return schema.User{}, err
	}
	return find(c.users, func(u schema.User) bool { return u.ID == id })
}

func (c *classroom) Enrolments(_ context.Context, user int64) ([]schema.Enrolment, error) {
	unlock, err := c.locked()
	defer unlock()
	var found []schema.Enrolment
	for _, e := range c.enrolments {
		if e.User.ID == user {
			found = append(found, e)
		}
	}
	return found, err
}

func (c *classroom) Role(_ context.Context, course, user int64) (schema.Role, error) {
	unlock, err := c.locked()
	defer unlock()
	for _, e := range c.enrolments {
		if e.User.ID == user && e.Course.ID == course {
			return e.Role, err
		}
	}
	return "", err
}

func (c *classroom) Dropped(_ context.Context, _, user int64) (bool, error) {
	unlock, err := c.locked()
	defer unlock()
	return c.dropped[user], err
}

func (c *classroom) Course(_ context.Context, code string) (schema.Course, error) {
	unlock, err := c.locked()
	defer unlock()
	if err != nil {
		return schema.Course{}, err
	}
	c.courseReads++
	return find(c.courses, func(one schema.Course) bool { return one.Code == code })
}

func (c *classroom) Assignments(_ context.Context, course int64) ([]schema.Assignment, error) {
	unlock, err := c.locked()
	defer unlock()
	var found []schema.Assignment
	for _, a := range c.assignments {
		if a.Course.ID == course {
			found = append(found, a)
		}
	}
	return found, err
}

func (c *classroom) Assignment(_ context.Context, course, name string) (schema.Assignment, error) {
	unlock, err := c.locked()
	defer unlock()
	if err != nil {
		return schema.Assignment{}, err
	}
	return find(c.assignments, func(a schema.Assignment) bool { return a.Course.Code == course && a.Name == name })
}

func (c *classroom) Submission(_ context.Context, name schema.SubmissionName) (schema.GradedSubmission, error) {
	unlock, err := c.locked()
	defer unlock()
	if err != nil {
		return schema.GradedSubmission{}, err
	}
	for _, s := range c.submissions { // number 0 is the latest
		if name.Number == 0 && s.Name.Course == name.Course && s.Name.Assignment == name.Assignment && s.Name.Owner == name.Owner {
			latest := *s
			for _, other := range c.submissions {
				if other.Name.Owner == name.Owner && other.Name.Number > latest.Name.Number {
					latest = *other
				}
			}
			return latest, nil
		}
	}
	sub, err := find(c.submissions, func(s *schema.GradedSubmission) bool { return s.Name == name })
	if err != nil {
		return schema.GradedSubmission{}, err
	}
	return *sub, nil
}

func (c *classroom) SubmissionFacts(ctx context.Context, name schema.SubmissionName) (schema.Submission, error) {
	sub, err := c.Submission(ctx, name)
	return sub.Submission, err
}

func (c *classroom) Submissions(_ context.Context, assignment int64, owner string, limit int) ([]schema.GradedSubmission, error) {
	return c.newest(limit, func(s schema.GradedSubmission) bool { return s.Assignment == assignment && s.Name.Owner == owner })
}

func (c *classroom) Tries(_ context.Context, assignment int64, owner string, limit int) ([]schema.Try, error) {
	unlock, err := c.locked()
	defer unlock()
	var own []schema.Try
	for _, y := range c.tries {
		if y.Assignment == assignment && y.Work.Owner == owner && len(own) < limit {
			own = append(own, y)
		}
	}
	return own, err
}

// Terms returns the terms of the specification, without extensions.
func (c *classroom) Terms(ctx context.Context, id int64, owner string, _ time.Time) (course.Terms, error) {
	grade, err := c.Grade(ctx, id, owner)
	if err != nil {
		return course.Terms{}, err
	}
	unlock, err := c.locked()
	defer unlock()
	if err != nil {
		return course.Terms{}, err
	}
	for _, a := range c.assignments {
		if a.ID != id || a.Active == nil {
			continue
		}
		spec, err := assignment.Parse(a.Active.Source, assignment.Context{Zone: a.Course.Location()})
		if err != nil {
			return course.Terms{}, err
		}
		return course.Terms{Name: a.Path(), Schedule: course.ScheduleOf(spec, a.Course.Location(), nil, nil), Limit: spec.Limit, Grade: grade}, nil
	}
	return course.Terms{Grade: grade}, nil
}

// Owner returns the times of the specification.
func (c *classroom) Owner(ctx context.Context, id int64, owner string) (course.Owner, error) {
	terms, err := c.Terms(ctx, id, owner, noon())
	return course.Owner{Logins: []string{owner}, Schedule: terms.Schedule}, err
}

// Grade counts the best graded submission, which is the store's default.
func (c *classroom) Grade(_ context.Context, assignment int64, owner string) (schema.Grade, error) {
	unlock, err := c.locked()
	defer unlock()
	grade := schema.Grade{AssignmentID: assignment, Owner: owner}
	for _, s := range c.submissions {
		if s.Assignment != assignment || s.Name.Owner != owner || s.TryOut || s.Result == nil || s.Result.Blame != schema.BlameStudent {
			continue
		}
		if grade.Number == 0 || s.Result.Score.Cmp(grade.Score) > 0 {
			grade.Number, grade.Score, grade.Final = s.Name.Number, s.Result.Score, s.Result.Score
		}
	}
	return grade, err
}

// Counted returns the submissions that count for grades.
func (c *classroom) Counted(ctx context.Context, grades ...schema.Grade) (map[course.WorkOf]schema.GradedSubmission, error) {
	counted := make(map[course.WorkOf]schema.GradedSubmission)
	for _, g := range grades {
		all, err := c.Submissions(ctx, g.AssignmentID, g.Counting(), 1000)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(s schema.GradedSubmission) bool { return s.Name.Number == g.Number }); i >= 0 {
			counted[course.WorkOf{Assignment: g.AssignmentID, Owner: g.Counting()}] = all[i]
		}
	}
	return counted, nil
}

// Progress returns what the other methods return for each work.
func (c *classroom) Progress(ctx context.Context, of []schema.Assignment, owners []string, now time.Time) ([]course.Progress, error) {
	var all []course.Progress
	for i, a := range of {
		terms, err := c.Terms(ctx, a.ID, owners[i], now)
		if err != nil {
			return nil, err
		}
		p := course.Progress{Owner: owners[i], Terms: terms}
		if p.Counting, err = c.Owner(ctx, a.ID, terms.Grade.Counting()); err != nil {
			return nil, err
		}
		if p.Pushes, err = c.Pushes(ctx, a.ID, owners[i]); err != nil {
			return nil, err
		}
		if notice, changed, err := c.LastRegrade(ctx, a.ID, owners[i]); err != nil {
			return nil, err
		} else if changed {
			p.Regrade = &notice
		}
		all = append(all, p)
	}
	return all, nil
}

func (c *classroom) Owners(ctx context.Context, works []course.WorkOf) (map[course.WorkOf]course.Owner, error) {
	owners := make(map[course.WorkOf]course.Owner)
	for _, w := range works {
		of, err := c.Owner(ctx, w.Assignment, w.Owner)
		if err != nil && !errors.As(err, new(*assignment.Invalid)) {
			return nil, err
		}
		owners[w] = of
	}
	return owners, nil
}

func (c *classroom) TeamsOf(context.Context, int64, string) (map[int64]string, error) {
	return nil, nil
}

func (c *classroom) LastRegrade(context.Context, int64, string) (schema.RegradeNotice, bool, error) {
	unlock, err := c.locked()
	defer unlock()
	return c.regrade, c.regrade.Version > 0, err
}

func (c *classroom) Pushes(ctx context.Context, assignment int64, owner string) (int, error) {
	all, err := c.Submissions(ctx, assignment, owner, 1000)
	return len(all), err
}

func (c *classroom) Unfinished(ctx context.Context, user int64) ([]schema.GradedSubmission, error) {
	all, err := c.Recent(ctx, user, 1000)
	return slices.DeleteFunc(all, func(sub schema.GradedSubmission) bool { return sub.Job.State.Ended() }), err
}

func (c *classroom) Recent(_ context.Context, user int64, limit int) ([]schema.GradedSubmission, error) {
	return c.newest(limit, func(s schema.GradedSubmission) bool { return s.PusherID == user })
}

func (c *classroom) newest(limit int, is func(schema.GradedSubmission) bool) ([]schema.GradedSubmission, error) {
	unlock, err := c.locked()
	defer unlock()
	var found []schema.GradedSubmission
	for _, s := range slices.Backward(c.submissions) {
		if is(*s) && len(found) < limit {
			found = append(found, *s)
		}
	}
	return found, err
}

func (c *classroom) Latest(_ context.Context, assignment int64, limit int) ([]schema.GradedSubmission, error) {
	all, err := c.newest(1000, func(s schema.GradedSubmission) bool { return s.Assignment == assignment })
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(s schema.GradedSubmission) bool {
		twice := seen[s.Name.Owner]
		seen[s.Name.Owner] = true
		return twice
	})
	return all[:min(limit, len(all))], err
}

func (c *classroom) Events(_ context.Context, job, seq int64, limit int) ([]schema.Event, error) {
	unlock, err := c.locked()
	defer unlock()
	after := c.events[job][min(seq, int64(len(c.events[job]))):]
	return slices.Clone(after[:min(limit, len(after))]), err
}

func (c *classroom) Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error) {
	unlock, err := c.locked()
	defer unlock()
	out := make(chan schema.Event, 1000)
	for _, e := range c.events[job][min(after, int64(len(c.events[job]))):] {
		out <- e
	}
	c.watchers[job] = append(c.watchers[job], out)
	c.watched <- job
	return out, err
}

func (c *classroom) Place(job int64) schema.Place {
	unlock, _ := c.locked()
	defer unlock()
	return c.places[job]
}

func (c *classroom) Wake() {}

func (c *classroom) Depths(context.Context) ([]schema.QueueDepth, error) {
	unlock, err := c.locked()
	defer unlock()
	return c.depths, err
}

func (c *classroom) PoolStates(context.Context) ([]schema.PoolState, error) {
	unlock, err := c.locked()
	defer unlock()
	return c.pools, err
}

// Control implements classroom.Live.
func (c *classroom) Control(schema.PoolControl) {}

func (c *classroom) RunnerStates() []schema.RunnerState {
	unlock, _ := c.locked()
	defer unlock()
	return c.runners
}

func (c *classroom) Stall(_ context.Context, flavour string) schema.Stall {
	unlock, _ := c.locked()
	defer unlock()
	return c.stalls[flavour]
}

func (c *classroom) Troubles(context.Context, int64) ([]schema.Trouble, error) {
	unlock, err := c.locked()
	defer unlock()
	return c.troubles, err
}

func (c *classroom) ReadFile(_ context.Context, _ int64, _, path string, most int64) ([]byte, error) {
	unlock, err := c.locked()
	defer unlock()
	if int64(len(c.files[path])) > most {
		return nil, schema.Errorf(schema.CodeLimit, "too large")
	}
	if text, ok := c.files[path]; ok && err == nil {
		return []byte(text), nil
	}
	return nil, missing()
}

func (c *classroom) Files(_ context.Context, _ int64, _ string, most int) ([]course.TreeEntry, error) {
	unlock, err := c.locked()
	defer unlock()
	var all []course.TreeEntry
	for path, text := range c.files {
		all = append(all, course.TreeEntry{Mode: "100644", Size: int64(len(text)), Path: path})
	}
	slices.SortFunc(all, func(a, b course.TreeEntry) int { return strings.Compare(a.Path, b.Path) })
	if len(all) > most {
		return nil, schema.Errorf(schema.CodeLimit, "%d files; at most %d", len(all), most)
	}
	return all, err
}

// Comments returns no comments.
func (c *classroom) Comments(context.Context, int64) ([]schema.Comment, error) { return nil, nil }

// Changed reports no changes.
func (c *classroom) Changed(context.Context, int64, string, string, int) ([]string, error) {
	return nil, nil
}

// Upload records a submission, unless a file is called refused.
func (c *classroom) Upload(_ context.Context, by schema.Actor, u schema.Upload) (schema.Uploaded, error) {
	c.mu.Lock()
	c.uploads = append(c.uploads, u)
	n := len(c.uploads)
	c.mu.Unlock()
	for _, f := range u.Files {
		if f.Path == "refused" {
			return schema.Uploaded{}, schema.Errorf(schema.CodeRefused, "refused: the file <refused> is forbidden")
		}
	}
	return schema.Uploaded{Submission: c.submit(by.User.Login, n).Name}, nil
}

func (c *classroom) FindSession(_ context.Context, token string) (schema.Session, bool, error) {
	unlock, err := c.locked()
	defer unlock()
	session, ok := c.sessions[token]
	return session, ok, err
}

func (c *classroom) TouchSession(_ context.Context, token string) error {
	unlock, err := c.locked()
	defer unlock()
	session := c.sessions[token]
	session.UsedAt = noon()
	c.sessions[token] = session
	return err
}

func (c *classroom) SaveSession(_ context.Context, session schema.Session) error {
	unlock, err := c.locked()
	defer unlock()
	c.sessions[session.Token] = session
	return err
}

func (c *classroom) DeleteSession(_ context.Context, token string) error {
	unlock, err := c.locked()
	defer unlock()
	delete(c.sessions, token)
	return err
}

// EndSession ends one session of an account.
func (c *classroom) EndSession(_ context.Context, _ schema.Actor, user schema.User, id string) error {
	unlock, err := c.locked()
	defer unlock()
	for token, session := range c.sessions {
		if session.ID == id && session.User == user.ID {
			delete(c.sessions, token)
			return err
		}
	}
	if err != nil {
		return err
	}
	return schema.Errorf(schema.CodeNotFound, "that session has ended already")
}

// OwnerOf returns the login, because everybody works alone.
func (c *classroom) OwnerOf(_ context.Context, _ int64, login string) (string, error) {
	return login, nil
}

// Teams returns no teams.
func (c *classroom) Teams(context.Context, int64) ([]schema.Team, error) { return nil, nil }
