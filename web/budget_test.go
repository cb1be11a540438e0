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

// tabbable selects the controls of a page that the Tab key should reach. Of a group of radio buttons it
// reaches the checked one, or the first one.
const tabbable = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
	.filter(e => e.checkVisibility() && !e.disabled && !(e.closest("details:not([open])") && !e.closest("summary")))
	.filter(e => e.type !== "radio" || e === (all => all.find(r => r.checked) ?? all[0])([...document.querySelectorAll("input[type=radio]")].filter(r => r.name === e.name && r.form === e.form)))`

// recordFocus records what gets the focus, and of that what has no visible outline. An editor gets its outline
// later; walk waits for it.
const recordFocus = `window.focused = []; window.unseen = []; window.firstTwice = false;
	window.outlined = (e, part) => { const s = getComputedStyle(e, part); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; };
	document.addEventListener("focusin", ({target: e}) => {
		if (focused.length > 0 && e === focused[0]) { firstTwice = true; return; }
		if (firstTwice) return;
		focused.push(e);
		if (!outlined(e, null) && !outlined(e, "::after") && !e.closest(".cm-editor")) unseen.push(e.outerHTML.slice(0, 100));
	}); true`

// walk visits the controls of the open page with only the Tab key, once round, and returns the faults. In the
// editor, where Tab indents, it presses Escape first.
func (c *window) walk() []string {
	c.t.Helper()
	chrome.Ask[bool](c.Browser, recordFocus)
	n := chrome.Ask[int](c.Browser, "("+tabbable+").length")
	for pressed := 0; pressed < 6*n+20 && !chrome.Ask[bool](c.Browser, "firstTwice"); {
		keys := "\t\t\t\t\t\t\t\t\t\t"
		if chrome.Ask[bool](c.Browser, `document.querySelector(".cm-editor") !== null`) {
			keys = "\t"
		}
		if chrome.Ask[bool](c.Browser, `document.activeElement.classList.contains("cm-content")`) {
			c.becomes("see the focus of the editor", `outlined(document.activeElement.closest(".cm-editor"), null)`)
			keys = "\x1b\t"
		}
		c.Do("press Tab", chromedp.KeyEvent(keys))
		pressed += len(keys)
	}
	return chrome.Ask[[]string](c.Browser, `(() => {
		const text = e => e.outerHTML.slice(0, 100), all = `+tabbable+`, faults = unseen.map(u => "the focus cannot be seen on " + u);
		if (!firstTwice) faults.push("Tab does not leave " + text(document.activeElement));
		if (!focused[0]?.classList.contains("skip")) faults.push("the first control is not the link to the content");
		faults.push(...all.filter(e => !focused.includes(e)).map(e => "Tab does not reach " + text(e)));
		const reached = focused.filter(e => all.includes(e)), wanted = all.filter(e => reached.includes(e));
		const i = reached.findIndex((e, i) => e !== wanted[i]);
		if (i >= 0) faults.push("out of order, or reached twice: " + text(reached[i]));
		return faults;
	})()`)
}

// mustWalk checks that the Tab key reaches each control of a page once, in order and visibly, after the link to the
// content.
func (c *window) mustWalk(path string) {
	c.t.Helper()
	c.Open(path)
	for _, fault := range c.walk() {
		c.t.Errorf("%s: %s", path, fault)
	}
}

// TestKeyboardReachesEverything visits the controls of pages for students with only the Tab key.
func TestKeyboardReachesEverything(t *testing.T) {
	c := decorated(t)
	c.SignIn("student")
	c.Do("dress", media("light"), chromedp.EmulateViewport(1280, 844))
	for _, path := range []string{"/", "/comp2402/a1", "/comp2402/a1/alice/1", "/comp2402/a1/alice/2"} {
		c.mustWalk(path)
	}
	for name, spoil := range map[string]string{
		"Tab does not reach":         `document.querySelector("main a").tabIndex = -1`,
		"the focus cannot be seen":   `[...document.querySelectorAll("a[href]:not(.skip)")].find(a => !a.closest(".task")).style.outline = "none"`,
		"out of order":               `document.querySelector("main a:last-of-type").tabIndex = 3`,
		"the first control is not":   `document.querySelector(".skip").remove()`,
		"Tab does not leave <input>": `{ const e = document.createElement("input"); document.querySelector("main").prepend(e); e.onkeydown = k => k.preventDefault(); }`,
	} {
		c.Open("/")
		chrome.Ask[bool](c.Browser, spoil+"; true")
		name = strings.TrimSuffix(name, ">")
		if faults := strings.Join(c.walk(), "\n"); !strings.Contains(faults, name) {
			t.Errorf("after %s, the faults are %q, want %q", spoil, faults, name)
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
