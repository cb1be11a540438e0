package service

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// Operator serves `grader admin`, in the running server or, if none runs, in the command
// itself. Changes are actions of the classroom; it reads pools, runners and the queue directly.
type Operator struct {
	*classroom.Classroom
	store *store.Store
	clock func() time.Time
	repos repo.Archive
	live  *liveService // nil without a running server
}

// liveService is the state that only a running server knows.
type liveService struct {
	webURL   func() string
	pools    func(ctx context.Context) ([]scheduler.PoolState, error)
	runners  func() []scheduler.RunnerState
	flavours map[string]schema.Flavour
}

func newOperator(data string, st *store.Store, room *classroom.Classroom, clock func() time.Time, live *liveService) *Operator {
	return &Operator{Classroom: room, store: st, clock: clock, repos: repo.Archive{Dir: filepath.Join(data, Repositories)}, live: live}
}

// operation is an operation of the admin socket: JSON in, JSON out.
type operation func(ctx context.Context, args []byte) (any, error)

// operations is the closed set of operations by name.
func (o *Operator) operations() map[string]operation {
	return map[string]operation{
		"user.add":      typed(o.AddUser),
		"user.disable":  typed(o.setDisabled),
		"user.sign-out": typed(o.signOut),
		"user.code":     typed(o.newCode),
		"users":         typed(o.users),
		"keys":          typed(o.keys),
		"tokens":        typed(o.tokens),
		"token.revoke":  typed(o.revokeToken),
		"key.add":       typed(o.addKeys),
		"key.remove":    typed(o.removeKey),
		"login-link":    typed(o.LoginLink),
		"course.add":    typed(o.AddCourse),
		"course.set":    typed(o.setCourse),
		"courses":       typed(o.courses),
		"flavours":      typed(o.flavourUses),
		"enrol":         typed(o.Enrol),
		"unenrol":       typed(o.unenrol),
		"roster":        typed(o.roster),
		"submissions":   typed(o.Submissions),
		"wait":          typed(o.wait),
		"queue":         typed(o.queue),
		"queue.move":    typed(o.moveQueue),
		"pools":         typed(o.pools),
		"runners":       typed(o.runners),
		"audit":         typed(o.audit),

		"extend":         typed(o.extend),
		"extensions":     typed(o.extensions),
		"extension.end":  typed(o.endExtension),
		"outage":         typed(o.outage),
		"late-days":      typed(o.lateDays),
		"adjust":         typed(o.adjust),
		"adjustments":    typed(o.adjustments),
		"adjustment.end": typed(o.endAdjustment),
		"comment":        typed(o.comment),
		"comments":       typed(o.comments),
		"comment.remove": typed(o.removeComment),
		"submit-for":     typed(o.submitFor),
		"archive":        typed(o.archive),
		"grades":         typed(o.grades),
		"roster.import":  typed(o.importRoster),

		"team.create": typed(o.createTeam),
		"team.add":    typed(o.addToTeam),
		"team.remove": typed(o.removeFromTeam),
		"team.delete": typed(o.deleteTeam),
		"team.import": typed(o.importTeams),
		"teams":       typed(o.teams),

		"regrade.create":  typed(o.createRegrade),
		"regrade.show":    typed(o.showRegrade),
		"regrade.apply":   typed(o.applyRegrade),
		"regrade.discard": typed(o.discardRegrade),
		"regrade.undo":    typed(o.undoRegrade),
		"publish":         typed(o.publish),
		"unpublish":       typed(o.unpublish),
		"export":          typed(o.export),
		"receipts":        typed(o.receipts),
		"tests":           typed(o.tests),
		"tests.activate":  typed(o.activateTests),
		"replay":          typed(o.replay),
		"person.export":   typed(o.exportPerson),
		"person.erase":    typed(o.erase),
		"backup.marks":    typed(o.marks),
		"backup.recorded": typed(o.recordedSince),
		"database.copy":   typed(o.copyDatabase),
	}
}

func typed[A, R any](f func(context.Context, A) (R, error)) operation {
	return func(ctx context.Context, raw []byte) (any, error) {
		var args A
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&args); err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "arguments: %s", err)
		}
		return f(ctx, args)
	}
}

func (o *Operator) run(ctx context.Context, name string, args []byte) ([]byte, error) {
	f, ok := o.operations()[name]
	if !ok {
		return nil, schema.Errorf(schema.CodeNotFound, "the server has no operation %q; is it of another version?", name)
	}
	reply, err := f(ctx, args)
	if err != nil {
		return nil, err
	}
	return json.Marshal(reply)
}

// None is an empty reply.
type None struct{}

// AddCourse creates a course.
func (o *Operator) AddCourse(ctx context.Context, n classroom.NewCourse) (None, error) {
	_, err := o.Courses.Add(ctx, schema.Operator(), n)
	return None{}, err
}

func (o *Operator) setCourse(ctx context.Context, c classroom.CourseChange) (None, error) {
	return None{}, o.Courses.Set(ctx, schema.Operator(), c)
}

func (o *Operator) courses(ctx context.Context, _ None) ([]schema.Course, error) {
	return o.Courses.List(ctx, schema.Operator())
}

// EnrolArgs is a person, a course and a role, and a section where one was given.
type EnrolArgs struct {
	Course, Login, Role string
	Section             *string
}

// Enrol gives a person the role in the course.
func (o *Operator) Enrol(ctx context.Context, a EnrolArgs) (None, error) {
	role, err := schema.ParseRole(a.Role)
	if err != nil {
		return None{}, err
	}
	if a.Section != nil {
		return None{}, o.Courses.EnrolIn(ctx, schema.Operator(), a.Course, a.Login, role, *a.Section)
	}
	return None{}, o.Courses.Enrol(ctx, schema.Operator(), a.Course, a.Login, role)
}

func (o *Operator) unenrol(ctx context.Context, a EnrolArgs) (None, error) {
	return None{}, o.Courses.Unenrol(ctx, schema.Operator(), a.Course, a.Login)
}

func (o *Operator) roster(ctx context.Context, a EnrolArgs) ([]schema.Enrolment, error) {
	return o.Courses.Roster(ctx, schema.Operator(), a.Course)
}

// Submissions lists one page of an assignment's submissions, oldest first.
func (o *Operator) Submissions(ctx context.Context, p classroom.SubmissionPage) ([]schema.PublicSubmission, error) {
	return o.Work.Submissions(ctx, schema.Operator(), p)
}

// WaitArgs names a submission and how long to wait for its end.
type WaitArgs struct {
	Name    schema.SubmissionName
	Timeout time.Duration
}

func (o *Operator) wait(ctx context.Context, a WaitArgs) (None, error) {
	return None{}, o.Work.Wait(ctx, schema.Operator(), a.Name, a.Timeout)
}

// MoveArgs names two flavours.
type MoveArgs struct{ From, To string }

func (o *Operator) moveQueue(ctx context.Context, a MoveArgs) (int, error) {
	return o.Queue.Move(ctx, schema.Operator(), a.From, a.To)
}

func (o *Operator) audit(ctx context.Context, q schema.AuditQuery) ([]schema.AuditEntry, error) {
	return o.Audit.Log(ctx, schema.Operator(), q)
}
