package web_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/grader/grader/internal/chrome"
	"github.com/grader/grader/schema"
)

// axeSource returns axe-core 4.14.1 (MPL-2.0, testdata/axe/LICENSE), which finds accessibility
// faults in a page.
func axeSource(t *testing.T) string {
	t.Helper()
	f := must[*os.File](t)(os.Open("testdata/axe/axe.min.js.gz"))
	defer f.Close()
	unpacked := must[*gzip.Reader](t)(gzip.NewReader(f))
	return string(must[[]byte](t)(io.ReadAll(unpacked)))
}

// runAxe checks the page and stores the faults in the page.
const runAxe = `window.axeSaid = null; axe.run(document, {resultTypes: ["violations"]}).then(
	r => { window.axeSaid = r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""))).join("\n"); },
	e => { window.axeSaid = "axe failed: " + e; }); true`

// audit checks a page with axe in both colour schemes and at the widths of a phone, a desktop and a wall
// screen.
func (c *window) audit(axe, path string) {
	c.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 1280, 2560} {
			if width > 1280 && scheme == "dark" {
				continue // the dark colours are checked at 1280 pixels, and the wide layout in light
			}
			c.Do("dress", media(scheme), chromedp.EmulateViewport(width, 844))
			c.Open(path)
			c.judge(axe, fmt.Sprintf("%s, %s, %d pixels", path, scheme, width))
		}
	}
}

// judge checks the open page with axe and checks that it fits the window.
func (c *window) judge(axe, where string) {
	c.t.Helper()
	c.finds(axe, where)
	if chrome.Ask[bool](c.Browser, "document.documentElement.scrollWidth > innerWidth") {
		c.t.Errorf("%s: it is wider than the window", where)
	}
}

// TestAccessibilityOfErrorPages checks with axe the pages for missing paths, refused requests and faults of the server.
func TestAccessibilityOfErrorPages(t *testing.T) {
	c := newClassroom(t)
	s := newSite(t, c, nil)
	axe := axeSource(t)
	w := openWindow(t, s.base())
	s.giveLink("x", "alice")
	w.SignIn("x")
	w.audit(axe, "/comp2402/nothing")
	w.AwaitText("h1", "Nothing to see here")
	for _, width := range []int64{320, 2560} {
		w.Do("resize", chromedp.EmulateViewport(width, 844))
		w.Open("/-/queue")
		chrome.Ask[bool](w.Browser, `(() => { const f = document.createElement("form"); f.method = "post"; f.action = "/-/queue/move"; document.body.append(f); f.submit(); return true })()`)
		w.AwaitText("h1", "That was not allowed")
		w.judge(axe, fmt.Sprintf("403, %d pixels", width))
	}
	s.mu.Lock()
	c.broken = errors.New("disk on fire")
	s.mu.Unlock()
	w.audit(axe, "/comp2402")
	w.AwaitText("h1", "Something went wrong")
}

// finds checks the open page with axe.
func (c *window) finds(axe, where string) {
	c.t.Helper()
	chrome.Ask[bool](c.Browser, axe+"\n; true")
	chrome.Ask[bool](c.Browser, runAxe)
	c.Do("wait for axe", chromedp.Poll[chromedp.Void](`window.axeSaid !== null`, chromedp.WithPollingTimeout(30*time.Second)))
	if said := chrome.Ask[string](c.Browser, `window.axeSaid`); said != "" {
		c.t.Errorf("%s:\n%s", where, said)
	}
}

// TestAccessibility checks with axe every page for staff and those of a student.
func TestAccessibility(t *testing.T) {
	s := busySite(t)
	axe := axeSource(t)
	c := openWindow(t, s.base())
	c.audit(axe, "/-/login")
	if err := s.ledger.Measure(t.Context(), time.Now(), []schema.Measurement{{Flavour: "standard", Waiting: 3, Busy: 1, Max: 2}}); err != nil {
		t.Fatal(err)
	}
	for login, pages := range map[string][]string{
		"root":  {"/-/tokens", "/-/queue", "/-/operations"},
		"alice": {"/", "/comp2402", "/comp2402/a1", "/comp2402/a1/alice", "/comp2402/a1/alice/1", "/comp2402/a1/alice/2", "/comp2402/-/grades", "/-/queue", "/-/sessions", "/-/tokens", "/-/notifications", "/-/notifications/confirm?code=X", "/-/unsubscribe/X", "/comp2402/a1/alice/1/-/files/list.c"},
		"ines":  append(slices.Sorted(maps.Values(staffPages())), "/", "/comp2402", "/comp2402/a1", "/comp2402/a1/alice/1", "/comp2402/a1/alice/1/-/files/list.c"),
	} {
		user := must[schema.User](t)(s.ledger.UserByLogin(t.Context(), login))
		c.SignIn(must[string](t)(s.ledger.NewLoginToken(t.Context(), schema.Operator(), user, time.Now().Add(time.Hour))))
		for _, path := range pages {
			c.audit(axe, path)
		}
	}
}

// TestAxeFindsFaults checks that the audit can fail.
func TestAxeFindsFaults(t *testing.T) {
	s := newSite(t, newClassroom(t), nil)
	c := openWindow(t, s.base())
	c.Open("/")
	chrome.Ask[bool](c.Browser, `document.querySelector("main").insertAdjacentHTML("beforeend", "<input><img src=/favicon.ico>"); true`)
	chrome.Ask[bool](c.Browser, axeSource(t)+"\n; true")
	chrome.Ask[bool](c.Browser, runAxe)
	c.Do("wait for axe", chromedp.Poll[chromedp.Void](`window.axeSaid !== null`, chromedp.WithPollingTimeout(30*time.Second)))
	said := chrome.Ask[string](c.Browser, `window.axeSaid`)
	for _, want := range []string{"label: ", "image-alt: "} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
}
