package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// change is a route of the API that changes something, requested by a person with permission.
type change struct {
	who     string
	also    string // others with permission, in addition to those in mayToo
	path    string // below the prefix
	body    any
	media   string            // of a body that is not JSON
	prepare func(b *bundle)   // creates what the request needs
	audit   schema.AuditEntry // action, subject and values of its entry; a value "*" matches any but ""
	wrong   any               // a body that the same person must be refused; nil: there is none
	nothing string            // why nothing changes; then no entry may be written
}

// auditSource lets students choose which submission counts and create teams.
const auditSource = source + "submissions: {counts: marked}\nteam: {max: 2, formed_by: students}\n"

// entry returns the expected entry of the audit log.
func entry(action, subject, before, after string) schema.AuditEntry {
	return schema.AuditEntry{Action: action, Subject: subject, Before: before, After: after}
}

type object = map[string]any

// changes returns the routes of the API that are not GET. {task} and {sub} stand for the paths of an assignment
// and a submission.
func changes(t *testing.T) map[string]change {
	t.Helper()
	const course, task = "/courses/comp1", "/courses/comp1/assignments/a1"
	const sub, a1 = task + "/submissions/alice/1", "comp1/a1"
	hello := func(b *bundle) { b.graded("alice") }
	by := func(who, method, path string, body any) func(*bundle) {
		return func(b *bundle) {
			hello(b)
			if got := b.ask(b.highest(who), method, path, body); got.status != http.StatusOK {
				b.t.Fatalf("%s %s: status %d: %s", method, path, got.status, got.body)
			}
		}
	}
	set := func(b *bundle) { by("ida", "POST", task+"/regrades", object{})(b); b.grade(result()) }
	applied := func(b *bundle) {
		set(b)
		b.ask(b.highest("ida"), "POST", task+"/regrades/1/apply", nil)
	}
	blue := func(b *bundle) {
		by("ida", "POST", task+"/teams", object{"team": "blue", "members": []string{"alice", "bob"}})(b)
	}
	address := func(b *bundle) {
		_, err := b.Notices.Add(b.t.Context(), b.people["alice"], classroom.NewDestination{Channel: schema.NoticeMail, Address: "a@example.org"})
		check(b.t, err)
	}
	form, media := formOf(t, map[string]string{"src/hello.c": "int main(){}"})
	return map[string]change{
		"DELETE /me/tokens/{name}": {who: "alice", path: "/me/tokens/alice-read", prepare: func(b *bundle) { b.token("alice", schema.ScopeRead) }, audit: entry("token.revoke", "alice", "alice-read", "revoked")},
		"DELETE /me/sessions/{id}": {who: "alice", path: "/me/sessions/here", prepare: func(b *bundle) {
			check(b.t, b.store.SaveSession(b.t.Context(), schema.Session{Token: "x", ID: "here", User: b.people["alice"].User.ID, Browser: "Firefox on Linux", Data: []byte("x"), Expires: time.Now().Add(time.Hour)}))
		}, audit: entry("user.end-session", "alice", "Firefox on Linux", "ended")},

		"PUT /me/notifications/{id}/topics": {who: "alice", path: "/me/notifications/1/topics", body: object{"topics": []string{"regraded"}}, wrong: object{"topics": []string{"x"}}, prepare: address, audit: entry("notice.topics", "alice", "*", "regraded")},
		"DELETE /me/notifications/{id}":     {who: "alice", path: "/me/notifications/1", prepare: address, audit: entry("notice.remove", "alice", "not confirmed", "removed")},

		"POST {task}/extensions": {who: "ida", path: task + "/extensions", body: object{"owner": "alice", "by": "2d"}, wrong: object{"owner": "alice", "by": "-2d"}, audit: entry("extension.add", a1+"/alice", "", "*")},
		"DELETE {task}/extensions/{id}": {who: "ida", path: task + "/extensions/1", prepare: by("ida", "POST", task+"/extensions", object{"owner": "alice", "by": "2d"}),
			audit: entry("extension.end", a1+"/alice", "*", "")},
		"POST {task}/adjustments": {who: "tina", path: task + "/adjustments", body: object{"owner": "alice", "points": "+2", "reason": "r"}, wrong: object{"owner": "alice", "points": "two", "reason": "r"}, audit: entry("grade.adjust", a1+"/alice", "", "2")},
		"DELETE {task}/adjustments/{id}": {who: "tina", path: task + "/adjustments/1", prepare: by("tina", "POST", task+"/adjustments", object{"owner": "alice", "points": "+2", "reason": "r"}),
			audit: entry("grade.unadjust", a1+"/alice", "2", "")},
		"POST /courses/{course}/outages":  {who: "ida", path: course + "/outages", body: object{"start": "2026-09-01 10:00", "length": "1h"}, wrong: object{"start": "x", "length": "1h"}, audit: entry("outage.add", "comp1", "", "*")},
		"PUT /courses/{course}/late-days": {who: "ida", path: course + "/late-days", body: object{"late_days": 3}, wrong: object{"late_days": -1}, audit: entry("course.late-days", "comp1", "0", "3")},

		"POST {task}/regrades":              {who: "ida", path: task + "/regrades", body: object{}, wrong: object{"tests_version": 9}, prepare: hello, audit: entry("regrade.create", a1, "", "counted")},
		"POST {task}/regrades/{id}/apply":   {who: "ida", path: task + "/regrades/1/apply", prepare: set, audit: entry("regrade.apply", a1, "set 1 open", "set 1 applied")},
		"POST {task}/regrades/{id}/discard": {who: "ida", path: task + "/regrades/1/discard", prepare: set, audit: entry("regrade.discard", a1, "set 1 open", "set 1 discarded")},
		"POST {task}/regrades/{id}/undo":    {who: "ida", path: task + "/regrades/1/undo", prepare: applied, audit: entry("regrade.undo", a1, "set 1 applied", "set 1 undone")},
		"PUT {task}/publication":            {who: "ida", path: task + "/publication", audit: entry("grade.publish", a1, "nobody", "everybody")},
		"DELETE {task}/publication":         {who: "ida", path: task + "/publication", prepare: by("ida", "PUT", task+"/publication", nil), audit: entry("grade.unpublish", a1, "everybody", "nobody")},
		"POST {task}/tests/{version}/activate": {who: "ida", path: task + "/tests/1/activate", prepare: func(b *bundle) { b.publishTests("comp1", "a1", auditSource, "ida") },
			audit: entry("tests.activate", a1, "version 3", "version 1")},

		"POST {task}/teams":                          {who: "bob", also: "alice ida root", path: task + "/teams", body: object{"team": "reds"}, wrong: object{"team": "7"}, audit: entry("team.change", a1+"/reds", "", "created reds, joined bob")},
		"POST {task}/teams/{team}/members":           {who: "ida", path: task + "/teams/blue/members", body: object{"members": []string{"bob"}}, wrong: object{"members": []string{"nobody"}}, prepare: by("ida", "POST", task+"/teams", object{"team": "blue", "members": []string{"alice"}}), audit: entry("team.change", a1+"/blue", "", "joined bob")},
		"DELETE {task}/teams/{team}/members/{login}": {who: "ida", path: task + "/teams/blue/members/bob", prepare: blue, audit: entry("team.change", a1+"/blue", "", "left bob")},
		"DELETE {task}/teams/{team}":                 {who: "ida", path: task + "/teams/blue", prepare: blue, audit: entry("team.change", a1+"/blue", "", "*")},

		"PUT /courses/{course}/roster/{login}":    {who: "ida", path: course + "/roster/bob", body: object{"role": "ta"}, wrong: object{"role": "boss"}, audit: entry("course.enrol", "bob", "student", "ta")},
		"DELETE /courses/{course}/roster/{login}": {who: "ida", path: course + "/roster/bob", audit: entry("course.unenrol", "bob", "student", "")},
		"POST /courses/{course}/roster-import":    {who: "ida", path: course + "/roster-import", body: object{"data": []byte("login,name\nzoe,Zoe\n")}, wrong: object{"data": []byte("x")}, audit: entry("roster.import", "comp1", "", "*")},
		"POST /courses/{course}/export":           {who: "tina", path: course + "/export", body: object{"format": "csv"}, nothing: "it reads grades"},

		"POST {sub}/rerun":                  {who: "tina", also: "alice", path: sub + "/rerun", prepare: hello, audit: entry("submission.rerun", a1+"/alice/1", "done", "queued")},
		"POST {sub}/mark":                   {who: "alice", path: sub + "/mark", prepare: func(b *bundle) { hello(b); hello(b) }, audit: entry("submission.mark", a1+"/alice/1", "none marked", "#1")},
		"POST {sub}/comments":               {who: "tina", path: sub + "/comments", body: object{"text": "Nice"}, wrong: object{"text": " "}, prepare: hello, audit: entry("submission.comment", a1+"/alice/1", "", "Nice")},
		"DELETE {sub}/comments/{id}":        {who: "tina", path: sub + "/comments/1", prepare: by("tina", "POST", sub+"/comments", object{"text": "Nice"}), audit: entry("submission.uncomment", a1+"/alice/1", "Nice", "")},
		"POST {task}/submissions":           {who: "alice", also: "bob tina ida root", path: task + "/submissions", body: form, media: media, wrong: "{", audit: entry("submission.upload", a1+"/alice/1", "none", "#1")},
		"POST {task}/tests":                 {who: "ida", path: task + "/tests", body: form, media: media, wrong: "{", audit: entry("tests.push", a1, "version 2", "version 3")},
		"PUT /courses/{course}/course-file": {who: "ida", path: course + "/course-file", body: object{"text": "late_tokens: 2\n"}, wrong: object{"text": "late_tokens: x\n"}, audit: entry("course.configure", "comp1", "no course.yaml", "course.yaml version 1")},

		"PUT /pools/{flavour}/mode": {who: "ida", also: "mallory", path: "/pools/standard/mode", body: object{"mode": "paused"}, wrong: object{"mode": "x"}, audit: entry("pool.pause", "standard", "open, as configured", "paused, as configured")},
		"PUT /pools/{flavour}/size": {who: "ida", also: "mallory", path: "/pools/standard/size", body: object{"max": 3}, wrong: object{"max": -1}, audit: entry("pool.resize", "standard", "open, as configured", "*")},
		"POST /queue/move":          {who: "root", path: "/queue/move", body: object{"from": "old", "to": "standard"}, wrong: object{"from": "old", "to": "none"}, audit: entry("queue.move", "old", "old", "standard")},
		"POST /admin/{operation}":   {who: "root", path: "/admin/user.sign-out", body: object{}, audit: entry("user.sign-out", "root", "0 browser sessions, 0 sign-in links, 0 codes and 1 API token", "none")},
	}
}

