package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// route is one route of the API, requested as each person.
type route struct {
	path string
	body any    // body that is refused after the permission check
	may  string // people who are not refused
}

// everybody lists all people who send requests; nobody has no token.
const everybody = "nobody mallory bob alice tina ida root"

// TestEveryRouteAsEveryRole requests every route as each person, with a token of the widest scope that the person can
// have.
func TestEveryRouteAsEveryRole(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	b.regrade()
	const known, members, staff, instructors = "mallory bob alice tina ida root", "bob alice tina ida root", "tina ida root", "ida root"
	const task, sub = "/courses/comp1/assignments/a1", "/courses/comp1/assignments/a1/submissions/alice/1"
	routes := map[string]route{
		"GET /openapi.json": {"/openapi.json", nil, everybody},
		"GET /me":           {"/me", nil, known}, "GET /me/tokens": {"/me/tokens", nil, known}, "DELETE /me/tokens/{name}": {"/me/tokens/none", nil, ""},
		"GET /me/notifications": {"/me/notifications", nil, known}, "PUT /me/notifications/{id}/topics": {"/me/notifications/7/topics", map[string]any{"topics": []string{}}, ""}, "DELETE /me/notifications/{id}": {"/me/notifications/7", nil, ""},
		"GET /users": {"/users", nil, "root"}, "GET /audit": {"/audit", nil, "root"},
		"GET /queue": {"/queue", nil, known}, "GET /pools": {"/pools", nil, "mallory " + staff}, "GET /runners": {"/runners", nil, "mallory " + staff},
		"GET /flavours": {"/flavours", nil, "mallory " + staff}, "GET /receipt-key": {"/receipt-key", nil, known},
		"GET /courses": {"/courses", nil, known}, "GET /courses/{course}": {"/courses/comp1", nil, members},
		"GET /courses/{course}/assignments":              {"/courses/comp1/assignments", nil, members},
		"GET /courses/{course}/assignments/{assignment}": {task, nil, members},
		"GET /courses/{course}/roster":                   {"/courses/comp1/roster", nil, staff},
		"GET /courses/{course}/people":                   {"/courses/comp1/people", nil, staff},
		"GET /courses/{course}/grades":                   {"/courses/comp1/grades", nil, members},
		"GET /courses/{course}/export":                   {"/courses/comp1/export", nil, staff},
		"GET /courses/{course}/times":                    {"/courses/comp1/times", nil, instructors},
		"GET /courses/{course}/audit":                    {"/courses/comp1/audit", nil, instructors},

		"GET {task}/grid": {task + "/grid", nil, staff}, "GET {task}/extensions": {task + "/extensions", nil, staff}, "GET {task}/adjustments": {task + "/adjustments", nil, staff},
		"GET {task}/publication": {task + "/publication", nil, staff}, "GET {task}/tests": {task + "/tests", nil, staff}, "GET {task}/teams": {task + "/teams", nil, members},
		"GET {task}/failures": {task + "/failures", nil, staff}, "GET {task}/tries": {task + "/tries", nil, members}, "GET {task}/teams/{team}": {task + "/teams/none", nil, ""},
		"GET {task}/regrades": {task + "/regrades", nil, instructors}, "GET {task}/regrades/{id}": {task + "/regrades/1", nil, instructors},

		"GET {task}/submissions": {task + "/submissions", nil, members}, "GET {sub}": {sub, nil, "alice " + staff}, "GET {sub}/files": {sub + "/files", nil, "alice " + staff},
		"GET {sub}/files/{path...}": {sub + "/files/src/hello.c", nil, "alice " + staff}, "GET {sub}/receipt": {sub + "/receipt", nil, "alice " + staff},
		"POST {task}/extensions": {task + "/extensions", map[string]any{"owner": "alice"}, instructors}, "DELETE {task}/extensions/{id}": {task + "/extensions/9", nil, ""},
		"POST {task}/adjustments": {task + "/adjustments", map[string]any{"owner": "alice", "points": "0"}, staff}, "DELETE {task}/adjustments/{id}": {task + "/adjustments/9", nil, ""},
		"POST /courses/{course}/outages":  {"/courses/comp1/outages", map[string]any{"start": "x", "length": "1h"}, instructors},
		"PUT /courses/{course}/late-days": {"/courses/comp1/late-days", map[string]any{"late_days": -1}, instructors},
		"POST {task}/regrades":            {task + "/regrades", map[string]any{"reason": strings.Repeat("x", 501)}, instructors},
		"POST {task}/regrades/{id}/apply": {task + "/regrades/1/apply", nil, instructors}, "POST {task}/regrades/{id}/undo": {task + "/regrades/1/undo", nil, instructors},
		"POST {task}/regrades/{id}/discard": {task + "/regrades/9/discard", nil, ""},
		"PUT {task}/publication":            {task + "/publication?section=none", nil, ""}, "DELETE {task}/publication": {task + "/publication", nil, instructors},
		"POST {task}/tests/{version}/activate": {task + "/tests/1/activate", nil, instructors},
		"POST {task}/teams":                    {task + "/teams", map[string]any{"team": "7"}, "bob alice ida root"}, "POST {task}/teams/{team}/members": {task + "/teams/none/members", map[string]any{"members": []string{"bob"}}, instructors},
		"DELETE {task}/teams/{team}/members/{login}": {task + "/teams/none/members/bob", nil, ""}, "DELETE {task}/teams/{team}": {task + "/teams/none", nil, ""},
		"PUT /courses/{course}/roster/{login}": {"/courses/comp1/roster/nobody1", map[string]any{"role": "student"}, ""}, "DELETE /courses/{course}/roster/{login}": {"/courses/comp1/roster/nobody1", nil, ""},
		"POST /courses/{course}/roster-import": {"/courses/comp1/roster-import", map[string]any{"data": "eA=="}, instructors},
		"POST /courses/{course}/export":        {"/courses/comp1/export", map[string]any{"format": "csv"}, staff},
		"POST {sub}/rerun":                     {sub + "/rerun", nil, "alice tina ida root"}, "POST {sub}/mark": {sub + "/mark", nil, "alice"},
		"POST {task}/submissions": {task + "/submissions", "{", members}, "POST {task}/tests": {task + "/tests", "{", instructors},
		"GET {task}/tests/{version}": {task + "/tests/1", nil, staff}, "GET {task}/tests/{version}/files": {task + "/tests/1/files", nil, staff}, "GET {task}/tests/{version}/files/{path...}": {task + "/tests/1/files/src/hello.c", nil, staff},
		"GET {sub}/comments": {sub + "/comments", nil, "alice " + staff}, "POST {sub}/comments": {sub + "/comments", map[string]any{"text": " "}, staff}, "DELETE {sub}/comments/{id}": {sub + "/comments/9", nil, ""},
		"GET /courses/{course}/course-file": {"/courses/comp1/course-file", nil, staff}, "PUT /courses/{course}/course-file": {"/courses/comp1/course-file", map[string]any{"text": "late_tokens: x"}, instructors},
		"GET /me/sessions": {"/me/sessions", nil, known}, "DELETE /me/sessions/{id}": {"/me/sessions/none", nil, ""}, "GET /me/waiting": {"/me/waiting", nil, known},
		"PUT /pools/{flavour}/mode": {"/pools/standard/mode", map[string]any{"mode": "x"}, "mallory ida root"}, "PUT /pools/{flavour}/size": {"/pools/standard/size", map[string]any{"warm": 2, "max": 1}, "mallory ida root"},
		"GET /measurements":       {"/measurements?over=hour", nil, "mallory " + staff},
		"POST /queue/move":        {"/queue/move", map[string]any{"from": "a", "to": "none"}, "root"},
		"POST /admin/{operation}": {"/admin/users", map[string]any{}, "root"},
		"GET {sub}/events":        {sub + "/events", nil, "alice " + staff},
	}
	full := make(map[string]route)
	for pattern, r := range routes {
		pattern = strings.Replace(pattern, "{task}", "/courses/{course}/assignments/{assignment}", 1)
		pattern = strings.Replace(pattern, "{sub}", "/courses/{course}/assignments/{assignment}/submissions/{owner}/{number}", 1)
		method, path, _ := strings.Cut(pattern, " ")
		full[method+" /api/v1"+path] = r
	}
	for _, pattern := range b.api.Patterns() {
		if _, ok := full[pattern]; !ok {
			t.Errorf("%s: nobody has said who may; add it to the table", pattern)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(full)) {
		if !slices.Contains(b.api.Patterns(), pattern) {
			t.Errorf("%s: there is no such route", pattern)
			continue
		}
		for who := range strings.FieldsSeq(everybody) {
			b.asks(pattern, full[pattern], who)
		}
	}
}

// asks checks the reply to one person.
func (b *bundle) asks(pattern string, r route, who string) {
	b.t.Helper()
	method, _, _ := strings.Cut(pattern, " ")
	secret := ""
	if who != "nobody" {
		secret = b.highest(who)
	}
	got := b.ask(secret, method, r.path, r.body)
	turnedAway := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden || got.status == http.StatusNotFound
	may := slices.Contains(strings.Fields(r.may), who)
	switch {
	case got.status >= 500:
		b.t.Errorf("%s by %s: status %d: %s", pattern, who, got.status, got.body)
	case may && turnedAway:
		b.t.Errorf("%s by %s: status %d: %s", pattern, who, got.status, got.body)
	case !may && !turnedAway:
		b.t.Errorf("%s by %s: status %d, want to be turned away", pattern, who, got.status)
	case !may && who == "nobody" && got.status != http.StatusUnauthorized:
		b.t.Errorf("%s by nobody: status %d, want 401", pattern, got.status)
	case !may && who == "mallory" && strings.Contains(pattern, "{course}") && got.status != http.StatusNotFound:
		b.t.Errorf("%s by mallory, who is not in the course: status %d, want 404", pattern, got.status)
	}
	for _, secret := range hidden {
		if strings.Contains("alice bob mallory nobody", who) && strings.Contains(got.body, secret) {
			b.t.Errorf("%s by %s holds %q", pattern, who, secret)
		}
	}
}

// TestScopes requests every route with each scope. A token permits what its scope includes, and never more than its person may
// do.
func TestScopes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, pattern := range b.api.Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.TrimPrefix(path, "/api/v1")
		for from, to := range map[string]string{"{course}": "comp1", "{assignment}": "a1", "{owner}": "alice", "{number}": "9", "{id}": "9", "{name}": "none", "{path...}": "x", "{login}": "nobody", "{team}": "none", "{version}": "9", "{flavour}": "none", "{operation}": "none"} {
			path = strings.ReplaceAll(path, from, to)
		}
		var body any
		if method != http.MethodGet && method != http.MethodDelete {
			body = "{"
		}
		got := b.ask(b.token("root", schema.ScopeRead), method, path, body)
		if scoped := strings.Contains(got.body, "this token has the scope read"); scoped != (method != http.MethodGet && !strings.HasPrefix(path, "/admin/") && !strings.HasSuffix(path, "/export")) {
			t.Errorf("%s with scope read: status %d: %s", pattern, got.status, got.body)
		}
	}
	b.ask(b.token("tina", schema.ScopeWrite), http.MethodGet, "/users", nil).refused(t, http.StatusForbidden, schema.CodeForbidden, "only an administrator")
}

