package service

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/course"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// Operator does what `grader admin` asks, on the store: inside the running server
// or, when there is None, in the command itself.
type Operator struct {
	store *store.Store
	clock func() time.Time
	live  *liveService // nil without a running server
}

// liveService is what only a running server can tell.
type liveService struct {
	webURL func() string
	watch  func(ctx context.Context, job, after int64) (<-chan schema.Event, error)
	pools  func(ctx context.Context) ([]scheduler.PoolState, error)
	wake   func()

	runners func() []scheduler.RunnerState

	flavours map[string]schema.Flavour
}

// operation is one thing to ask: JSON in, JSON out.
type operation func(ctx context.Context, args []byte) (any, error)

// operations is the closed set of what can be asked.
func (o *Operator) operations() map[string]operation {
	return map[string]operation{
		"user.add":    typed(o.AddUser),
		"users":       typed(o.users),
		"course.add":  typed(o.AddCourse),
		"course.set":  typed(o.setCourse),
		"courses":     typed(o.courses),
		"flavours":    typed(o.flavourUses),
		"enrol":       typed(o.Enrol),
		"submissions": typed(o.Submissions),
		"wait":        typed(o.wait),
		"login-link":  typed(o.LoginLink),
		"queue":       typed(o.queue),
		"queue.move":  typed(o.moveQueue),
		"pools":       typed(o.pools),
		"runners":     typed(o.runners),
	}
}

func typed[A, R any](f func(context.Context, A) (R, error)) operation {
	return func(ctx context.Context, raw []byte) (any, error) {
		var args A
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&args); err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "arguments: %w", err)
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

// actor is who the audit log says did it: whoever may open the unix socket.
const actor = "operator"

// None is the reply of an operation that has nothing to say.
type None struct{}

// AddUserArgs is an account to make.
type AddUserArgs struct {
	Login, Name, Email string
	Admin, Code        bool
	Keys               []string // authorized_keys lines
}

// AddedUser is an account that was made, with its one-time code if one was asked for.
type AddedUser struct {
	Login string `json:"login"`
	Code  string `json:"code,omitempty"`
}

// codeLife is how long a one-time registration code is good for.
const codeLife = 14 * 24 * time.Hour

// AddUser makes an account.
func (o *Operator) AddUser(ctx context.Context, a AddUserArgs) (AddedUser, error) {
	if err := schema.Login(a.Login); err != nil {
		return AddedUser{}, err
	}
	keys, err := parseKeys(a.Keys)
	if err != nil {
		return AddedUser{}, err
	}
	now := o.clock()
	user, err := o.store.AddUser(ctx, actor, schema.User{Login: a.Login, Name: a.Name, Email: a.Email, Admin: a.Admin, CreatedAt: now}, keys...)
	if err != nil {
		return AddedUser{}, err
	}
	added := AddedUser{Login: user.Login}
	if a.Code {
		if added.Code, err = o.store.NewCode(ctx, user.ID, now.Add(codeLife)); err != nil {
			return added, err
		}
	}
	return added, nil
}

// parseKeys reads public keys; an operator vouches for them, so they are active.
func parseKeys(lines []string) ([]schema.Key, error) {
	var keys []schema.Key
	for _, line := range lines {
		public, comment, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "this is no public key in OpenSSH's form (such as \"ssh-ed25519 AAAA… comment\"): %w", err)
		}
		keys = append(keys, schema.Key{
			Fingerprint: ssh.FingerprintSHA256(public),
			Public:      string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(public))),
			Comment:     comment, Active: true,
		})
	}
	return keys, nil
}

func (o *Operator) users(ctx context.Context, _ None) ([]schema.User, error) {
	return o.store.Users(ctx)
}

// EnrolArgs is a role for a person in a course.
type EnrolArgs struct{ Course, Login, Role string }

// Enrol gives a person a role in a course.
func (o *Operator) Enrol(ctx context.Context, a EnrolArgs) (None, error) {
	role, err := schema.ParseRole(a.Role)
	if err != nil {
		return None{}, err
	}
	return None{}, o.store.Enrol(ctx, actor, a.Course, a.Login, role)
}

// SubmissionsArgs asks for one page: those after the submission of that name, "" from
// the beginning.
type SubmissionsArgs struct {
	Assignment, Login, After string
	Limit                    int
}

// submissionsPage is how many submissions with their results are read at once.
const submissionsPage = 100

// Submissions lists one page of an assignment's submissions, oldest first.
func (o *Operator) Submissions(ctx context.Context, a SubmissionsArgs) ([]schema.PublicSubmission, error) {
	work, err := o.assignment(ctx, a.Assignment)
	if err != nil {
		return nil, err
	}
	if a.Login != "" {
		if _, err := o.store.UserByLogin(ctx, a.Login); err != nil {
			return nil, err
		}
	}
	after, err := o.after(ctx, a.After)
	if err != nil {
		return nil, err
	}
	all, err := o.store.AllSubmissions(ctx, work.ID, a.Login, after, min(cmp.Or(a.Limit, submissionsPage), submissionsPage))
	if err != nil {
		return nil, err
	}
	reports := make([]schema.PublicSubmission, 0, len(all))
	for _, s := range all {
		reports = append(reports, course.Report(s, course.Viewer{Admin: true}, work.Course.Location()))
	}
	return reports, nil
}

// after finds the submission that a page begins after, 0 for None.
func (o *Operator) after(ctx context.Context, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	parsed, err := schema.ParseSubmissionName(name)
	if err != nil {
		return 0, err
	}
	sub, err := o.store.Submission(ctx, parsed)
	return sub.ID, err
}

// assignment finds COURSE/ASSIGNMENT.
func (o *Operator) assignment(ctx context.Context, path string) (schema.Assignment, error) {
	name, err := schema.ParseSubmissionName(path)
	if err != nil || name.Owner != "" || name.Number != 0 {
		return schema.Assignment{}, schema.Errorf(schema.CodeInvalid, "%q is not an assignment; use COURSE/ASSIGNMENT", path)
	}
	return o.store.Assignment(ctx, name.Course, name.Assignment)
}

// LoginLinkArgs names the person whom a link signs in.
type LoginLinkArgs struct{ Login string }

// linkLife is how long a sign-in link is good for.
const linkLife = 10 * time.Minute

// LoginLink makes a one-time link that signs a browser in.
func (o *Operator) LoginLink(ctx context.Context, a LoginLinkArgs) (string, error) {
	if o.live == nil {
		return "", schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
	}
	user, err := o.store.UserByLogin(ctx, a.Login)
	if err != nil {
		return "", err
	}
	token, err := o.store.NewLoginToken(ctx, user.ID, o.clock().Add(linkLife))
	if err != nil {
		return "", err
	}
	return o.live.webURL() + "/login/" + token, nil
}
