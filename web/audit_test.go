package web_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// change is a route of the site that changes something, requested by a person with permission.
type change struct {
	who     string
	also    string // others with permission, in addition to those in mayToo
	path    string
	form    url.Values
	send    func(s *realSite, b *browser) reply // nil: sends the form
	prepare func(s *realSite)                   // creates what the request needs
	audit   schema.AuditEntry                   // action, subject and values of its entry; a value "*" matches any but ""
	wrong   url.Values                          // a form that the same person must be refused; nil: there is none
	nothing string                              // why nothing changes; then no entry may be written
}

// auditSpec lets students choose which submission counts and create teams.
const auditSpec = specCases + "submissions: {counts: marked}\nteam: {max: 2, formed_by: students}\n"

// entry returns the expected entry of the audit log.
func entry(action, subject, before, after string) schema.AuditEntry {
	return schema.AuditEntry{Action: action, Subject: subject, Before: before, After: after}
}

// link signs in alice's browser with a link.
func link(s *realSite, b *browser) reply {
	user := must[schema.User](s.t)(s.ledger.UserByLogin(s.t.Context(), "alice"))
	return b.post("/-/login/" + must[string](s.t)(s.ledger.NewLoginToken(s.t.Context(), schema.Operator(), user, time.Now().Add(time.Minute))))
}

