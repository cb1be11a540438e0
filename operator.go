package main

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

// operator does what `grader admin` asks, on the store: inside the running server
// or, when there is none, in the command itself.
type operator struct {
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
func (o *operator) operations() map[string]operation {
	return map[string]operation{
		"user.add":    typed(o.addUser),
		"users":       typed(o.users),
		"course.add":  typed(o.addCourse),
		"course.set":  typed(o.setCourse),
		"courses":     typed(o.courses),
		"enrol":       typed(o.enrol),
		"submissions": typed(o.submissions),
		"wait":        typed(o.wait),
		"login-link":  typed(o.loginLink),
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

func (o *operator) run(ctx context.Context, name string, args []byte) ([]byte, error) {
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

type none struct{}

type addUserArgs struct {
	Login, Name, Email string
	Admin, Code        bool
	Keys               []string // authorized_keys lines
}

type addedUser struct {
	Login string `json:"login"`
	Code  string `json:"code,omitempty"`
}

// codeLife is how long a one-time registration code is good for.
const codeLife = 14 * 24 * time.Hour

func (o *operator) addUser(ctx context.Context, a addUserArgs) (addedUser, error) {
	if err := schema.Login(a.Login); err != nil {
		return addedUser{}, err
	}
	keys, err := parseKeys(a.Keys)
	if err != nil {
		return addedUser{}, err
	}
	now := o.clock()
	user, err := o.store.AddUser(ctx, actor, schema.User{Login: a.Login, Name: a.Name, Email: a.Email, Admin: a.Admin, CreatedAt: now}, keys...)
	if err != nil {
		return addedUser{}, err
	}
	added := addedUser{Login: user.Login}
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

func (o *operator) users(ctx context.Context, _ none) ([]schema.User, error) {
	return o.store.Users(ctx)
}

type enrolArgs struct{ Course, Login, Role string }

func (o *operator) enrol(ctx context.Context, a enrolArgs) (none, error) {
	role, err := schema.ParseRole(a.Role)
	if err != nil {
		return none{}, err
	}
	return none{}, o.store.Enrol(ctx, actor, a.Course, a.Login, role)
}

// submissionsArgs asks for one page: those after the submission of that name, "" from
// the beginning.
type submissionsArgs struct {
	Assignment, Login, After string
	Limit                    int
}

// submissionsPage is how many submissions with their results are read at once.
const submissionsPage = 100

func (o *operator) submissions(ctx context.Context, a submissionsArgs) ([]schema.PublicSubmission, error) {
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

// after finds the submission that a page begins after, 0 for none.
func (o *operator) after(ctx context.Context, name string) (int64, error) {
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
func (o *operator) assignment(ctx context.Context, path string) (schema.Assignment, error) {
	name, err := schema.ParseSubmissionName(path)
	if err != nil || name.Owner != "" || name.Number != 0 {
		return schema.Assignment{}, schema.Errorf(schema.CodeInvalid, "%q is not an assignment; use COURSE/ASSIGNMENT", path)
	}
	return o.store.Assignment(ctx, name.Course, name.Assignment)
}

type loginLinkArgs struct{ Login string }

// linkLife is how long a sign-in link is good for.
const linkLife = 10 * time.Minute

func (o *operator) loginLink(ctx context.Context, a loginLinkArgs) (string, error) {
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