// mayToo lists the people who also have the permissions of a person: instructors have those of TAs, and
// administrators have those of both.
var mayToo = map[string]string{"tina": "ida root", "ida": "root"}

// TestEveryChangeIsAudited requests every route of the API that can change something. A request that is refused, because
// of the person or of a wrong body, must leave no entry in the audit log. One that succeeds must leave one entry with the
// person's name, the channel and the values. A route that is not in the table fails the test.
func TestEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	table := make(map[string]change)
	for pattern, c := range changes(t) {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.Replace(path, "{task}", "/courses/{course}/assignments/{assignment}", 1)
		path = strings.Replace(path, "{sub}", "/courses/{course}/assignments/{assignment}/submissions/{owner}/{number}", 1)
		table[method+" /api/v1"+path] = c
	}
	known := newBundle(t).api.Patterns()
	for _, pattern := range known {
		if _, ok := table[pattern]; !ok && !strings.HasPrefix(pattern, "GET ") {
			t.Errorf("%s: say in the table how it is audited", pattern)
		}
	}
	for pattern, c := range table {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			if !slices.Contains(known, pattern) {
				t.Fatal("there is no such route")
			}
			b := newBundle(t)
			b.publishTests("comp1", "a1", auditSource, "ida")
			if c.prepare != nil {
				c.prepare(b)
			}
			b.carryOut(pattern, c)
		})
	}
}