// changes returns the routes of the site that are not GET.
func changes() map[string]change {
	const task, sub, course = "/comp2402/a1/-/", "/comp2402/a1/alice/1/-/", "/comp2402/-/"
	const a1, tests = "comp2402/a1", "/comp2402/a1/-/tests/"
	hello := func(s *realSite) { s.graded("alice", visibleResult(2)) }
	twice := func(s *realSite) { hello(s); hello(s) }
	by := func(who, path string, form url.Values) func(*realSite) {
		return func(s *realSite) { hello(s); s.signIn(who).allowed(path, form) }
	}
	set := func(s *realSite) {
		by("ines", task+"regrades", url.Values{"which": {"counted"}})(s)
		s.ledger.grade(visibleResult(5))
	}
	applied := func(s *realSite) { set(s); s.signIn("ines").allowed(task+"regrades/1/apply", nil) }
	saved := func(s *realSite) {
		s.signIn("ines").allowed(tests+"files/io/1.out", url.Values{"act": {"save"}, "text": {"4\n"}})
		s.ledger.grade(&schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
	}
	address := func(s *realSite) {
		s.signIn("alice").submit("/-/notifications", url.Values{"channel": {"email"}, "address": {"a@example.org"}})
	}
	push := func(before, after string) schema.AuditEntry {
		return entry("tests.push", a1, "version "+before, "version "+after)
	}
	return map[string]change{
		"POST /-/login/{token}": {who: "alice", send: link, audit: entry("user.sign-in", "alice", "", "signed in")},
		"POST /-/logout":        {who: "alice", path: "/-/logout", audit: entry("user.end-session", "alice", "*", "ended")},
		"POST /-/sessions/end":  {who: "alice", path: "/-/sessions/end", audit: entry("user.sign-out", "alice", "1 browser session, 0 sign-in links, 0 codes and 0 API tokens", "none")},
		"POST /-/sessions/{id}/end": {who: "alice", prepare: func(s *realSite) { s.signIn("alice") }, send: func(s *realSite, b *browser) reply {
			return b.submit(b.endPath(s.t, false), nil)
		}, audit: entry("user.end-session", "alice", "*", "ended")},
		"POST /-/tokens": {who: "alice", path: "/-/tokens", form: url.Values{"name": {"mine"}, "scope": {"read"}}, wrong: url.Values{"name": {"a/b"}, "scope": {"read"}},
			audit: entry("token.create", "alice", "", "mine")},
		"POST /-/tokens/{name}/revoke": {who: "alice", path: "/-/tokens/mine/revoke", audit: entry("token.revoke", "alice", "mine", "revoked"), prepare: func(s *realSite) {
			s.signIn("alice").submit("/-/tokens", url.Values{"name": {"mine"}, "scope": {"read"}})
		}},
		"POST /-/queue/move": {who: "root", path: "/-/queue/move", form: url.Values{"from": {"standard"}, "to": {"large"}}, wrong: url.Values{"from": {"large"}, "to": {"large"}},
			audit: entry("queue.move", "standard", "standard", "large")},
		"POST /-/pools/{flavour}/mode": {who: "ines", path: "/-/pools/standard/mode", form: url.Values{"mode": {"paused"}, "reason": {"new image"}}, wrong: url.Values{"mode": {"off"}},
			audit: entry("pool.pause", "standard", "open, as configured", "paused, as configured")},
		"POST /-/pools/{flavour}/size": {who: "ines", path: "/-/pools/standard/size", form: url.Values{"max": {"3"}}, wrong: url.Values{"max": {"-1"}},
			audit: entry("pool.resize", "standard", "open, as configured", "*")},

		"POST /-/notifications": {who: "alice", path: "/-/notifications", form: url.Values{"channel": {"email"}, "address": {"a@example.org"}}, wrong: url.Values{"channel": {"email"}, "address": {"a"}},
			audit: entry("notice.add", "alice", "none", "not confirmed")},
		"POST /-/notifications/{id}/topics": {who: "alice", path: "/-/notifications/1/topics", form: url.Values{"topic": {"regraded"}}, wrong: url.Values{"topic": {"x"}}, prepare: address,
			audit: entry("notice.topics", "alice", "*", "regraded")},
		"POST /-/notifications/{id}/remove": {who: "alice", path: "/-/notifications/1/remove", prepare: address, audit: entry("notice.remove", "alice", "not confirmed", "removed")},
		"POST /-/notifications/confirm": {who: "alice", prepare: address, send: func(s *realSite, _ *browser) reply {
			return s.visitor().submit("/-/notifications/confirm", url.Values{"code": {s.notice().Code}})
		}, audit: entry("notice.confirm", "alice", "not confirmed", "confirmed")},
		"POST /-/unsubscribe/{secret}": {who: "alice", prepare: address, send: func(s *realSite, _ *browser) reply {
			to := must[schema.NoticeMessage](s.t)(composedNotice(s, s.notice())).To
			return s.visitor().submit("/-/unsubscribe/"+to.Unsubscribe, nil)
		}, audit: entry("notice.unsubscribe", "alice", "not confirmed", "removed")},

		"POST /{course}/{assignment}/-/upload": {who: "alice", also: "bob tina ines root", send: func(_ *realSite, b *browser) reply {
			return b.handIn("files", map[string]string{"list.c": "1"}, nil)
		}, audit: entry("submission.upload", a1+"/alice/1", "none", "#1")},
		"POST /{course}/{assignment}/{owner}/{number}/-/mark":                 {who: "alice", path: sub + "mark", prepare: twice, audit: entry("submission.mark", a1+"/alice/1", "none marked", "#1")},
		"POST /{course}/{assignment}/{owner}/{number}/-/rerun":                {who: "tina", also: "alice", path: sub + "rerun", prepare: hello, audit: entry("submission.rerun", a1+"/alice/1", "done", "queued")},
		"POST /{course}/{assignment}/{owner}/{number}/-/comments":             {who: "tina", path: sub + "comments", form: url.Values{"text": {"Nice"}}, wrong: url.Values{"text": {" "}}, prepare: hello, audit: entry("submission.comment", a1+"/alice/1", "", "Nice")},
		"POST /{course}/{assignment}/{owner}/{number}/-/comments/{id}/remove": {who: "tina", path: sub + "comments/1/remove", prepare: by("tina", sub+"comments", url.Values{"text": {"Nice"}}), audit: entry("submission.uncomment", a1+"/alice/1", "Nice", "")},

		"POST /{course}/{assignment}/-/extensions": {who: "ines", path: task + "extensions", form: url.Values{"owner": {"alice"}, "by": {"2d"}}, wrong: url.Values{"owner": {"alice"}, "by": {"-2d"}},
			audit: entry("extension.add", a1+"/alice", "", "*")},
		"POST /{course}/{assignment}/-/extensions/{id}/end": {who: "ines", path: task + "extensions/1/end", prepare: by("ines", task+"extensions", url.Values{"owner": {"alice"}, "by": {"2d"}}),
			audit: entry("extension.end", a1+"/alice", "*", "")},
		"POST /{course}/{assignment}/-/adjustments": {who: "tina", path: task + "adjustments", form: url.Values{"owner": {"alice"}, "points": {"+2"}, "reason": {"r"}}, wrong: url.Values{"owner": {"alice"}, "points": {"two"}, "reason": {"r"}},
			audit: entry("grade.adjust", a1+"/alice", "", "2")},
		"POST /{course}/{assignment}/-/adjustments/{id}/end": {who: "tina", path: task + "adjustments/1/end", prepare: by("tina", task+"adjustments", url.Values{"owner": {"alice"}, "points": {"+2"}, "reason": {"r"}}),
			audit: entry("grade.unadjust", a1+"/alice", "2", "")},
		"POST /{course}/{assignment}/-/publication": {who: "ines", path: task + "publication", form: url.Values{"act": {"publish"}}, wrong: url.Values{"act": {"publish"}, "section": {"none"}},
			audit: entry("grade.publish", a1, "nobody", "everybody")},
		"POST /{course}/-/times/outage": {who: "ines", path: course + "times/outage", form: url.Values{"start": {"2026-09-01T10:00"}, "length": {"1h"}, "reason": {"r"}}, wrong: url.Values{"start": {"x"}, "length": {"1h"}, "reason": {"r"}},
			audit: entry("outage.add", "comp2402", "", "*")},
		"POST /{course}/-/times/late-days": {who: "ines", path: course + "times/late-days", form: url.Values{"late_days": {"3"}}, wrong: url.Values{"late_days": {"-3"}}, audit: entry("course.late-days", "comp2402", "0", "3")},

		"POST /{course}/{assignment}/-/regrades":              {who: "ines", path: task + "regrades", form: url.Values{"which": {"counted"}}, wrong: url.Values{"which": {"counted"}, "version": {"9"}}, prepare: hello, audit: entry("regrade.create", a1, "", "counted")},
		"POST /{course}/{assignment}/-/regrades/{id}/apply":   {who: "ines", path: task + "regrades/1/apply", prepare: set, audit: entry("regrade.apply", a1, "set 1 open", "set 1 applied")},
		"POST /{course}/{assignment}/-/regrades/{id}/discard": {who: "ines", path: task + "regrades/1/discard", prepare: set, audit: entry("regrade.discard", a1, "set 1 open", "set 1 discarded")},
		"POST /{course}/{assignment}/-/regrades/{id}/undo":    {who: "ines", path: task + "regrades/1/undo", prepare: applied, audit: entry("regrade.undo", a1, "set 1 applied", "set 1 undone")},

		"POST /{course}/{assignment}/-/teams/{verb}": {who: "bob", also: "alice ines root", path: task + "teams/create", form: url.Values{"team": {"reds"}}, wrong: url.Values{"team": {"7"}},
			audit: entry("team.change", a1+"/reds", "", "created reds, joined bob")},
		"POST /{course}/-/roster/enrol":   {who: "ines", path: course + "roster/enrol", form: url.Values{"login": {"bob"}, "role": {"ta"}}, wrong: url.Values{"login": {"bob"}, "role": {"boss"}}, audit: entry("course.enrol", "bob", "student", "ta")},
		"POST /{course}/-/roster/unenrol": {who: "ines", path: course + "roster/unenrol", form: url.Values{"login": {"bob"}}, wrong: url.Values{"login": {"nobody"}}, audit: entry("course.unenrol", "bob", "student", "")},
		"POST /{course}/-/roster/import": {who: "ines", path: course + "roster/import", form: url.Values{"data": {base64.StdEncoding.EncodeToString([]byte("login,name\nzoe,Zoe\n"))}, "confirmed": {"1"}}, wrong: url.Values{"data": {"eA=="}, "confirmed": {"1"}},
			audit: entry("roster.import", "comp2402", "", "*")},
		"POST /{course}/-/exports": {who: "tina", path: course + "exports", form: url.Values{"format": {"csv"}}, nothing: "it reads grades"},

		"POST /{course}/-/new":                                       {who: "ines", path: course + "new", form: url.Values{"name": {"a2"}, "language": {"c"}, "title": {"Second"}}, wrong: url.Values{"name": {"a1"}, "language": {"c"}}, audit: entry("tests.push", "comp2402/a2", "no version", "version 1")},
		"POST /{course}/-/settings":                                  {who: "ines", path: course + "settings", form: url.Values{"act": {"save"}, "text": {"late_tokens: 2\n"}}, wrong: url.Values{"act": {"save"}, "text": {"late_tokens: x\n"}}, audit: entry("course.configure", "comp2402", "no course.yaml", "course.yaml version 1")},
		"POST /{course}/-/settings/validate":                         {who: "ines", path: course + "settings/validate", form: url.Values{"text": {"late_tokens: 2\n"}}, nothing: "it only checks"},
		"POST /{course}/{assignment}/-/tests/open":                   {who: "ines", path: tests + "open", form: url.Values{"path": {"new.txt"}}, nothing: "it leads to a form"},
		"POST /{course}/{assignment}/-/tests/validate":               {who: "ines", path: tests + "validate", form: url.Values{"path": {"io/1.in"}, "text": {"x"}}, nothing: "it only checks"},
		"POST /{course}/{assignment}/-/tests/files/{path...}":        {who: "ines", path: tests + "files/io/1.out", form: url.Values{"act": {"save"}, "text": {"4\n"}}, wrong: url.Values{"act": {"save"}, "text": {"3\n"}}, audit: push("1", "2")},
		"POST /{course}/{assignment}/-/tests/case":                   {who: "ines", path: tests + "case", form: url.Values{"test": {"sums"}, "name": {"2"}, "input": {"2"}, "output": {"2"}}, wrong: url.Values{"test": {"sums"}, "name": {"a/b"}}, audit: push("1", "2")},
		"POST /{course}/{assignment}/-/tests/delete":                 {who: "ines", path: tests + "delete", form: url.Values{"path": {"windows.txt"}}, wrong: url.Values{"path": {"none"}}, audit: push("1", "2")},
		"POST /{course}/{assignment}/-/tests/versions/{id}/activate": {who: "ines", path: tests + "versions/1/activate", prepare: saved, audit: entry("tests.activate", a1, "version 2", "version 1")},
		"POST /{course}/{assignment}/-/tests/upload": {who: "ines", send: func(_ *realSite, b *browser) reply {
			return b.upload(tests+"upload", "files", "more", nil)
		}, audit: push("1", "2")},
	}
}

// TestEveryChangeIsAudited requests every route of the site that can change something. A request that is refused,
// because of the person or of a wrong form, must leave no entry in the audit log. One that succeeds must leave one entry
// with the person's name, the channel and the values. A route that is not in the table fails the test. signin_test.go
// has the test for signing in with a service, which is a GET.
func TestEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	table := changes()
	shelf, _ := newShelfOf(t, auditSpec)
	for _, pattern := range shelf.server.Patterns() {
		if _, ok := table[pattern]; !ok && !strings.HasPrefix(pattern, "GET ") && pattern != "/" { // "/" matches what no other route does
			t.Errorf("%s: say in the table how it is audited", pattern)
		}
	}
	for pattern, c := range table {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			s, _ := newShelfOf(t, auditSpec)
			if c.prepare != nil {
				c.prepare(s)
			}
			b := s.signIn(c.who)
			for who := range strings.FieldsSeq("nobody mallory bob alice tina ines root") {
				if ownAccount(pattern) || slices.Contains(strings.Fields(c.who+" "+c.also+" "+mayToo[c.who]), who) {
					continue
				}
				s.leavesNoEntry(pattern+" by "+who, turnedAway, func() reply { return c.carryOut(s, s.somebody(who)) })
			}
			if c.wrong != nil {
				s.leavesNoEntry(pattern+" with a wrong form", refusedForm, func() reply { return b.submit(c.path, c.wrong) })
			}
			before := s.auditLog()
			got := c.carryOut(s, b)
			if got.status >= 400 {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			s.mustLog(c, s.auditLog()[:len(s.auditLog())-len(before)])
		})
	}
}