// TestIDsOfOthers requests other people's and missing objects. The replies must be the same.
func TestIDsOfOthers(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	b.regrade()
	for _, c := range []struct{ who, path, absent string }{
		{"bob", "/courses/comp1/assignments/a1/submissions/alice/1", "/courses/comp1/assignments/a1/submissions/alice/7"},
		{"bob", "/courses/comp1/assignments/a1/submissions/alice/1/files", "/courses/comp1/assignments/a1/submissions/nobody/1/files"},
		{"bob", "/courses/comp1/assignments/a1/submissions/alice/1/events", "/courses/comp1/assignments/a1/submissions/alice/7/events"},
		{"bob", "/courses/comp1/assignments/a1/submissions/alice/1/receipt", "/courses/comp1/assignments/a1/submissions/alice/7/receipt"},
		{"bob", "/courses/comp1/assignments/a1/submissions?after=comp1/a1/alice/1", "/courses/comp1/assignments/a1/submissions?after=comp1/a1/alice/7"},
		{"bob", "/courses/comp1/assignments/a1/regrades/1", "/courses/comp1/assignments/a1/regrades/7"},
		{"mallory", "/courses/comp1", "/courses/nothing1"},
		{"mallory", "/courses/comp1/roster", "/courses/nothing1/roster"},
		{"alice", "/courses/other1", "/courses/nothing1"},
		{"ida", "/courses/other1/assignments/a1/regrades/1", "/courses/nothing1/assignments/a1/regrades/1"},
	} {
		token := b.token(c.who, schema.ScopeRead)
		there, absent := b.ask(token, http.MethodGet, c.path, nil), b.ask(token, http.MethodGet, c.absent, nil)
		same := func(body string) string {
			for _, name := range []string{"comp1/a1/alice/1", "comp1/a1/alice/7", "comp1/a1/nobody/1", "comp1", "other1", "nothing1"} {
				body = strings.ReplaceAll(body, name, "NAME")
			}
			return body
		}
		if there.status != absent.status || there.status == http.StatusOK || same(there.body) != same(absent.body) {
			t.Errorf("%s to %s: %d %s\nbut to %s: %d %s", c.path, c.who, there.status, there.body, c.absent, absent.status, absent.body)
		}
	}
}

