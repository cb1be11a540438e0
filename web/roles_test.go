package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/web"
)

// route is one route of the site, requested as each person.
type route struct {
	path string
	form url.Values // form that is refused after the permission check
	may  string     // people who are not refused
}

// TestEveryRouteAsEveryRole requests every route as each person. People without permission may only read that the page does not
// exist or that they may not do this.
func TestEveryRouteAsEveryRole(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1, func(server *web.Server) {
		server.GitHub = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	})
	sub := "/" + s.graded("alice", visibleResult(2)).Name.String()
	again := "/" + s.graded("alice", visibleResult(1)).Name.String()
	ines := s.signIn("ines")
	ines.allowed("/comp2402/a1/-/regrades", url.Values{"which": {"counted"}})
	const course, task = "/comp2402/-/", "/comp2402/a1/-/"
	const anybody = "nobody mallory bob alice tina ines root"
	const known = "mallory bob alice tina ines root"
	const members, staff, instructors = "bob alice tina ines root", "tina ines root", "ines root"
	routes := map[string]route{
		"GET /{$}": {"/", nil, anybody}, "GET /-/login": {"/-/login", nil, anybody}, "GET /-/login/{token}": {"/-/login/x", nil, anybody},
		"GET /-/sign-in/{service}": {"/-/sign-in/oidc", nil, ""}, "GET /-/sign-in/{service}/callback": {"/-/sign-in/oidc/callback", nil, ""}, // there is no service; see signin_test.go
		"POST /-/login/{token}": {"/-/login/x", url.Values{}, anybody}, "POST /-/logout": {"", nil, ""}, // see login_test.go
		"GET /login": {"/login", nil, anybody}, "GET /login/{token}": {"/login/x", nil, anybody},
		"GET /-/static/{name}": {"", nil, ""}, "GET /favicon.ico": {"/favicon.ico", nil, anybody}, "GET /robots.txt": {"/robots.txt", nil, anybody},
		"GET /healthz": {"/healthz", nil, anybody}, "GET /readyz": {"/readyz", nil, anybody}, "GET /metrics": {"/metrics", nil, anybody}, // only from this machine
		"GET /-/receipt-key": {"/-/receipt-key", nil, anybody}, "POST /-/github/webhook": {"/-/github/webhook", url.Values{}, ""}, // it checks signatures; see the package github
		"/":               {"/no/such/page/there/is", nil, ""},
		"GET /-/sessions": {"/-/sessions", nil, known + " mallory"}, "POST /-/sessions/{id}/end": {"/-/sessions/no-such-id/end", url.Values{}, ""},
		"POST /-/sessions/end": {"", nil, ""}, // see sessions_test.go
		"GET /-/tokens":        {"/-/tokens", nil, known}, "POST /-/tokens": {"/-/tokens", url.Values{"name": {"a/b"}, "scope": {"read"}}, known}, "POST /-/tokens/{name}/revoke": {"/-/tokens/none/revoke", url.Values{}, ""},
		"GET /-/notifications": {"/-/notifications", nil, known}, "POST /-/notifications": {"/-/notifications", url.Values{"channel": {"fax"}}, known},
		"POST /-/notifications/{id}/topics": {"/-/notifications/7/topics", url.Values{}, ""}, "POST /-/notifications/{id}/remove": {"/-/notifications/7/remove", url.Values{}, ""},
		"GET /-/notifications/confirm": {"/-/notifications/confirm?code=x", nil, anybody}, "POST /-/notifications/confirm": {"/-/notifications/confirm", url.Values{"code": {"x"}}, anybody},
		"GET /-/unsubscribe/{secret}": {"/-/unsubscribe/x", nil, anybody}, "POST /-/unsubscribe/{secret}": {"/-/unsubscribe/x", url.Values{}, anybody},
		"GET /-/queue": {"/-/queue", nil, known}, "POST /-/pools/{flavour}/mode": {"/-/pools/standard/mode", url.Values{"mode": {"x"}}, instructors}, "POST /-/pools/{flavour}/size": {"/-/pools/standard/size", url.Values{"warm": {"9"}, "max": {"1"}}, instructors},
		"GET /-/operations": {"/-/operations", nil, staff}, "POST /-/queue/move": {"/-/queue/move", url.Values{"from": {"a"}, "to": {"b"}}, "root"},
		"GET /{course}": {"/comp2402", nil, members}, "GET /{course}/{$}": {"/comp2402/", nil, known}, // redirects, whether or not the course exists
		"GET /{course}/{assignment}": {"/comp2402/a1", nil, members}, "GET /{course}/{assignment}/{$}": {"/comp2402/a1/", nil, known},
		"GET /{course}/{assignment}/{owner}":          {"/comp2402/a1/alice", nil, "alice " + staff},
		"GET /{course}/{assignment}/{owner}/{number}": {sub, nil, "alice " + staff},

		"GET /{course}/{assignment}/{owner}/{number}/-/events":          {sub + "/-/events", nil, "alice " + staff},
		"GET /{course}/{assignment}/{owner}/{number}/-/files":           {sub + "/-/files", nil, "alice " + staff},
		"GET /{course}/{assignment}/{owner}/{number}/-/files/{path...}": {sub + "/-/files/handout.md", nil, "alice " + staff},
		"GET /{course}/{assignment}/{owner}/{number}/-/receipt":         {sub + "/-/receipt", nil, "alice " + staff},
		"POST /{course}/{assignment}/{owner}/{number}/-/mark":           {sub + "/-/mark", url.Values{}, "alice"},
		"POST /{course}/{assignment}/{owner}/{number}/-/rerun":          {again + "/-/rerun", url.Values{}, "alice " + staff},

		"POST /{course}/{assignment}/-/upload":                                {task + "upload", url.Values{}, members},
		"GET /{course}/{assignment}/-/grid":                                   {task + "grid", nil, staff},
		"GET /{course}/{assignment}/-/extensions":                             {task + "extensions", nil, staff},
		"POST /{course}/{assignment}/-/extensions":                            {task + "extensions", url.Values{"owner": {"alice"}}, instructors},
		"POST /{course}/{assignment}/-/extensions/{id}/end":                   {task + "extensions/7/end", url.Values{}, ""},
		"GET /{course}/{assignment}/-/adjustments":                            {task + "adjustments", nil, staff},
		"POST /{course}/{assignment}/-/adjustments":                           {task + "adjustments", url.Values{"owner": {"alice"}, "points": {"0"}}, staff},
		"POST /{course}/{assignment}/-/adjustments/{id}/end":                  {task + "adjustments/7/end", url.Values{}, ""},
		"GET /{course}/{assignment}/-/regrades":                               {task + "regrades", nil, instructors},
		"POST /{course}/{assignment}/-/regrades":                              {task + "regrades", url.Values{"version": {"x"}}, instructors},
		"GET /{course}/{assignment}/-/regrades/{id}":                          {task + "regrades/1", nil, instructors},
		"POST /{course}/{assignment}/-/regrades/{id}/apply":                   {task + "regrades/1/apply", url.Values{}, instructors},
		"POST /{course}/{assignment}/-/regrades/{id}/undo":                    {task + "regrades/1/undo", url.Values{}, instructors},
		"POST /{course}/{assignment}/-/regrades/{id}/discard":                 {task + "regrades/9/discard", url.Values{}, ""},
		"GET /{course}/{assignment}/-/publication":                            {task + "publication", nil, staff},
		"POST /{course}/{assignment}/-/publication":                           {task + "publication", url.Values{"act": {"unpublish"}}, instructors},
		"GET /{course}/{assignment}/-/teams":                                  {task + "teams", nil, ""}, // a1 is not done in teams; see teams_test.go
		"POST /{course}/{assignment}/-/teams/{verb}":                          {task + "teams/no-such-verb", url.Values{}, ""},
		"GET /{course}/-/settings":                                            {course + "settings", nil, staff},
		"POST /{course}/-/settings":                                           {course + "settings", url.Values{"act": {"check"}, "text": {"late_tokens: 1"}}, instructors},
		"POST /{course}/-/settings/validate":                                  {course + "settings/validate", url.Values{"text": {"late_tokens: 1"}}, instructors},
		"POST /{course}/{assignment}/{owner}/{number}/-/comments":             {sub + "/-/comments", url.Values{"text": {" "}}, staff},
		"POST /{course}/{assignment}/{owner}/{number}/-/comments/{id}/remove": {sub + "/-/comments/7/remove", url.Values{}, ""},
		"GET /{course}/-/new":                                                 {course + "new", nil, instructors},
		"POST /{course}/-/new":                                                {course + "new", url.Values{"name": {"a1"}}, instructors},
		"GET /{course}/{assignment}/-/tests":                                  {task + "tests", nil, staff},
		"POST /{course}/{assignment}/-/tests/open":                            {task + "tests/open", url.Values{"path": {"a//b"}}, instructors},
		"POST /{course}/{assignment}/-/tests/upload":                          {task + "tests/upload", url.Values{}, instructors},
		"POST /{course}/{assignment}/-/tests/case":                            {task + "tests/case", url.Values{"name": {"x"}}, instructors}, // the tests cannot be read
		"POST /{course}/{assignment}/-/tests/delete":                          {task + "tests/delete", url.Values{"path": {"no"}}, ""},
		"POST /{course}/{assignment}/-/tests/validate":                        {task + "tests/validate", url.Values{"path": {"handout.md"}, "text": {"x"}}, instructors},
		"GET /{course}/{assignment}/-/tests/files/{path...}":                  {task + "tests/files/handout.md", nil, staff},
		"POST /{course}/{assignment}/-/tests/files/{path...}":                 {task + "tests/files/handout.md", url.Values{"act": {"check"}, "text": {"x"}}, instructors},
		"GET /{course}/{assignment}/-/tests/versions/{id}":                    {task + "tests/versions/1", nil, staff},
		"POST /{course}/{assignment}/-/tests/versions/{id}/activate":          {task + "tests/versions/1/activate", url.Values{}, instructors},
		"GET /{course}/-/roster":                                              {course + "roster", nil, staff},
		"POST /{course}/-/roster/enrol":                                       {course + "roster/enrol", url.Values{"login": {"bob"}, "role": {"x"}}, staff}, // the page says why it is refused
		"POST /{course}/-/roster/unenrol":                                     {course + "roster/unenrol", url.Values{"login": {"nobody"}}, ""},
		"POST /{course}/-/roster/import":                                      {course + "roster/import", url.Values{"data": {"eA=="}}, instructors},
		"GET /{course}/-/grades":                                              {course + "grades", nil, members},
		"GET /{course}/-/exports":                                             {course + "exports", nil, staff},
		"POST /{course}/-/exports":                                            {course + "exports", url.Values{"format": {"csv"}}, staff},
		"GET /{course}/-/audit":                                               {course + "audit", nil, instructors},
		"GET /{course}/-/times":                                               {course + "times", nil, instructors},
		"POST /{course}/-/times/outage":                                       {course + "times/outage", url.Values{"start": {"x"}, "length": {"1h"}}, instructors},
		"POST /{course}/-/times/late-days":                                    {course + "times/late-days", url.Values{"late_days": {"x"}}, instructors},
	}
	for _, pattern := range s.server.Patterns() {
		if _, ok := routes[pattern]; !ok {
			t.Errorf("%s: nobody has said who may; add it to the table", pattern)
		}
	}
	for pattern := range routes {
		if !slices.Contains(s.server.Patterns(), pattern) {
			t.Errorf("%s: there is no such route", pattern)
		}
	}
	missing := s.signIn("alice").get("/nothing101").body
	for _, who := range strings.Fields(anybody) {
		b := s.visitor()
		if who != "nobody" {
			b = s.signIn(who)
		}
		for _, pattern := range slices.Sorted(maps.Keys(routes)) {
			if r := routes[pattern]; r.path != "" {
				b.asks(pattern, r, who, missing)
			}
		}
	}
}

