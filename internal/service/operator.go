package service

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// Operator implements the operations of `grader admin`, in the running server or, if no server runs,
// in the command itself. It acts for everybody who may open the socket, or as the person given to
// As. Each family of operations is a type.
type Operator struct {
	acting
	accountOperations
	courseOperations
	workOperations
	machineOperations
}

// acting holds the dependencies of operations, and the actor. Changes are actions of the
// classroom; pools, runners and the queue are read directly.
type acting struct {
	*classroom.Classroom
	by    schema.Actor
	store *store.Store
	clock func() time.Time
	repos repo.Archive
	live  *liveService // nil without a running server
}

// accountOperations implements the operations on accounts, keys, tokens and the data about a person.
type accountOperations struct{ acting }

// courseOperations implements the operations on courses, their people, teams, tests, publication and
// records.
type courseOperations struct{ acting }

// workOperations implements the operations on submissions, extensions, adjustments, comments and
// regrades.
type workOperations struct{ acting }

// machineOperations implements the operations on the queue, runners, the outbox, the audit log and
// the database.
type machineOperations struct{ acting }

// liveService is the state that only a running server knows.
type liveService struct {
	webURL   func() string
	pools    func(ctx context.Context) ([]scheduler.PoolState, error)
	runners  func() []scheduler.RunnerState
	flavours map[string]schema.Flavour
}

func newOperator(data string, st *store.Store, room *classroom.Classroom, clock func() time.Time, live *liveService) *Operator {
	return operate(acting{Classroom: room, by: schema.Operator(), store: st, clock: clock, repos: repo.Archive{Dir: filepath.Join(data, Repositories)}, live: live})
}

func operate(a acting) *Operator {
	return &Operator{a, accountOperations{a}, courseOperations{a}, workOperations{a}, machineOperations{a}}
}

// operation is an operation of grader admin, with JSON arguments and a JSON reply.
type operation struct {
	scope   schema.Scope // that a token needs for it; "": served on the socket alone
	secret  bool         // the reply can contain one-time codes or links
	outside bool         // it changes something that is not in the store
	call    func(ctx context.Context, args []byte) (any, error)
}

// operations returns all operations by name.
func (o *Operator) operations() map[string]operation {
	all := make(map[string]operation)
	for _, some := range []map[string]operation{o.accountOperations.operations(), o.courseOperations.operations(), o.workOperations.operations(), o.machineOperations.operations()} {
		maps.Copy(all, some)
	}
	return all
}

func (o *accountOperations) operations() map[string]operation {
	return map[string]operation{
		"user.add":      withSecrets(typed(schema.ScopeAdmin, o.AddUser)),
		"user.disable":  typed(schema.ScopeAdmin, o.setDisabled),
		"user.sign-out": typed(schema.ScopeAdmin, o.signOut),
		"user.code":     withSecrets(typed(schema.ScopeAdmin, o.newCode)),
		"users":         typed(schema.ScopeRead, o.users),
		"keys":          typed(schema.ScopeRead, o.keys),
		"tokens":        typed(schema.ScopeRead, o.tokens),
		"token.revoke":  typed(schema.ScopeAdmin, o.revokeToken),
		"key.add":       typed(schema.ScopeAdmin, o.addKeys),
		"key.expire":    typed(schema.ScopeAdmin, o.expireKey),
		"key.remove":    typed(schema.ScopeAdmin, o.removeKey),
		"login-link":    withSecrets(typed(schema.ScopeAdmin, o.LoginLink)),
		"person.export": typed(schema.ScopeAdmin, o.exportPerson),
		"person.erase":  outsideStore(typed(schema.ScopeAdmin, o.erase)),
		"github.link":   typed(schema.ScopeAdmin, o.linkGitHub),
		"notices":       typed(schema.ScopeRead, o.notices),
		"notice.remove": typed(schema.ScopeAdmin, o.removeNotice),
	}
}

