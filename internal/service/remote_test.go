package service

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// token creates an API token of a person.
func (m *term) token(login string, scope schema.Scope) string {
	m.t.Helper()
	by := schema.Actor{User: m.users[login], Channel: schema.ChannelSSH}
	name := login + "-" + string(scope)
	if ended, err := m.classroom.Tokens.Revoke(m.t.Context(), by, "", name); err != nil && schema.CodeOf(err) != schema.CodeNotFound {
		m.t.Fatal(ended, err)
	}
	return got(m.classroom.Tokens.Create(m.t.Context(), by, classroom.NewToken{Name: name, Scope: scope}))(m.t).Secret
}

// ask sends a request to the API and returns the status and the body of the response.
func (m *term) ask(token, method, path, body string) (int, string) {
	m.t.Helper()
	req := got(http.NewRequestWithContext(m.t.Context(), method, m.WebURL()+"/api/v1"+path, strings.NewReader(body)))(m.t)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res := got(http.DefaultClient.Do(req))(m.t)
	defer res.Body.Close()
	return res.StatusCode, string(got(io.ReadAll(res.Body))(m.t))
}

// TestOperationsAsEveryRole runs every operation of grader admin over the network as a person of each role. The
// operations use the permissions of the person and not those of the socket.
func TestOperationsAsEveryRole(t *testing.T) {
	t.Parallel()
	m := newTerm(t)
	root := got(m.store.AddUser(t.Context(), schema.Operator(), schema.User{Login: "root", Admin: true}))(t)
	m.users["root"] = root
	const nobody, admin, instructors, staff, everybody = "", "root", "ida root", "tina ida root", "alice tina ida root"
	const task = `"Course":"comp1","Assignment":"a1"`
	type asked struct{ args, may string }
	all := map[string]asked{
		"user.add": {`{"Login":"alice"}`, admin}, "user.disable": {`{"Login":"none"}`, admin}, "user.sign-out": {`{"Login":"none"}`, admin}, "user.code": {`{"Login":"none"}`, admin},
		"users": {`{}`, admin}, "keys": {`{"Login":"bob"}`, admin}, "key.add": {`{"Login":"none"}`, admin}, "key.remove": {`{"Login":"none"}`, admin}, "key.expire": {`{"Login":"none"}`, admin}, "login-link": {`{"Login":"none"}`, admin},
		"tokens": {`{"Login":"bob"}`, admin}, "token.revoke": {`{"Login":"bob","Name":"none"}`, admin},
		"course.add": {`{"Code":"comp1"}`, admin}, "course.set": {`{"Code":"none"}`, admin}, "courses": {`{}`, admin}, "flavours": {`{}`, admin},
		"enrol": {`{"Course":"comp1","Login":"none","Role":"student"}`, instructors}, "unenrol": {`{"Course":"comp1","Login":"none"}`, instructors},
		"roster": {`{"Course":"comp1"}`, staff}, "submissions": {`{"Assignment":"comp1/a1"}`, staff}, "wait": {`{"Name":{"Course":"comp1","Assignment":"a1","Owner":"bob","Number":0}}`, everybody},
		"queue": {`{}`, admin}, "queue.move": {`{"From":"a","To":"none"}`, admin}, "pools": {`{}`, staff}, "pool.mode": {`{"Flavour":"none","Mode":"open"}`, admin}, "pool.size": {`{"Flavour":"none"}`, admin}, "runners": {`{}`, admin}, "images": {`{}`, admin}, "image.remove": {`{"ID":"none"}`, admin}, "audit": {`{"Course":"comp1","Limit":1}`, instructors},
		"extend": {`{` + task + `,"Owner":"bob"}`, instructors}, "extensions": {`{` + task + `}`, staff}, "extension.end": {`{` + task + `,"ID":9}`, instructors},
		"outage": {`{"Course":"comp1","Start":"x"}`, instructors}, "late-days": {`{"Course":"comp1","LateDays":-1}`, instructors},
		"adjust": {`{` + task + `,"Owner":"bob","Points":"x"}`, staff}, "adjustments": {`{` + task + `}`, staff}, "adjustment.end": {`{` + task + `,"ID":9}`, staff},
		"grades": {`{"Course":"comp1"}`, staff}, "roster.import": {`{"Course":"comp1"}`, instructors},
		"team.create": {`{` + task + `,"Team":"x"}`, nobody}, "team.add": {`{` + task + `,"Team":"x"}`, nobody}, "team.remove": {`{` + task + `,"Team":"x","Logins":["bob"]}`, nobody}, "team.delete": {`{` + task + `,"Team":"x"}`, nobody},
		"team.import": {`{` + task + `}`, instructors}, "teams": {`{` + task + `}`, everybody},
		"regrade.create": {`{` + task + `,"Owners":["none"]}`, instructors}, "regrade.show": {`{"ID":9}`, nobody}, "regrade.apply": {`{"ID":9}`, nobody}, "regrade.discard": {`{"ID":9}`, nobody}, "regrade.undo": {`{"ID":9}`, nobody},
		"publish": {`{` + task + `,"Section":"none"}`, instructors}, "unpublish": {`{` + task + `}`, instructors}, "export": {`{"Course":"comp1","Format":"csv"}`, staff},
		"receipts": {`{"Course":"comp1"}`, staff}, "tests": {`{` + task + `}`, staff}, "tests.activate": {`{` + task + `,"Number":1}`, instructors},
		"replay": {`{"Course":"comp1","Assignment":"a1","Owner":"bob","Number":9}`, nobody}, "person.export": {`{"Login":"none"}`, admin}, "person.erase": {`{"Login":"none"}`, admin},
		"comment": {`{"Submission":{"Course":"comp1","Assignment":"a1","Owner":"bob","Number":9},"Text":"x"}`, nobody}, "comments": {`{"Submission":{"Course":"comp1","Assignment":"a1","Owner":"bob","Number":9}}`, nobody},
		"comment.remove": {`{"Submission":{"Course":"comp1","Assignment":"a1","Owner":"bob","Number":9}}`, nobody},
		"submit-for":     {`{` + task + `,"Owner":"bob","Commit":"x"}`, instructors}, "archive": {`{` + task + `}`, nobody},
		"notices": {`{"Login":"bob"}`, admin}, "notice.remove": {`{"Login":"none","ID":9}`, admin}, "outbox": {`{}`, admin}, "outbox.retry": {`{"Kind":"none"}`, admin}, "github.link": {`{"Login":"none"}`, admin},
		"backup.marks": {`{}`, nobody}, "backup.recorded": {`{}`, nobody}, "database.copy": {`{"File":"/tmp/never"}`, nobody},
	}
	for name := range m.Operator().operations() {
		if _, ok := all[name]; !ok {
			t.Errorf("%s: nobody has said who may; add it to the table", name)
		}
	}
	for who := range strings.FieldsSeq("alice tina ida root") {
		scope := schema.ScopeWrite
		if who == "root" {
			scope = schema.ScopeAdmin
		}
		token := m.token(who, scope)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			status, text := m.ask(token, http.MethodPost, "/admin/"+name, all[name].args)
			// A reply says that something does not exist only to people with permission.
			refused := status == http.StatusForbidden || status == http.StatusNotFound && (all[name].may == nobody || !strings.Contains(text, "none") && !strings.Contains(text, " 9")) || status == http.StatusUnprocessableEntity && all[name].may == nobody
			if may := slices.Contains(strings.Fields(all[name].may), who); may == refused || status >= http.StatusInternalServerError {
				t.Errorf("%s by %s: status %d: %s", name, who, status, text)
			}
		}
	}
	read := m.token("root", schema.ScopeRead)
	for name, op := range m.Operator().operations() {
		status, text := m.ask(read, http.MethodPost, "/admin/"+name, all[name].args)
		if scoped := strings.Contains(text, "this token has the scope read"); scoped != (op.scope == schema.ScopeWrite || op.scope == schema.ScopeAdmin) {
			t.Errorf("%s with scope read: status %d: %s", name, status, text)
		}
	}
	if status, text := m.ask(m.token("root", schema.ScopeAdmin), http.MethodPost, "/admin/database.copy", `{"File":"/tmp/never"}`); status != http.StatusUnprocessableEntity || !strings.Contains(text, "works on the server's own files") {
		t.Errorf("status %d: %s", status, text)
	}
}

// TestRemoteActsAsThePerson checks the actor in the audit log.
func TestRemoteActsAsThePerson(t *testing.T) {
	t.Parallel()
	m := newTerm(t)
	if status, text := m.ask(m.token("ida", schema.ScopeWrite), http.MethodPost, "/admin/late-days", `{"Course":"comp1","LateDays":3}`); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	log := got(m.classroom.Audit.Log(t.Context(), schema.Operator(), schema.AuditQuery{Course: "comp1", Limit: 1}))(t)
	if log[0].Actor != "ida" || log[0].Channel != schema.ChannelAPI || log[0].Action != "course.late-days" {
		t.Errorf("audit log %+v", log[0])
	}
}