// carryOut requests a change as everybody without permission, with a wrong body, and as a person
// with permission.
func (b *bundle) carryOut(pattern string, c change) {
	b.t.Helper()
	method, _, _ := strings.Cut(pattern, " ")
	send := func(who string, body any) reply {
		secret := ""
		if who != "nobody" {
			secret = b.highest(who)
		}
		if c.media != "" {
			return b.ask(secret, method, c.path, body, "Content-Type", c.media)
		}
		return b.ask(secret, method, c.path, body)
	}
	for who := range strings.FieldsSeq(everybody) {
		if slices.Contains(strings.Fields(c.who+" "+c.also+" "+mayToo[c.who]), who) {
			continue
		}
		got, entries := b.logged(func() reply { return send(who, c.body) })
		if got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && got.status != http.StatusNotFound || len(entries) > 0 {
			b.t.Errorf("by %s: status %d, and %+v in the audit log", who, got.status, entries)
		}
	}
	if c.wrong != nil {
		if got, entries := b.logged(func() reply { return send(c.who, c.wrong) }); got.status < 400 || got.status >= 500 || len(entries) > 0 {
			b.t.Errorf("with a wrong body: status %d, and %+v in the audit log: %s", got.status, entries, got.body)
		}
	}
	got, entries := b.logged(func() reply { return send(c.who, c.body) })
	if got.status != http.StatusOK && got.status != http.StatusNoContent {
		b.t.Fatalf("status %d: %s", got.status, got.body)
	}
	b.mustLog(c, entries)
}

// logged returns a reply with the entries that the request wrote to the audit log. It omits tokens that the tests
// create.
func (b *bundle) logged(send func() reply) (reply, []schema.AuditEntry) {
	b.t.Helper()
	read := func() []schema.AuditEntry {
		all, err := b.store.AuditLog(b.t.Context(), schema.AuditQuery{Limit: 1000})
		check(b.t, err)
		return slices.DeleteFunc(all, func(e schema.AuditEntry) bool { return e.Action == "token.create" })
	}
	before := read()
	got := send()
	after := read()
	return got, after[:len(after)-len(before)]
}

// mustLog checks the entries of a change.
func (b *bundle) mustLog(c change, entries []schema.AuditEntry) {
	b.t.Helper()
	if c.nothing != "" {
		if len(entries) > 0 {
			b.t.Errorf("it changes nothing (%s), and left %+v", c.nothing, entries)
		}
		return
	}
	matches := func(got, want string) bool { return got == want || want == "*" && got != "" }
	for _, e := range entries {
		if e.Action != c.audit.Action {
			continue
		}
		if e.Actor != c.who || e.Channel != schema.ChannelAPI || e.Subject != c.audit.Subject || !matches(e.Before, c.audit.Before) || !matches(e.After, c.audit.After) || e.Before == "" && e.After == "" {
			b.t.Errorf("the entry is %+v\nwant by %s: %+v", e, c.who, c.audit)
		}
		return
	}
	b.t.Errorf("no entry %s among %+v", c.audit.Action, entries)
}
