// Package chrome drives a real browser, Debian's chromium, in tests of the site.
package chrome

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const chromium = "/usr/bin/chromium"

// Browser is one tab of a real browser. It records complaints: console messages, violations
// of the content security policy, and requests to other hosts.
type Browser struct {
	Base string // base of the site's addresses, without a slash at the end

	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// Open starts a browser for the site at base, with the browser's background services
// disabled. It skips the test if chromium is not installed, and stops the browser when the
// test ends.
func Open(t *testing.T, base string) *Browser {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("SKIPPED: the pages are not tested, because %s is not installed", chromium)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(chromium), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	c := &Browser{Base: base, t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, c.hear); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	c.Do("listen", func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{})
		return chromedp.Void{}, err
	})
	return c
}

func (c *Browser) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.complaints = append(c.complaints, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		c.complaints = append(c.complaints, e.Entry.Text+" "+strings.TrimPrefix(e.Entry.URL, c.Base))
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, c.Base+"/") && e.Request.URL != "about:blank" &&
			!strings.HasPrefix(e.Request.URL, "data:") { // the browser uses data: addresses for its date fields
			c.complaints = append(c.complaints, "request to "+e.Request.URL)
		}
	}
}

// Complaints returns the complaints so far, and clears them.
func (c *Browser) Complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.complaints
	c.complaints = nil
	return all
}

// Do runs actions, within a minute. what describes them in the failure.
func (c *Browser) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		c.t.Fatalf("%s: %v", what, err)
	}
}

// Ask evaluates an expression in the page.
func Ask[T any](c *Browser, expression string) T {
	c.t.Helper()
	answer, err := chromedp.Run(c.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		c.t.Fatalf("%s: %v", expression, err)
	}
	return answer
}

// Open loads a page.
func (c *Browser) Open(path string) {
	c.t.Helper()
	// When containers start or stop on the machine, chromium reports a changed network and
	// abandons the page. A second attempt loads it.
	if err := chromedp.Do(c.ctx, chromedp.Navigate(c.Base+path)); err != nil && !strings.Contains(err.Error(), "ERR_NETWORK_CHANGED") {
		c.t.Fatalf("open %s: %v", path, err)
	} else if err != nil {
		c.Do("open "+path+" again", chromedp.Navigate(c.Base+path))
	}
	c.Do("open "+path, chromedp.WaitReady(chromedp.CSS("#main")))
}

// SignIn opens a sign-in link and confirms it.
func (c *Browser) SignIn(token string) {
	c.t.Helper()
	c.Do("sign in", chromedp.Navigate(c.Base+"/-/login/"+token),
		chromedp.Click(chromedp.CSS("button.primary")), chromedp.WaitVisible(chromedp.CSS(".account")))
}

// patience is the longest wait for a text. In e2e a text may wait for a whole gate: the start of a runner, a build and
// every test, while other tests of the package run. A long limit only delays the failure of a test.
const patience = time.Minute

// AwaitText waits until the first element that matches the selector contains the words, on
// this page or the next one.
func (c *Browser) AwaitText(selector, words string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	seen := fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, selector, words)
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](seen, chromedp.WithPollingTimeout(patience)))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && leftPage(err):
			continue
		}
		html, _ := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.querySelector("#main")?.innerText ?? document.documentElement.innerHTML`)) // "" if the browser is gone
		c.t.Fatalf("wait for %q in %s: %v; the page shows:\n%s", words, selector, err, html)
	}
}

// leftPage reports whether an error means that the browser left the page during an action.
func leftPage(err error) bool {
	return strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "context was destroyed") ||
		strings.Contains(err.Error(), "navigated or closed")
}

// Picture returns a PNG of the window, or of the whole page.
func (c *Browser) Picture(whole bool) []byte {
	c.t.Helper()
	shoot := chromedp.CaptureScreenshot()
	if whole {
		shoot = chromedp.FullScreenshot(100)
	}
	picture, err := chromedp.Run(c.ctx, shoot)
	if err != nil {
		c.t.Fatalf("take a picture: %v", err)
	}
	return picture
}

// Press clicks the first visible element that matches the selector.
func (c *Browser) Press(selector string) {
	c.t.Helper()
	c.Do("press "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type replaces the text of a field with typed text.
func (c *Browser) Type(selector, text string) {
	c.t.Helper()
	Ask[bool](c, fmt.Sprintf(`document.querySelector(%q).select(); true`, selector))
	c.Do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Choose sets a file or a folder in a file field.
func (c *Browser) Choose(selector string, paths ...string) {
	c.t.Helper()
	c.Do("choose files for "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}