func (o *courseOperations) operations() map[string]operation {
	return map[string]operation{
		"course.add":     typed(schema.ScopeAdmin, o.AddCourse),
		"course.set":     typed(schema.ScopeAdmin, o.setCourse),
		"courses":        typed(schema.ScopeRead, o.courses),
		"enrol":          typed(schema.ScopeWrite, o.Enrol),
		"unenrol":        typed(schema.ScopeWrite, o.unenrol),
		"roster":         typed(schema.ScopeRead, o.roster),
		"outage":         typed(schema.ScopeWrite, o.outage),
		"late-days":      typed(schema.ScopeWrite, o.lateDays),
		"grades":         typed(schema.ScopeRead, o.grades),
		"roster.import":  withSecrets(typed(schema.ScopeWrite, o.importRoster)),
		"team.create":    typed(schema.ScopeWrite, o.createTeam),
		"team.add":       typed(schema.ScopeWrite, o.addToTeam),
		"team.remove":    typed(schema.ScopeWrite, o.removeFromTeam),
		"team.delete":    typed(schema.ScopeWrite, o.deleteTeam),
		"team.import":    typed(schema.ScopeWrite, o.importTeams),
		"teams":          typed(schema.ScopeRead, o.teams),
		"publish":        typed(schema.ScopeWrite, o.publish),
		"unpublish":      typed(schema.ScopeWrite, o.unpublish),
		"export":         typed(schema.ScopeRead, o.export),
		"receipts":       typed(schema.ScopeRead, o.receipts),
		"tests":          typed(schema.ScopeRead, o.tests),
		"tests.activate": typed(schema.ScopeWrite, o.activateTests),
	}
}

func (o *workOperations) operations() map[string]operation {
	return map[string]operation{
		"submissions":     typed(schema.ScopeRead, o.Submissions),
		"wait":            typed(schema.ScopeRead, o.wait),
		"extend":          typed(schema.ScopeWrite, o.extend),
		"extensions":      typed(schema.ScopeRead, o.extensions),
		"extension.end":   typed(schema.ScopeWrite, o.endExtension),
		"adjust":          typed(schema.ScopeWrite, o.adjust),
		"adjustments":     typed(schema.ScopeRead, o.adjustments),
		"adjustment.end":  typed(schema.ScopeWrite, o.endAdjustment),
		"comment":         typed(schema.ScopeWrite, o.comment),
		"comments":        typed(schema.ScopeRead, o.comments),
		"comment.remove":  typed(schema.ScopeWrite, o.removeComment),
		"submit-for":      typed(schema.ScopeWrite, o.submitFor),
		"archive":         typed("", o.archive),
		"regrade.create":  typed(schema.ScopeWrite, o.createRegrade),
		"regrade.show":    typed(schema.ScopeRead, o.showRegrade),
		"regrade.apply":   typed(schema.ScopeWrite, o.applyRegrade),
		"regrade.discard": typed(schema.ScopeWrite, o.discardRegrade),
		"regrade.undo":    typed(schema.ScopeWrite, o.undoRegrade),
		"replay":          typed(schema.ScopeWrite, o.replay),
	}
}

func (o *machineOperations) operations() map[string]operation {
	return map[string]operation{
		"flavours":        typed(schema.ScopeRead, o.flavourUses),
		"queue":           typed(schema.ScopeRead, o.queue),
		"queue.move":      typed(schema.ScopeAdmin, o.moveQueue),
		"pool.mode":       typed(schema.ScopeWrite, o.setPoolMode),
		"pool.size":       typed(schema.ScopeWrite, o.resizePool),
		"pools":           typed(schema.ScopeRead, o.pools),
		"runners":         typed(schema.ScopeRead, o.runners),
		"images":          typed(schema.ScopeRead, o.images),
		"image.remove":    outsideStore(typed(schema.ScopeAdmin, o.removeImage)),
		"audit":           typed(schema.ScopeRead, o.audit),
		"outbox":          typed(schema.ScopeAdmin, o.outbox),
		"outbox.retry":    typed(schema.ScopeAdmin, o.retryOutbox),
		"backup.marks":    typed("", o.marks),
		"backup.recorded": typed("", o.recordedSince),
		"database.copy":   typed("", o.copyDatabase),
	}
}

