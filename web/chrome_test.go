package web_test

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

// chrome is a real browser. What its console says, what the content policy refused
// and every request to another host is a complaint.
type chrome struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu         sync.Mutex
	complaints []string
}

// openChrome starts a browser without its services. The test is skipped, aloud,
// where there is none.
func openChrome(t *testing.T, base string) *chrome {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("SKIPPED: no page is looked at, because %s is not installed", chromium)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(chromium), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	c := &chrome{t: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, c.hear); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	c.do("listen", func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{})
		return chromedp.Void{}, err
	})
	return c
}

func (c *chrome) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.complaints = append(c.complaints, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		c.complaints = append(c.complaints, e.Entry.Text+" "+strings.TrimPrefix(e.Entry.URL, c.base))
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, c.base+"/") && e.Request.URL != "about:blank" &&
			!strings.HasPrefix(e.Request.URL, "data:") { // the browser draws its own date fields by such addresses
			c.complaints = append(c.complaints, "request to "+e.Request.URL)
		}
	}
}

// heard returns the complaints so far, and forgets them.
func (c *chrome) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	said := c.complaints
	c.complaints = nil
	return said
}

func (c *chrome) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		c.t.Fatalf("%s: %v", what, err)
	}
}

// ask evaluates an expression in the page.
func ask[T any](c *chrome, expression string) T {
	c.t.Helper()
	answer, err := chromedp.Run(c.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		c.t.Fatalf("%s: %v", expression, err)
	}
	return answer
}

// open loads a page.
func (c *chrome) open(path string) {
	c.t.Helper()
	// Where containers come and go beside the test, the browser sees the machine's network
	// change and gives a page up: it is asked for once more.
	if err := chromedp.Do(c.ctx, chromedp.Navigate(c.base+path)); err != nil && !strings.Contains(err.Error(), "ERR_NETWORK_CHANGED") {
		c.t.Fatalf("open %s: %v", path, err)
	} else if err != nil {
		c.do("open "+path+" again", chromedp.Navigate(c.base+path))
	}
	c.do("open "+path, chromedp.WaitReady(chromedp.CSS("#main")))
}

// signIn uses a sign-in link as a person does.
func (c *chrome) signIn(token string) {
	c.t.Helper()
	c.do("sign in", chromedp.Navigate(c.base+"/-/login/"+token),
		chromedp.Click(chromedp.CSS("button.primary")), chromedp.WaitVisible(chromedp.CSS(".account")))
}

// awaitText waits until an element contains some words.
func (c *chrome) awaitText(selector, words string) {
	c.t.Helper()
	c.do(fmt.Sprintf("wait for %q in %s", words, selector), chromedp.Poll[chromedp.Void](
		fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, selector, words), chromedp.WithPollingTimeout(20*time.Second)))
}