// carryOut sends the request for the change.
func (c change) carryOut(s *realSite, b *browser) reply {
	if c.send != nil {
		return c.send(s, b)
	}
	return b.submit(c.path, c.form)
}

// somebody returns the browser of a person, or of nobody.
func (s *realSite) somebody(who string) *browser {
	if who == "nobody" {
		return s.visitor()
	}
	return s.signIn(who)
}

// auditLog returns the whole audit log, newest first, without the sign-ins of tests.
func (s *realSite) auditLog() []schema.AuditEntry {
	s.t.Helper()
	var all []schema.AuditEntry
	for _, e := range must[[]schema.AuditEntry](s.t)(s.ledger.AuditLog(s.t.Context(), schema.AuditQuery{Limit: 1000})) {
		if e.Action != "user.login-link" {
			all = append(all, e)
		}
	}
	return all
}

// mayToo lists the people who also have the permissions of a person: instructors have those of TAs, and
// administrators have those of both.
var mayToo = map[string]string{"tina": "ines root", "ines": "root"}

// ownAccount reports whether a route concerns only the person's own account.
func ownAccount(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return strings.HasPrefix(path, "/-/") && !strings.HasPrefix(path, "/-/queue") && !strings.HasPrefix(path, "/-/pools")
}

// turnedAway reports whether a person was refused permission.
func turnedAway(got reply) bool {
	return got.status == http.StatusUnauthorized || got.status == http.StatusForbidden || got.status == http.StatusNotFound
}