func typed[A, R any](scope schema.Scope, f func(context.Context, A) (R, error)) operation {
	return operation{scope: scope, call: func(ctx context.Context, raw []byte) (any, error) {
		var args A
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&args); err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "arguments: %s", err)
		}
		return f(ctx, args)
	}}
}

// withSecrets returns an operation whose reply can contain one-time codes or links.
func withSecrets(op operation) operation {
	op.secret = true
	return op
}

// outsideStore returns an operation that changes something that is not in the store.
func outsideStore(op operation) operation {
	op.outside = true
	return op
}

func (o *Operator) run(ctx context.Context, name string, args []byte) ([]byte, error) {
	op, ok := o.operations()[name]
	if !ok {
		return nil, unknownOperation(name)
	}
	reply, err := op.call(ctx, args)
	if err != nil {
		return nil, err
	}
	return json.Marshal(reply)
}

// None is an empty reply.
type None struct{}

// AddCourse creates a course.
func (o *courseOperations) AddCourse(ctx context.Context, n classroom.NewCourse) (None, error) {
	_, err := o.Courses.Add(ctx, o.by, n)
	return None{}, err
}

func (o *courseOperations) setCourse(ctx context.Context, c classroom.CourseChange) (None, error) {
	return None{}, o.Courses.Set(ctx, o.by, c)
}

func (o *courseOperations) courses(ctx context.Context, _ None) ([]schema.Course, error) {
	return o.Courses.List(ctx, o.by)
}

// EnrolArgs is a person, a course and a role, and a section if one was given.
type EnrolArgs struct {
	Course, Login, Role string
	Section             *string
}

// Enrol gives a person the role in the course.
func (o *courseOperations) Enrol(ctx context.Context, a EnrolArgs) (None, error) {
	role, err := schema.ParseRole(a.Role)
	if err != nil {
		return None{}, err
	}
	if a.Section != nil {
		return None{}, o.Courses.EnrolIn(ctx, o.by, a.Course, a.Login, role, *a.Section)
	}
	return None{}, o.Courses.Enrol(ctx, o.by, a.Course, a.Login, role)
}

func (o *courseOperations) unenrol(ctx context.Context, a EnrolArgs) (None, error) {
	return None{}, o.Courses.Unenrol(ctx, o.by, a.Course, a.Login)
}

func (o *courseOperations) roster(ctx context.Context, a EnrolArgs) ([]schema.Enrolment, error) {
	return o.Courses.Roster(ctx, o.by, a.Course)
}

// Submissions lists one page of an assignment's submissions, oldest first.
func (o *workOperations) Submissions(ctx context.Context, p classroom.SubmissionPage) ([]schema.PublicSubmission, error) {
	return o.Work.Submissions(ctx, o.by, p)
}

// WaitArgs names a submission and the longest time to wait for its end.
type WaitArgs struct {
	Name    schema.SubmissionName
	Timeout time.Duration
}

func (o *workOperations) wait(ctx context.Context, a WaitArgs) (None, error) {
	return None{}, o.Work.Wait(ctx, o.by, a.Name, a.Timeout)
}

// MoveArgs names two flavours.
type MoveArgs struct{ From, To string }

func (o *machineOperations) moveQueue(ctx context.Context, a MoveArgs) (int, error) {
	return o.Queue.Move(ctx, o.by, a.From, a.To)
}

func (o *machineOperations) audit(ctx context.Context, q schema.AuditQuery) ([]schema.AuditEntry, error) {
	return o.Audit.Log(ctx, o.by, q)
}
