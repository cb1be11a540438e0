package web_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/internal/chrome"
	"github.com/grader/grader/schema"
)

// window is a real browser on a site.
type window struct {
	*chrome.Browser
	t *testing.T
}

func openWindow(t *testing.T, base string) *window {
	t.Helper()
	return &window{chrome.Open(t, base), t}
}

// TestLivePage watches a submission from the queue to its verdict in a browser.
func TestLivePage(t *testing.T) {
	s := newSite(t, newClassroom(t), nil)
	sub := s.submit("alice", 1)
	s.happen(sub, schema.Event{Kind: schema.EventQueued})
	s.giveLink("link", "alice")
	c := openWindow(t, s.base())

	c.Open("/comp2402/a1/alice/1")
	c.AwaitText("h1", "Please sign in")
	want := []string{"Failed to load resource: the server responded with a status of 401 (Unauthorized) /comp2402/a1/alice/1"}
	if diff := cmp.Diff(want, c.Complaints()); diff != "" {
		t.Error(diff)
	}
	c.SignIn("link") // and redirect to the requested page
	c.AwaitText("#status", "Waiting for a runner: you are next.")
	for _, step := range liveStory() {
		s.happen(sub, step.event)
		c.AwaitText(step.at, step.says)
		if step.event.Text != "" && step.at == "#lines" {
			c.AwaitText("#lines .ansi-magenta.ansi-bold", "warning: ")
		}
	}
	if title := chrome.Ask[string](c.Browser, "document.title"); title != "2 / 5: comp2402/a1/alice/1 · grader" {
		t.Errorf("title %q", title)
	}
	if marked := chrome.Ask[string](c.Browser, `document.querySelector("#tests > li:nth-child(2) .got del").textContent`); marked != "2 " {
		t.Errorf("marked as wrong: %q", marked)
	}
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

// TestLostConnection drops the stream of a live page. The page must reconnect and miss nothing.
func TestLostConnection(t *testing.T) {
	s := newSite(t, newClassroom(t), nil)
	sub := s.submit("alice", 1)
	story := liveStory()
	for _, step := range story[:5] {
		s.happen(sub, step.event)
	}
	s.giveLink("link", "alice")
	c := openWindow(t, s.base())
	c.SignIn("link")
	c.Open("/comp2402/a1/alice/1")
	c.AwaitText("#build", "Passed")
	s.awaitWatcher(sub.Job.ID)
	s.drop(sub.Job.ID)
	for _, step := range story[5:8] {
		s.happen(sub, step.event)
	}
	c.AwaitText("#verdict", "2 of 2 tests")
	s.awaitWatcher(sub.Job.ID)
	s.happen(sub, story[8].event)
	c.AwaitText("#status", "Graded: 2 of 5 points.")
	if n := chrome.Ask[int](c.Browser, `document.querySelectorAll("#tests > li").length`); n != 2 {
		t.Errorf("%d tests, want 2", n)
	}
}

// step is an event and the text that the page shows after it.
type step struct {
	event    schema.Event
	at, says string
}

func liveStory() []step {
	r := gradedResult()
	return []step{
		{schema.Event{Kind: schema.EventAssigned}, "#status", "A fresh runner is starting."},
		{schema.Event{Kind: schema.EventStarted, Text: "standard, namespace"}, "#status", "Building on a fresh runner."},
		{schema.Event{Kind: schema.EventLine, Text: "list.c:3: \x1b[1;35mwarning: \x1b[munused"}, "#lines", "warning: unused"},
		{schema.Event{Kind: schema.EventLine, Text: "<b>second</b> line"}, "#lines", "<b>second</b> line"},
		{schema.Event{Kind: schema.EventBuild, Build: r.Build}, "#build", "Passed"},
		{schema.Event{Kind: schema.EventTest, Test: &r.Tests[0]}, "#tests", "adds to an empty list"},
		{schema.Event{Kind: schema.EventTest, Test: &r.Tests[2]}, "#verdict", "1 of 2 tests"},
		{schema.Event{Kind: schema.EventTest, Test: &r.Tests[1]}, "#verdict", "2 of 2 tests"},
		{schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: r}, "#status", "Graded: 2 of 5 points."},
	}
}

