package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// onceOf returns the value that identifies a form when it is sent again.
func (b *browser) onceOf(path, action string) string {
	b.t.Helper()
	for _, form := range b.page(path).all("form") {
		if to, _ := attribute(form, "action"); to == action {
			for n := range form.Descendants() {
				if name, _ := attribute(n, "name"); name == "once" {
					value, _ := attribute(n, "value")
					return value
				}
			}
		}
	}
	b.t.Fatalf("the form %s of %s has no field once", action, path)
	return ""
}

// TestFormsSentTwice sends every form that creates something twice, as a browser does if the
// connection breaks before the reply. The second reply must equal the first, and nothing may be
// created again. The same form from a page that was loaded again creates another.
func TestFormsSentTwice(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	sub := s.graded("alice", gradedResult())
	ines := s.signIn("ines")
	made := func() int {
		log := must[[]schema.AuditEntry](t)(s.ledger.AuditLog(t.Context(), schema.AuditQuery{Limit: 1000}))
		return len(log) + len(keep.uploads)
	}
	const task = "/comp2402/a1/-/"
	for name, c := range map[string]struct {
		page, action string
		values       url.Values
		each         url.Values // values that another form of the kind has instead; nil: a rule refuses another one
	}{
		"comment":    {"/" + sub.Name.String(), "/" + sub.Name.String() + "/-/comments", url.Values{"text": {"Well done"}}, url.Values{}},
		"adjustment": {task + "adjustments", task + "adjustments", url.Values{"owner": {"alice"}, "points": {"+1"}, "reason": {"neat"}}, url.Values{}},
		"extension":  {task + "extensions", task + "extensions", url.Values{"owner": {"alice"}, "by": {"2d"}, "reason": {"ill"}}, url.Values{}},
		"outage":     {"/comp2402/-/times", "/comp2402/-/times/outage", url.Values{"start": {"2026-09-01 10:00"}, "length": {"1h"}}, url.Values{}},
		"regrade":    {task + "regrades", task + "regrades", url.Values{"which": {"counted"}}, nil},
		"case":       {task + "tests", task + "tests/case", url.Values{"test": {"sums"}, "name": {"9"}, "input": {"1 1\n"}, "output": {"2\n"}}, url.Values{"name": {"10"}}},
		"file":       {task + "tests/files/new.txt?new=1", task + "tests/files/new.txt", url.Values{"text": {"x"}, "act": {"save"}}, url.Values{"text": {"y"}}},
		"assignment": {"/comp2402/-/new", "/comp2402/-/new", url.Values{"name": {"a7"}, "title": {"T"}, "language": {"c"}}, url.Values{"name": {"a8"}}},
	} {
		c.values.Set("once", ines.onceOf(c.page, c.action))
		before := made()
		first := ines.submit(c.action, c.values)
		one := made() - before
		if first.status != http.StatusSeeOther || one == 0 {
			t.Errorf("%s: status %d: %s", name, first.status, first.body)
			continue
		}
		second := ines.submit(c.action, c.values)
		if second.status != first.status || second.header.Get("Location") != first.header.Get("Location") || made()-before != one {
			t.Errorf("%s again: status %d to %q, want %q; %d made, want %d", name, second.status, second.header.Get("Location"), first.header.Get("Location"), made()-before, one)
		}
		if c.each == nil {
			continue
		}
		for field, v := range c.each {
			c.values[field] = v
		}
		c.values.Set("once", ines.onceOf(c.page, c.action))
		if other := ines.submit(c.action, c.values); other.status != http.StatusSeeOther || made()-before != 2*one {
			t.Errorf("another %s: status %d, %d made, want %d: %s", name, other.status, made()-before, 2*one, other.body)
		}
	}
}

// TestUploadsSentTwice sends the same files twice at the same time, and then other files from the
// same page, as after the browser's back button.
func TestUploadsSentTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	alice := s.as("alice")
	values := url.Values{"once": {alice.onceOf("/comp2402/a1", "/comp2402/a1/-/upload")}}
	replies := make(chan reply, 2)
	for range 2 {
		go func() { replies <- alice.handIn("files", map[string]string{"list.c": "1"}, values) }()
	}
	for range 2 {
		if got := <-replies; got.status != http.StatusSeeOther || got.header.Get("Location") != "/comp2402/a1/alice/1" {
			t.Errorf("status %d to %q", got.status, got.header.Get("Location"))
		}
	}
	if got := alice.handIn("files", map[string]string{"list.c": "2"}, values); got.header.Get("Location") != "/comp2402/a1/alice/2" {
		t.Errorf("other files: status %d to %q", got.status, got.header.Get("Location"))
	}
	// Another person's form is a different form even if its values are equal. A refused form may be
	// sent again.
	if got := s.as("bob").handIn("files", map[string]string{"list.c": "2"}, values); got.header.Get("Location") != "/comp2402/a1/bob/3" {
		t.Errorf("of bob: status %d to %q", got.status, got.header.Get("Location"))
	}
	for range 2 {
		if got := alice.handIn("files", map[string]string{"refused": ""}, values); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "is forbidden") {
			t.Errorf("refused: status %d", got.status)
		}
	}
	if len(s.uploads) != 5 {
		t.Errorf("%d uploads", len(s.uploads))
	}
}