// asks checks the reply to one person.
func (b *browser) asks(pattern string, r route, who, missing string) {
	b.t.Helper()
	method, _, _ := strings.Cut(pattern, " ")
	var got reply
	if method == http.MethodPost {
		if cross := b.do(method, r.path, http.Header{"Sec-Fetch-Site": {"cross-site"}}); cross.status != http.StatusForbidden {
			b.t.Errorf("%s by %s from another site: status %d, want 403", pattern, who, cross.status)
		}
		got = b.submit(r.path, r.form)
	} else {
		got = b.get(r.path)
	}
	refused := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden || got.status == http.StatusNotFound
	may := strings.Contains(" "+r.may+" ", " "+who+" ")
	switch {
	case got.status >= 500:
		b.t.Errorf("%s by %s: status %d", pattern, who, got.status)
	case may && refused:
		b.t.Errorf("%s by %s: status %d", pattern, who, got.status)
	case !may && !refused:
		b.t.Errorf("%s by %s: status %d, want to be turned away", pattern, who, got.status)
	case !may && who == "nobody" && got.status != http.StatusUnauthorized:
		b.t.Errorf("%s by nobody: status %d, want 401", pattern, got.status)
	case !may && method == http.MethodGet && who != "nobody" && got.body != missing:
		b.t.Errorf("%s by %s: what one may not see must look like what is not there", pattern, who)
	}
}
