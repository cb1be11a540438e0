package web_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/grader/grader/schema"
)

// evil is hostile text: markup, ends of attributes, comments and elements, terminal escapes, characters that reorder text.
const evil = `"'>--></title></pre></template></script><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">` +
	"{{.}}\x1b[31mred\x1b]8;;https://evil.example\x07\x00\x9b\u202e\u2066\u2028\ufeff&#x202e;\r\xff end"

// evilClassroom returns a classroom with evil in every field that people can fill in.
func evilClassroom(t *testing.T) *classroom {
	c := newClassroom(t)
	for i := range c.users {
		c.users[i].Name, c.users[i].Email = evil, evil
	}
	for i := range c.courses {
		c.courses[i].Title = evil // a course cannot have an invalid zone
	}
	c.enrolments = nil
	c.enrol(0, "alice", schema.RoleStudent)
	c.enrol(0, "ines", schema.RoleInstructor)
	for i := range c.assignments {
		c.assignments[i].Course = c.courses[0]
	}
	c.files["handout.md"] = evil + "\n\n# " + evil + "\n\n[x](javascript:alert(4)) <iframe src=//evil.example></iframe> <p id=main class=card style=color:red onclick=x()>\n\n```\n" + evil + "\n```\n\n![" + evil + "](https://evil.example/x.png)\n"
	done := c.submit("alice", 1)
	c.finish(done, evilResult())
	done.Receipt, done.Commit, done.Login = evil, evil, evil
	live := c.submit("alice", 2)
	live.Receipt, live.Result = evil, evilResult()
	lost := c.submit("alice", 3)
	lost.Job.State, lost.Job.Reason = schema.StateFailed, evil
	return c
}

func evilResult() *schema.Result {
	r := gradedResult()
	r.Message, r.Dropped = evil, []string{evil}
	r.Build.Message, r.Build.Output = evil, evil
	for i := range r.Tests {
		one := &r.Tests[i]
		one.Name, one.Message, one.Output, one.Hint, one.Tampering, one.Signal, one.JudgeMessage = evil, evil, evil, evil, evil, evil, evil
		one.InProcess, one.Unpinned, one.Outcome = true, true, schema.OutcomeCrashed
	}
	r.Tests[1].Message = `line 1: expected "` + strings.ReplaceAll(evil, `"`, `\"`) + `", got "` + strings.ReplaceAll(evil, `"`, ``) + `"` + evil
	r.Provenance = schema.Provenance{Submission: evil, Tests: evil, Flavour: evil, Image: evil, Grader: evil, Wall: evil}
	return r
}

func evilEvents() []schema.Event {
	r := evilResult()
	return []schema.Event{
		{Kind: schema.EventQueued, Text: evil}, {Kind: schema.EventStarted, Text: evil}, {Kind: schema.EventRequeued, Text: evil},
		{Kind: schema.EventStarted, Text: evil}, {Kind: schema.EventLine, Text: evil}, {Kind: schema.EventLine, Text: evil},
		{Kind: schema.EventBuild, Build: r.Build}, {Kind: schema.EventTest, Test: &r.Tests[0]}, {Kind: schema.EventTest, Test: &r.Tests[1]},
	}
}

// harmless checks that HTML contains no forbidden element, attribute or character.
func harmless(t *testing.T, from, body string, scripts int) {
	t.Helper()
	for _, r := range body {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0xfeff) {
			t.Errorf("%s contains the character %U", from, r)
		}
	}
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			found++
		case "img", "iframe", "object", "embed", "style", "base":
			t.Errorf("%s contains <%s>", from, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.Contains(strings.ToLower(a.Val), "javascript:") && a.Key == "href" {
				t.Errorf("%s contains %s=%q", from, a.Key, a.Val)
			}
		}
	}
	if found != scripts {
		t.Errorf("%s contains %d scripts, want %d", from, found, scripts)
	}
}

func TestNothingEscapes(t *testing.T) {
	t.Parallel()
	s := newSite(t, evilClassroom(t), nil)
	running := s.submissions[1]
	for _, e := range evilEvents() {
		s.happen(running, e)
	}
	for _, who := range []string{"alice", "ines"} {
		b := s.as(who)
		for _, path := range []string{
			"/", "/comp2402", "/comp2402/a1", "/comp2402/a1/alice", "/comp2402/a1/alice/1", "/comp2402/a1/alice/2", "/comp2402/a1/alice/3", "/nothing", "/-/login/x",
		} {
			got := b.get(path)
			harmless(t, who+" "+path, got.body, 1)
			if strings.HasSuffix(path, "/1") {
				mustContain(t, got.body, "&lt;script&gt;alert(1)&lt;/script&gt;", "\ufffd[31mred")
			}
		}
	}
}

func TestStreamIsEscaped(t *testing.T) {
	t.Parallel()
	s := newSite(t, evilClassroom(t), nil)
	running := s.submissions[1]
	for _, who := range []string{"alice", "ines"} {
		l := s.as(who).listen("/comp2402/a1/alice/2/-/events", "")
		s.awaitWatcher(running.Job.ID)
		defer func() {
			for _, m := range l.untilClosed() {
				harmless(t, who+"'s stream", m.data, 0)
			}
		}()
	}
	for _, e := range evilEvents() {
		s.happen(running, e)
	}
	s.happen(running, schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: evilResult(), Text: evil})
}

// TestHandout checks the allowed and forbidden content of a handout.
func TestHandout(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	p := s.as("alice").page("/comp2402/a1")
	if got := p.text(".prose h3"); got != "Linked lists" {
		t.Errorf("heading %q", got)
	}
	if got := p.text(".prose h4"); got != "Details" {
		t.Errorf("heading %q", got)
	}
	mustContain(t, p.text(".prose"), "[picture: a list]", "./list < in")
	if rel, _ := attribute(p.all(".prose a")[0], "rel"); !strings.Contains(rel, "noreferrer") {
		t.Errorf("rel %q", rel)
	}
	if len(p.all(".prose img")) != 0 || len(p.all(".prose pre[tabindex=0]")) != 1 || len(p.all(".prose table")) != 1 {
		t.Error("an image, or no code or table")
	}
}

// TestClassEscapes shows a class whose names, tests, messages and comments are hostile.
func TestClassEscapes(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	eve := must[schema.User](t)(s.ledger.AddUser(t.Context(), schema.Operator(), schema.User{Login: "eve", Name: "<script>alert(1)</script>"}))
	if err := s.ledger.Enrol(t.Context(), schema.Operator(), s.assignment.Course, eve, schema.RoleStudent); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		r := visibleResult(2)
		r.Tests[1].Name, r.Tests[1].Message = `"><img src=x onerror=alert(1)>`, "<script>alert(2)</script>\x1b[31m<iframe>"
		s.graded("eve", r)
	}
	ines := s.signIn("ines")
	ines.allowed("/comp2402/a1/eve/1/-/comments", url.Values{"text": {"<script>alert(3)</script>"}})
	for _, path := range []string{"/comp2402/a1/-/grid", "/comp2402/a1/-/grid?show=stuck", "/comp2402/a1/eve/1", "/comp2402/-/roster", "/comp2402/-/audit"} {
		body := ines.get(path).body
		mustContain(t, body, "eve")
		harmless(t, path, body, 1)
	}
}
