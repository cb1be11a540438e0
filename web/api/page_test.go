package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// nextLink matches the Link header (RFC 8288) of a page.
var nextLink = regexp.MustCompile(`^</api/v1([^>]+)>; rel="next"$`)

// pages reads a list page by page, with size entries each, and returns all entries.
func (b *bundle) pages(token, path string, size int) (all []json.RawMessage) {
	b.t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for next, n := fmt.Sprint(path, separator, "limit=", size), 0; next != ""; n++ {
		got := b.ask(token, http.MethodGet, next, nil)
		var page []json.RawMessage
		if got.status != http.StatusOK || n > 200 {
			b.t.Fatalf("GET %s: status %d: %s", next, got.status, got.body)
		}
		decode(b.t, got.body, &page)
		if len(page) == 0 && n > 0 {
			b.t.Errorf("GET %s: the page before named this one, but it has no entries", next)
		}
		if len(page) > size || got.header.Get("ETag") == "" {
			b.t.Errorf("GET %s: %d entries, ETag %q", next, len(page), got.header.Get("ETag"))
		}
		all, next = append(all, page...), ""
		if link := got.header.Get("Link"); link != "" {
			m := nextLink.FindStringSubmatch(link)
			if m == nil || len(page) != size {
				b.t.Fatalf("Link %q after %d entries", link, len(page))
			}
			next = m[1]
		}
	}
	return all
}