// refusedForm reports whether a reply refuses a form.
func refusedForm(got reply) bool {
	return got.status == http.StatusOK && strings.Contains(got.body, `class="problem"`) || got.status >= 400 && got.status < 500
}

// leavesNoEntry sends a request that must be refused.
func (s *realSite) leavesNoEntry(what string, refused func(reply) bool, send func() reply) {
	s.t.Helper()
	count := func() int {
		n := 0
		for _, e := range s.auditLog() {
			if e.Action != "user.sign-in" {
				n++
			}
		}
		return n
	}
	before := count()
	if got := send(); !refused(got) {
		s.t.Errorf("%s: status %d, want to be refused", what, got.status)
	}
	if n := count() - before; n != 0 {
		s.t.Errorf("%s: refused, and %d entries in the audit log", what, n)
	}
}

// mustLog checks the entries that a change wrote, newest first.
func (s *realSite) mustLog(c change, entries []schema.AuditEntry) {
	s.t.Helper()
	if c.nothing != "" {
		if len(entries) != 0 {
			s.t.Errorf("it changes nothing (%s), and left %+v", c.nothing, entries)
		}
		return
	}
	matches := func(got, want string) bool { return got == want || want == "*" && got != "" }
	for _, e := range entries {
		if e.Action != c.audit.Action {
			continue
		}
		if e.Actor != c.who || e.Channel != schema.ChannelWeb || e.Subject != c.audit.Subject || !matches(e.Before, c.audit.Before) || !matches(e.After, c.audit.After) {
			s.t.Errorf("the entry is %+v\nwant by %s: %+v", e, c.who, c.audit)
		}
		if e.Before == "" && e.After == "" {
			s.t.Errorf("the entry has no values: %+v", e)
		}
		return
	}
	s.t.Errorf("no entry %s among %+v", c.audit.Action, entries)
}