// TestNamesOfEveryShape requests invalid names.
func TestNamesOfEveryShape(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token := b.token("ida", schema.ScopeRead)
	for _, path := range []string{
		"", "/", "/nothing", "/courses/COMP1", "/courses/%00", "/courses/comp1%2Fa1", "/courses/comp1/assignments/..%2Fa1", "/courses/comp1/assignments/%E2%80%AE",
		"/courses/comp1/assignments/a1/submissions/alice/0", "/courses/comp1/assignments/a1/submissions/alice/-1", "/courses/comp1/assignments/a1/submissions/alice/99999999999999999999",
		"/courses/comp1/assignments/a1/regrades/x", "/courses/comp1/assignments/a1/regrades/-1", "/courses/" + strings.Repeat("a", 5000), "/courses/comp1/",
	} {
		got := b.ask(token, http.MethodGet, path, nil)
		if got.status != http.StatusNotFound && got.status != http.StatusBadRequest {
			t.Errorf("%.60s: status %d: %s", path, got.status, got.body)
		}
		if ct := got.header.Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%.60s: %s", path, ct)
		}
	}
	b.ask(token, http.MethodPost, "/me", "{}").refused(t, http.StatusMethodNotAllowed, schema.CodeInvalid, "answers GET")
	if got := b.ask(token, http.MethodPatch, "/courses", "{}"); got.status != http.StatusMethodNotAllowed || !strings.Contains(got.header.Get("Allow"), "GET") {
		t.Errorf("status %d, Allow %q", got.status, got.header.Get("Allow"))
	}
	for query, says := range map[string]string{
		"limit=x": "write a value that is an integer", "limt=3": `no parameter \"limt\"`, "limit=1&limit=2": "more than once", "limit=%zz": "cannot be read", "owner=alice;limit=1": "cannot be read",
	} {
		if got := b.ask(token, http.MethodGet, "/courses/comp1/assignments/a1/submissions?"+query, nil); got.status != http.StatusBadRequest || !strings.Contains(got.body, says) {
			t.Errorf("%s: status %d: %s", query, got.status, got.body)
		}
	}
}