// TestListsHavePages reads page by page every list in the API's description. The pages together must equal
// the list.
func TestListsHavePages(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	b.graded("bob")
	b.graded("alice")
	b.regrade()
	ida := b.people["ida"]
	for _, owner := range []string{"alice", "bob"} {
		_, err := b.Grades.Extend(t.Context(), ida, classroom.NewExtension{Course: "comp1", Assignment: "a1", Owner: owner, Days: 2})
		check(t, err)
		_, err = b.Grades.Adjust(t.Context(), ida, "comp1", "a1", owner, "+1", "neat")
		check(t, err)
		_, err = b.Comments.Add(t.Context(), ida, classroom.NewComment{Submission: schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice", Number: 1}, Text: owner})
		check(t, err)
	}
	b.publishTests("comp1", "a1", source+"# again\n", "ida")
	b.publishTests("comp1", "a2", source, "ida")
	b.try("root")
	b.try("root")
	for _, address := range []string{"root@example.org", "root@example.net"} {
		_, err := b.Notices.Add(t.Context(), b.people["root"], classroom.NewDestination{Channel: schema.NoticeMail, Address: address})
		check(t, err)
	}
	token := b.token("root", schema.ScopeRead)
	long := 0
	for path, operation := range b.described() {
		if !operation.isList() {
			continue
		}
		if !operation.has("after") || !operation.has("limit") {
			t.Errorf("GET %s has no pages", path)
			continue
		}
		for from, to := range map[string]string{"{course}": "comp1", "{assignment}": "a1", "{owner}": "alice", "{number}": "1", "{version}": "1"} {
			path = strings.ReplaceAll(path, from, to)
		}
		whole, single := b.pages(token, path, 1000), b.pages(token, path, 1)
		if diff := cmp.Diff(text(whole), text(single)); diff != "" && path != "/runners" { // their seconds change
			t.Errorf("GET %s (-whole +pages)\n%s", path, diff)
		}
		if len(whole) > 1 {
			long++
		}
		if got := b.ask(token, http.MethodGet, path+"?after=-7", nil); path != "/audit" && !strings.HasSuffix(path, "/audit") {
			if want := map[bool]int{true: http.StatusNotFound, false: http.StatusConflict}[strings.HasSuffix(path, "/submissions")]; got.status != want && got.status != http.StatusBadRequest {
				t.Errorf("GET %s after what is not there: status %d: %s", path, got.status, got.body)
			}
		}
	}
	if long < 15 {
		t.Errorf("only %d lists have several entries", long)
	}
}

// TestLimits reads every list with limits that are out of range. Logs of who did what refuse them; other lists use the
// nearest limit.
func TestLimits(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	b.graded("alice")
	token, lists := b.token("root", schema.ScopeRead), 0
	for path, operation := range b.described() {
		if !operation.has("limit") {
			continue
		}
		lists++
		for from, to := range map[string]string{"{course}": "comp1", "{assignment}": "a1", "{owner}": "alice", "{number}": "1", "{version}": "1"} {
			path = strings.ReplaceAll(path, from, to)
		}
		for _, limit := range []string{"0", "-1", "1000000", "-9223372036854775808", "9223372036854775807"} {
			got := b.ask(token, http.MethodGet, path+"?limit="+limit, nil)
			if strings.HasSuffix(path, "/audit") {
				got.refused(t, http.StatusBadRequest, schema.CodeInvalid, "limit "+limit+": use 1 to 10000")
				continue
			}
			var page []json.RawMessage
			if decode(t, got.body, &page); got.status != http.StatusOK || limit[0] != '1' && limit[0] != '9' && len(page) > 1 {
				t.Errorf("GET %s?limit=%s: status %d: %s", path, limit, got.status, got.body)
			}
		}
		b.ask(token, http.MethodGet, path+"?limit=9223372036854775808", nil).refused(t, http.StatusBadRequest, schema.CodeInvalid, "write a value that is an integer")
	}
	if lists < 25 {
		t.Errorf("only %d lists have a limit", lists)
	}
}

// TestLastFullPage reads lists whose last page is full, and one entry more, with the largest limits.
func TestLastFullPage(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for range 100 {
		b.push("alice")
	}
	token := b.token("root", schema.ScopeRead)
	follows := func(path string, want bool) {
		t.Helper()
		got := b.ask(token, http.MethodGet, path, nil)
		if link := got.header.Get("Link"); got.status != http.StatusOK || (link != "") != want {
			t.Errorf("GET %s: status %d, Link %q", path, got.status, link)
		}
	}
	const submissions = "/courses/comp1/assignments/a1/submissions?limit=100"
	follows(submissions, false)
	follows(submissions+"&owner=alice", false)
	b.push("alice")
	follows(submissions, true)
	follows("/audit?limit=10000", false)
	if all := b.pages(token, "/courses/comp1/assignments/a1/submissions", 100); len(all) != 101 {
		t.Errorf("%d submissions", len(all))
	}
}

// TestPageSkipsNothing removes the entry that precedes a page, and an earlier one.
func TestPageSkipsNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token := b.token("ida", schema.ScopeRead)
	first := b.ask(token, http.MethodGet, "/courses/comp1/roster?limit=2", nil)
	next := nextLink.FindStringSubmatch(first.header.Get("Link"))
	if next == nil || !strings.Contains(first.body, "bob") {
		t.Fatalf("Link %q after %s", first.header.Get("Link"), first.body)
	}
	check(t, b.Courses.Unenrol(t.Context(), b.people["ida"], "comp1", "alice"))
	if got := b.ask(token, http.MethodGet, next[1], nil); got.status != http.StatusOK || !strings.Contains(got.body, `"ida"`) || strings.Contains(got.body, `"bob"`) {
		t.Errorf("without an earlier entry: status %d: %s", got.status, got.body)
	}
	check(t, b.Courses.Unenrol(t.Context(), b.people["ida"], "comp1", "bob"))
	b.ask(token, http.MethodGet, next[1], nil).refused(t, http.StatusConflict, schema.CodeStale, "read it again from the beginning")
}

// operation is the description of a GET route.
type operation struct {
	Parameters []struct{ Name string }
	Responses  map[string]struct {
		Content map[string]struct{ Schema struct{ Type any } }
	}
}

func (o operation) isList() bool {
	return fmt.Sprint(o.Responses["200"].Content["application/json"].Schema.Type) == "array"
}

func (o operation) has(name string) bool {
	return slices.ContainsFunc(o.Parameters, func(p struct{ Name string }) bool { return p.Name == name })
}

// described returns the GET routes in the OpenAPI document by path.
func (b *bundle) described() map[string]operation {
	b.t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	check(b.t, json.Unmarshal([]byte(b.ask("", http.MethodGet, "/openapi.json", nil).body), &document))
	all := make(map[string]operation)
	for path, methods := range document.Paths {
		if raw, ok := methods["get"]; ok {
			var o operation
			check(b.t, json.Unmarshal(raw, &o))
			all[path] = o
		}
	}
	return all
}

func text(all []json.RawMessage) (lines []string) {
	for _, one := range all {
		lines = append(lines, string(one))
	}
	return lines
}

// try records a try of login at comp1/a1 and finishes it with a result.
func (b *bundle) try(login string) {
	b.t.Helper()
	a, err := b.store.Assignment(b.t.Context(), "comp1", "a1")
	check(b.t, err)
	in := b.intent(a, schema.RepositoryOwn, login)
	in.Ref = "refs/tries/" + in.ID
	_, err = b.store.RecordTry(b.t.Context(), schema.Push{Intent: in, Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard", Login: login})
	check(b.t, err)
	b.grade(result())
}

// TestTriesOverTheAPI lists tries: a person's own, and those of others for staff.
func TestTriesOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.try("alice")
	b.try("alice")
	const path = "/courses/comp1/assignments/a1/tries"
	tries := read[[]schema.PublicTry](b, "alice", path)
	if len(tries) != 2 || tries[0].Number != 2 || tries[0].Owner != "alice" || tries[0].State != schema.StateDone || tries[0].Score != "2" || tries[0].MaxScore != "2" {
		t.Errorf("tries %+v", tries)
	}
	if all := read[[]schema.PublicTry](b, "tina", path+"?owner=alice"); len(all) != 2 || all[0].MaxScore != "5" {
		t.Errorf("tries for staff %+v", all)
	}
	if all := read[[]schema.PublicTry](b, "bob", path); len(all) != 0 {
		t.Errorf("tries of bob %+v", all)
	}
	b.ask(b.token("bob", schema.ScopeRead), http.MethodGet, path+"?owner=alice", nil).refused(t, http.StatusNotFound, schema.CodeNotFound)
	b.ask(b.token("bob", schema.ScopeRead), http.MethodGet, path+"?owner=..%2F", nil).refused(t, http.StatusBadRequest, schema.CodeInvalid)
}

// TestFailuresOverTheAPI groups failures by cause and lists the students with a failure.
func TestFailuresOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	b.graded("bob")
	var all []struct {
		Key, Test, Text string
		Students        int
	}
	got := b.ask(b.token("tina", schema.ScopeRead), http.MethodGet, "/courses/comp1/assignments/a1/failures", nil)
	check(t, json.Unmarshal([]byte(got.body), &all))
	if len(all) == 0 || all[0].Students != 2 || all[0].Key == "" || all[0].Text == "" {
		t.Fatalf("failures %s", got.body)
	}
	grid := b.ask(b.token("tina", schema.ScopeRead), http.MethodGet, "/courses/comp1/assignments/a1/grid?failure="+all[0].Key, nil)
	if !strings.Contains(grid.body, `"found":2`) {
		t.Errorf("who has it: %s", grid.body)
	}
	for range 3 { // after one before: four in a row
		b.graded("bob")
	}
	grid = b.ask(b.token("tina", schema.ScopeRead), http.MethodGet, "/courses/comp1/assignments/a1/grid?show=stuck", nil)
	stuck := regexp.MustCompile(`"stuck":\{"failure":"(\w+)"`).FindStringSubmatch(grid.body)
	if stuck == nil || !strings.Contains(got.body, `"key":"`+stuck[1]) || !strings.Contains(grid.body, `"found":1`) || !strings.Contains(grid.body, `"pushes":4`) {
		t.Errorf("who is stuck: %s", grid.body)
	}
}

// TestTeamsOverTheAPI reads one team as its member, as another student, and as staff.
func TestTeamsOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publishTests("comp1", "t1", strings.Replace(source, "tests:", "team: {max: 3}\ntests:", 1), "ida")
	const path = "/courses/comp1/assignments/t1/teams"
	for _, name := range []string{"ants", "bees"} {
		members := map[string][]string{"ants": {"alice"}, "bees": {"bob"}}[name]
		if got := b.ask(b.token("ida", schema.ScopeWrite), http.MethodPost, path, map[string]any{"team": name, "members": members}); got.status != http.StatusOK {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
	}
	if team := read[schema.Team](b, "alice", path+"/ants"); team.Name != "ants" {
		t.Errorf("team %+v", team)
	}
	b.ask(b.token("alice", schema.ScopeRead), http.MethodGet, path+"/bees", nil).refused(t, http.StatusNotFound, schema.CodeNotFound)
	if all := b.pages(b.token("tina", schema.ScopeRead), path, 1); len(all) != 2 {
		t.Errorf("teams %s", all)
	}
}

// TestUnchangedPagesAreNotSentAgain requests a page with its entity tag.
func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token := b.token("ida", schema.ScopeRead)
	const path = "/courses/comp1/roster?limit=2"
	tag := b.ask(token, http.MethodGet, path, nil).header.Get("ETag")
	if got := b.ask(token, http.MethodGet, path, nil, "If-None-Match", tag); got.status != http.StatusNotModified || got.body != "" || got.header.Get("Link") == "" {
		t.Errorf("status %d, Link %q: %s", got.status, got.header.Get("Link"), got.body)
	}
	check(t, b.Courses.Unenrol(t.Context(), b.people["ida"], "comp1", "alice"))
	if got := b.ask(token, http.MethodGet, path, nil, "If-None-Match", tag); got.status != http.StatusOK || got.header.Get("ETag") == tag {
		t.Errorf("status %d", got.status)
	}
}
