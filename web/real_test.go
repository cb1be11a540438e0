package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

// realSite is a site on a real store. alice and bob are students of comp2402, tina is a TA, ines an
// instructor, and root an administrator. mallory is not enrolled.
type realSite struct {
	*site
	ledger     *ledger
	assignment schema.Assignment
}

// newRealSite returns a site whose assignment a1 has the source.
func newRealSite(t *testing.T, source string, changes ...func(*web.Server)) *realSite {
	t.Helper()
	l, a := newLedgerOf(t, source)
	for login, role := range map[string]schema.Role{"bob": schema.RoleStudent, "tina": schema.RoleTA, "root": "", "mallory": ""} {
		user := must[schema.User](t)(l.AddUser(t.Context(), schema.Operator(), schema.User{Login: login, Admin: login == "root"}))
		if role != "" {
			if err := l.Enrol(t.Context(), schema.Operator(), a.Course, user, role); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := newSite(t, newClassroom(t), func(server *web.Server) {
		server.Classroom = actions.New(actions.Options{Store: l, Clock: time.Now, ReceiptKey: "ssh-ed25519 AAAA grader-receipts\n", Notices: actions.NoticeChannels{Mail: true, Webhooks: true}})
		server.Accounts, server.Results, server.Sessions, server.Clock = l, l, l, time.Now
		for _, change := range changes {
			change(server)
		}
	})
	return &realSite{s, l, a}
}

// signIn returns the browser of a signed-in user.
func (s *realSite) signIn(login string) *browser {
	s.t.Helper()
	user := must[schema.User](s.t)(s.ledger.UserByLogin(s.t.Context(), login))
	token := must[string](s.t)(s.ledger.NewLoginToken(s.t.Context(), schema.Operator(), user, time.Now().Add(time.Minute)))
	b := s.visitor()
	if got := b.post("/-/login/" + token); got.status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: status %d: %s", login, got.status, got.body)
	}
	return b
}

// graded pushes for a person and finishes the grading with a result.
func (s *realSite) graded(login string, r *schema.Result) schema.GradedSubmission {
	s.t.Helper()
	sub := must[schema.GradedSubmission](s.t)(s.ledger.RecordSubmission(s.t.Context(), s.ledger.push(s.assignment, schema.RepositoryOwn, login)))
	s.ledger.grade(r)
	return sub
}

// gradedOf is like graded for a team. login is the member who pushes.
func (s *realSite) gradedOf(team, login string, r *schema.Result) schema.GradedSubmission {
	s.t.Helper()
	push := s.ledger.pushTo(s.assignment, schema.RepositoryOwn, team, login, strings.Repeat("c", 40), schema.ChannelSSH)
	sub := must[schema.GradedSubmission](s.t)(s.ledger.RecordSubmission(s.t.Context(), push))
	s.ledger.grade(r)
	return sub
}

// submit sends a form.
func (b *browser) submit(path string, values url.Values) reply {
	b.t.Helper()
	return b.sendBody(path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// allowed sends a form that must succeed, and returns the page that it redirects to.
func (b *browser) allowed(path string, values url.Values) *page {
	b.t.Helper()
	got := b.submit(path, values)
	if got.status != http.StatusSeeOther {
		b.t.Fatalf("POST %s: status %d\n%s", path, got.status, got.body)
	}
	return b.page(got.header.Get("Location"))
}

// visibleResult is gradedResult without its hidden tests.
func visibleResult(score int64) *schema.Result {
	r := gradedResult()
	r.Tests = r.Tests[:2]
	r.Score, r.MaxScore = schema.NewPoints(score, 1), schema.NewPoints(5, 1)
	return r
}