// TestScreenshots saves pictures of every page at two widths and in both schemes (go test
// -artifacts). It fails if a page is wider than its window or the browser reports an error.
func TestScreenshots(t *testing.T) {
	s := newSite(t, newClassroom(t), nil)
	s.decorate()
	s.giveLink("student", "alice")
	s.giveLink("staff", "ines")
	c := openWindow(t, s.base())
	dir := t.ArtifactDir()
	c.shoot(dir, "/", "welcome")
	c.shoot(dir, "/-/login/student", "login")
	c.SignIn("student")
	c.shoot(dir, "/", "home")
	c.shoot(dir, "/comp2402", "course")
	c.shoot(dir, "/comp2402/a1", "assignment")
	c.shoot(dir, "/comp2402/a1/alice/1", "graded")
	c.shoot(dir, "/comp2402/a1/alice/2", "broken")
	c.shoot(dir, "/comp2402/a1/alice/3", "live")
	c.shoot(dir, "/comp2402/a1/alice/4", "queued")
	c.SignIn("staff")
	c.shoot(dir, "/comp2402/a1", "class")
	c.shoot(dir, "/comp2402/a1/alice/1", "staff")
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

// controlsOutside returns the controls of a page that are wider than their card.
const controlsOutside = `[...document.querySelectorAll(".card input, .card select, .card textarea, .card button")]
	.filter(e => e.getBoundingClientRect().right > e.closest(".card").getBoundingClientRect().right + 1)
	.map(e => e.name || e.textContent).join(", ")`

// shoot takes four pictures of a page.
func (c *window) shoot(dir, path, name string) {
	c.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for width, label := range map[int64]string{390: "phone", 1280: "desktop"} {
			c.Do("dress for "+label, media(scheme), chromedp.EmulateViewport(width, 844))
			c.Open(path)
			if chrome.Ask[bool](c.Browser, "document.documentElement.scrollWidth > innerWidth") {
				c.t.Errorf("%s is wider than a %s", path, label)
			}
			if wide := chrome.Ask[string](c.Browser, controlsOutside); wide != "" {
				c.t.Errorf("%s: controls stand out of their card on a %s: %s", path, label, wide)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+label+"-"+scheme+".png"), c.Picture(true), 0o600); err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

// media sets the colour scheme and reduced motion, so that pictures are reproducible.
func media(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return chromedp.Void{}, err
	}
}

// decorate fills the classroom with data for the pictures.
func (s *site) decorate() {
	s.finish(s.submit("alice", 1), gradedResult())
	s.finish(s.submit("alice", 2), brokenResult())
	live := s.submit("alice", 3)
	for _, step := range liveStory()[:6] {
		s.happen(live, step.event)
	}
	queued := s.submit("alice", 4)
	s.happen(queued, schema.Event{Kind: schema.EventQueued})
	s.places[queued.Job.ID] = schema.Place{Ahead: 2, Estimate: 4 * time.Second}
	perfect := gradedResult()
	perfect.Score, perfect.Tests = perfect.MaxScore, perfect.Tests[:1]
	s.finish(s.submit("bob", 1), perfect)
	lost := s.submit("bob", 2)
	lost.Job.State, lost.Job.Reason = schema.StateFailed, "three runners were lost"
}

// colorful has text in every colour and on every background.
const colorful = "\x1b[30mblack\x1b[31mred\x1b[32mgreen\x1b[33myellow\x1b[34mblue\x1b[35mmagenta\x1b[36mcyan\x1b[37mwhite\x1b[m \x1b[7mturned\x1b[m " +
	"\x1b[40mblack\x1b[41mred\x1b[42mgreen\x1b[43myellow\x1b[44mblue\x1b[45mmagenta\x1b[46mcyan\x1b[47mwhite\x1b[m\n"

func brokenResult() *schema.Result {
	r := gradedResult()
	r.Outcome, r.Score = schema.OutcomeCompileError, schema.Points{}
	for i := range r.Tests {
		r.Tests[i] = schema.TestResult{Name: r.Tests[i].Name, Outcome: schema.OutcomeNotRun, MaxScore: r.Tests[i].MaxScore, Visible: r.Tests[i].Visible}
	}
	r.Build = &schema.BuildResult{
		Outcome: schema.OutcomeCompileError, Message: "compile: exit status 1", Duration: 310 * time.Millisecond,
		Output: colorful + "cc -std=c17 -Wall -o list list.c\n\x1b[1mlist.c:\x1b[m In function '\x1b[1mremove_at\x1b[m':\n\x1b[1mlist.c:41:22:\x1b[m \x1b[1;31merror:\x1b[m 'node' undeclared (first use in this function); did you mean 'mode'?\n   41 |     node_t *next = node->next;\n      |                    ^~~~\n      |                    mode\nmake: *** [Makefile:3: list] Error 1\n",
	}
	return r
}
