package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/grader/grader/internal/chrome"
)

// decorated opens a window on a site with a submission in each state. A student can sign in.
func decorated(t *testing.T) *window {
	t.Helper()
	s := newSite(t, newClassroom(t), nil)
	s.decorate()
	s.giveLink("student", "alice")
	return openWindow(t, s.base())
}

// TestAccessibilityWhileWorking checks live pages with axe, and pages about missing things or a missing sign-in.
func TestAccessibilityWhileWorking(t *testing.T) {
	c := decorated(t)
	axe := axeSource(t)
	c.audit(axe, "/comp2402/a1") // the page that asks to sign in
	c.SignIn("student")
	for _, path := range []string{"/comp2402/a1/alice/2", "/comp2402/a1/alice/3", "/comp2402/a1/alice/4", "/comp2402/nothing"} {
		c.audit(axe, path)
	}
}

// mostShift is a layout shift that nobody notices; browsers call 0.1 good.
const mostShift = 0.001

// shifts sums the layout shifts of a page that were not caused by input.
const shifts = `window.shifted = null; { let sum = 0;
	new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; }).observe({type: "layout-shift", buffered: true});
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { window.shifted = sum; }))); } true`

// shift returns the layout shift of the open page.
func (c *window) shift() float64 {
	c.t.Helper()
	chrome.Ask[bool](c.Browser, shifts)
	c.Do("wait for the layout", chromedp.Poll[chromedp.Void](`window.shifted !== null`, chromedp.WithPollingTimeout(30*time.Second)))
	return chrome.Ask[float64](c.Browser, `window.shifted`)
}

// tooWide returns the elements that are wider than the window.
const tooWide = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll, pre, .tabs"))
	.slice(0, 4).map(e => e.outerHTML.slice(0, 80)).join("; ")`

// TestPagesDoNotShift checks that pages do not move after they are shown, that text of twice the
// size fits the window, and that one style sheet and no fonts are loaded.
func TestPagesDoNotShift(t *testing.T) {
	c := decorated(t)
	c.SignIn("student")
	for _, width := range []int64{390, 1280} {
		c.Do("dress", media("light"), chromedp.EmulateViewport(width, 844))
		for _, path := range []string{"/", "/comp2402", "/comp2402/a1", "/comp2402/a1/alice/1", "/comp2402/a1/alice/2", "/comp2402/a1/alice/4"} {
			c.Open(path)
			if by := c.shift(); by > mostShift {
				t.Errorf("%s shifts by %v at %d pixels", path, by, width)
			}
			loaded := chrome.Ask[string](c.Browser, `performance.getEntriesByType("resource").map(e => e.name.replace(location.origin, "").replace(/[0-9a-f]{12}/, "HASH")).filter(n => !n.includes("/events")).sort().join(" ")`)
			if want := "/-/static/site.HASH.css /-/static/site.HASH.js"; strings.TrimPrefix(loaded, "/-/static/icon.HASH.svg ") != want {
				t.Errorf("%s loads %q", path, loaded)
			}
			chrome.Ask[bool](c.Browser, `document.documentElement.style.fontSize = "200%"; true`)
			if chrome.Ask[bool](c.Browser, "document.documentElement.scrollWidth > innerWidth") {
				t.Errorf("%s is wider than %d pixels with text of twice the size: %s", path, width, chrome.Ask[string](c.Browser, tooWide))
			}
		}
	}
	// Check that the measurement can fail.
	chrome.Ask[bool](c.Browser, `document.querySelector("main").insertAdjacentHTML("afterbegin", "<p>late<br>late<br>late<br>late</p>"); true`)
	if by := c.shift(); by <= mostShift {
		t.Error("a paragraph that comes late is no shift")
	}
}

// tabbable selects the controls of a page that the Tab key should reach.
const tabbable = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
	.filter(e => e.checkVisibility() && !e.disabled && !(e.closest("details:not([open])") && !e.closest("summary")))`

// TestKeyboardReachesEverything visits the controls of pages with only the Tab key.
func TestKeyboardReachesEverything(t *testing.T) {
	c := decorated(t)
	c.SignIn("student")
	c.Do("dress", media("light"), chromedp.EmulateViewport(1280, 844))
	for _, path := range []string{"/", "/comp2402/a1", "/comp2402/a1/alice/1", "/comp2402/a1/alice/2"} {
		c.Open(path)
		n := chrome.Ask[int](c.Browser, "window.reached = new Set(); window.unseen = new Set(); ("+tabbable+").length")
		for range n + 5 {
			c.Do("press Tab", chromedp.KeyEvent("\t"))
			chrome.Ask[bool](c.Browser, `{ const e = document.activeElement; reached.add(e);
				const seen = [null, "::after"].some(p => { const s = getComputedStyle(e, p); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; });
				if (e !== document.body && !seen) unseen.add(e.outerHTML.slice(0, 100)); } true`)
		}
		if missed := chrome.Ask[string](c.Browser, "("+tabbable+").filter(e => !reached.has(e)).map(e => e.outerHTML.slice(0, 100)).join(`\n`)"); missed != "" {
			t.Errorf("%s: Tab does not reach\n%s", path, missed)
		}
		if unseen := chrome.Ask[string](c.Browser, "[...unseen].join(`\n`)"); unseen != "" {
			t.Errorf("%s: the focus cannot be seen on\n%s", path, unseen)
		}
	}
}

// TestReducedMotion checks that a live page has no animations if the browser prefers reduced motion.
func TestReducedMotion(t *testing.T) {
	c := decorated(t)
	c.SignIn("student")
	for preference, moves := range map[string]bool{"reduce": false, "no-preference": true} {
		c.Do("dress", func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: preference}},
			})
			return chromedp.Void{}, err
		})
		c.Open("/comp2402/a1/alice/3")
		if got := chrome.Ask[int](c.Browser, "document.getAnimations().length") > 0; got != moves {
			t.Errorf("%s: the page moves: %v", preference, got)
		}
	}
}
