package github_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/github"
	"github.com/grader/grader/github/githubtest"
	"github.com/grader/grader/schema"
)

var hookSecret = []byte("It's a Secret to Everybody")

// received records pushes as the store does.
type received struct {
	pushes  []schema.GitHubPush
	changes []schema.GitHubVisibility
	fails   error
}

func (d *received) ReceiveGitHubVisibility(_ context.Context, v schema.GitHubVisibility) (bool, error) {
	if d.fails != nil {
		return false, d.fails
	}
	for _, old := range d.changes {
		if old.Delivery == v.Delivery {
			return false, nil
		}
	}
	d.changes = append(d.changes, v)
	return true, nil
}

func (d *received) ReceiveGitHubPush(_ context.Context, p schema.GitHubPush) (bool, error) {
	if d.fails != nil {
		return false, d.fails
	}
	for _, old := range d.pushes {
		if old.Delivery == p.Delivery {
			return false, nil
		}
	}
	d.pushes = append(d.pushes, p)
	return true, nil
}

var hookTime = time.Date(2026, 9, 28, 23, 41, 7, 0, time.UTC)

func newHook(t *testing.T, to *received) *github.Hook {
	t.Helper()
	h, err := github.NewHook(hookSecret, []github.Organisation{{Name: "Comp2402-f26", Course: "comp2402"}}, to, func() time.Time { return hookTime }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

var aPush = githubtest.Announcement{
	Repository: "comp2402-F26/a1-ada-ng", RepositoryID: 99, After: strings.Repeat("ab", 20), SenderID: 1234567, Sender: "ada-ng", Installation: 7,
}

const delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958"

// answer sends a request to the hook and returns the status and the words.
func answer(h http.Handler, r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestHookReceivesPush(t *testing.T) {
	t.Parallel()
	to := new(received)
	late := aPush
	late.Message = "Fix the ring [late]"
	code, words := answer(newHook(t, to), late.Request(t, "/", delivery, hookSecret))
	if code != http.StatusAccepted || words != "received abababa of comp2402-F26/a1-ada-ng" {
		t.Errorf("%d %s", code, words)
	}
	want := []schema.GitHubPush{{
		GitHubCommit: schema.GitHubCommit{Repository: "comp2402-F26/a1-ada-ng", RepositoryID: 99, Installation: 7, Commit: strings.Repeat("ab", 20)},
		Delivery:     delivery, SenderID: 1234567, Sender: "ada-ng", Late: true, ReceivedAt: hookTime,
	}}
	if diff := cmp.Diff(want, to.pushes); diff != "" {
		t.Error(diff)
	}
}

// TestHookAcceptsGitHubsSignature uses GitHub's own example of a signature.
func TestHookAcceptsGitHubsSignature(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Hello, World!"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "ping")
	r.Header.Set("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
	if code, words := answer(newHook(t, new(received)), r); code != http.StatusOK || words != "pong" {
		t.Errorf("%d %s", code, words)
	}
}

// TestHookRefuses checks that refused requests store nothing.
func TestHookRefuses(t *testing.T) {
	t.Parallel()
	sha1Of := func(body []byte) string {
		mac := hmac.New(sha1.New, hookSecret)
		mac.Write(body)
		return "sha1=" + hex.EncodeToString(mac.Sum(nil))
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		code   int
		words  string
	}{
		"no signature":       {func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, 401, "not signed"},
		"an empty signature": {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256=") }, 401, "not signed"},
		"another secret": {func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", githubtest.Sign([]byte("guess"), aPush.Payload()))
		}, 401, "signature is wrong"},
		"an empty secret": {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", githubtest.Sign(nil, aPush.Payload())) }, 401, "signature is wrong"},
		"signed by SHA-1 only": {func(r *http.Request) {
			r.Header.Del("X-Hub-Signature-256")
			r.Header.Set("X-Hub-Signature", sha1Of(aPush.Payload()))
		}, 401, "not signed"},
		"SHA-1 in the place of SHA-256": {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", sha1Of(aPush.Payload())) }, 401, "not signed"},
		"a forged sender": {func(r *http.Request) { // with the signature of the real payload
			forged := aPush
			forged.SenderID = 1
			r.Body = io.NopCloser(strings.NewReader(string(forged.Payload())))
		}, 401, "signature is wrong"},
		"a form":                      {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "must be application/json"},
		"no delivery id":              {func(r *http.Request) { r.Header.Del("X-GitHub-Delivery") }, 400, "no X-GitHub-Delivery"},
		"a delivery id of a megabyte": {func(r *http.Request) { r.Header.Set("X-GitHub-Delivery", strings.Repeat("a", 1<<20)) }, 400, "no X-GitHub-Delivery"},
		"a payload of 26 MB": {func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, 26<<20)), 26<<20
		}, 413, "larger than GitHub's limit"},
		"a payload without a length of 26 MB": {func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, 26<<20)), -1
		}, 413, "larger than GitHub's limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := new(received)
			r := aPush.Request(t, "/", delivery, hookSecret)
			c.change(r)
			code, words := answer(newHook(t, to), r)
			if code != c.code || !strings.Contains(words, c.words) || len(to.pushes) > 0 {
				t.Errorf("%d %s, stored %d; want %d %s", code, words, len(to.pushes), c.code, c.words)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestHookIgnores checks that ignored announcements with a valid signature are answered with the
// reason, so that GitHub's page shows it.
func TestHookIgnores(t *testing.T) {
	t.Parallel()
	with := func(change func(*githubtest.Announcement)) githubtest.Announcement {
		a := aPush
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		push  githubtest.Announcement
		event string
		words string
	}{
		"a tag":                          {with(func(a *githubtest.Announcement) { a.Ref = "refs/tags/v1" }), "push", "tags are not graded"},
		"another branch":                 {with(func(a *githubtest.Announcement) { a.Ref = "refs/heads/feature" }), "push", "only the branch main is graded, and this is refs/heads/feature"},
		"a deleted branch":               {with(func(a *githubtest.Announcement) { a.Deleted, a.After = true, strings.Repeat("0", 40) }), "push", "was deleted"},
		"no commit":                      {with(func(a *githubtest.Announcement) { a.After = strings.Repeat("0", 40) }), "push", "names no commit"},
		"an option for a commit":         {with(func(a *githubtest.Announcement) { a.After = "--upload-pack=touch /tmp/x" }), "push", "names no commit"},
		"another organisation":           {with(func(a *githubtest.Announcement) { a.Repository = "evil/a1-ada-ng" }), "push", "organisation of evil/a1-ada-ng is not in the configuration"},
		"a repository with a way out":    {with(func(a *githubtest.Announcement) { a.Repository = "comp2402-f26/../evil" }), "push", "names no repository"},
		"an organisation that begins so": {with(func(a *githubtest.Announcement) { a.Repository = "comp2402-f26x/a1-ada" }), "push", "is not in the configuration"},
		"no sender":                      {with(func(a *githubtest.Announcement) { a.SenderID = 0 }), "push", "names no sender"},
		"a star":                         {aPush, "star", "only the events Pushes, Repositories and Visibility changes are used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := new(received)
			r := c.push.Request(t, "/", delivery, hookSecret)
			r.Header.Set("X-GitHub-Event", c.event)
			code, words := answer(newHook(t, to), r)
			if code != http.StatusOK || !strings.HasPrefix(words, "ignored: ") || !strings.Contains(words, c.words) || len(to.pushes) > 0 {
				t.Errorf("%d %s, stored %d; want %s", code, words, len(to.pushes), c.words)
			}
		})
	}
}

// TestHookRepeatedDelivery checks that a repeated delivery stores nothing, whether GitHub or an
// eavesdropper repeats it.
func TestHookRepeatedDelivery(t *testing.T) {
	t.Parallel()
	to := new(received)
	h := newHook(t, to)
	for i, want := range []int{http.StatusAccepted, http.StatusOK, http.StatusOK} {
		if code, words := answer(h, aPush.Request(t, "/", delivery, hookSecret)); code != want || i > 0 && words != "received before" {
			t.Errorf("%d: %d %s", i, code, words)
		}
	}
	if len(to.pushes) != 1 {
		t.Errorf("%d stored", len(to.pushes))
	}
}

// TestHookWhileStoreFails checks that a push that cannot be stored is not acknowledged, and is
// accepted when it is delivered again.
func TestHookWhileStoreFails(t *testing.T) {
	t.Parallel()
	to := &received{fails: errors.New("disk full")}
	h := newHook(t, to)
	if code, words := answer(h, aPush.Request(t, "/", delivery, hookSecret)); code != http.StatusServiceUnavailable || strings.Contains(words, "disk") {
		t.Errorf("%d %s", code, words)
	}
	to.fails = nil
	if code, _ := answer(h, aPush.Request(t, "/", delivery, hookSecret)); code != http.StatusAccepted {
		t.Errorf("again: %d", code)
	}
}

func TestHookNeedsSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "short"} {
		if _, err := github.NewHook([]byte(secret), nil, nil, nil, nil); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// visibilityRequest returns the signed request for an event with a body.
func visibilityRequest(event, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", delivery)
	r.Header.Set("X-Hub-Signature-256", githubtest.Sign(hookSecret, []byte(body)))
	return r
}

// TestHookReceivesVisibility checks the events that say that a repository became public or private.
func TestHookReceivesVisibility(t *testing.T) {
	t.Parallel()
	const private = `"repository": {"id": 99, "full_name": "comp2402-f26/a1-ada", "private": true, "visibility": "private", "updated_at": "2026-09-28T23:41:07Z", "pushed_at": 1790000000}`
	const public = `"repository": {"id": 99, "full_name": "comp2402-f26/a1-ada", "private": false, "visibility": "public", "updated_at": "2026-09-28T23:41:07Z"}`
	for name, c := range map[string]struct {
		event, body string
		code        int
		words       string
		stored      bool
		public      bool
	}{
		"public":                 {"public", `{` + public + `}`, 202, "comp2402-f26/a1-ada is public", true, true},
		"publicized":             {"repository", `{"action": "publicized", ` + public + `}`, 202, "comp2402-f26/a1-ada is public", true, true},
		"privatized":             {"repository", `{"action": "privatized", ` + private + `}`, 202, "comp2402-f26/a1-ada is private", true, false},
		"private to internal":    {"repository", `{"action": "privatized", ` + strings.Replace(private, `"visibility": "private"`, `"visibility": "internal"`, 1) + `}`, 202, "is public", true, true},
		"renamed":                {"repository", `{"action": "renamed", ` + private + `}`, 200, "ignored: the action renamed does not change", false, false},
		"another organisation":   {"public", `{` + strings.Replace(public, "comp2402-f26", "evil", 1) + `}`, 200, "ignored: the organisation of evil/a1-ada is not", false, false},
		"without a repository":   {"public", `{}`, 200, "ignored: it names no repository", false, false},
		"a body that is no JSON": {"repository", `action=publicized`, 400, "not that of the event repository", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := new(received)
			h := newHook(t, to)
			if code, words := answer(h, visibilityRequest(c.event, c.body)); code != c.code || !strings.Contains(words, c.words) {
				t.Errorf("%d %s; want %d %s", code, words, c.code, c.words)
			}
			var want []schema.GitHubVisibility
			if c.stored {
				want = []schema.GitHubVisibility{{Delivery: delivery, Repository: "comp2402-f26/a1-ada", RepositoryID: 99, Public: c.public, ChangedAt: hookTime, ReceivedAt: hookTime}}
				if code, words := answer(h, visibilityRequest(c.event, c.body)); code != http.StatusOK || words != "received before" {
					t.Errorf("repeated: %d %s", code, words)
				}
			}
			if diff := cmp.Diff(want, to.changes); diff != "" {
				t.Error(diff)
			}
		})
	}
	forged := visibilityRequest("repository", `{"action": "privatized", `+private+`}`)
	forged.Header.Set("X-Hub-Signature-256", githubtest.Sign([]byte("guess"), nil))
	if code, words := answer(newHook(t, new(received)), forged); code != http.StatusUnauthorized {
		t.Errorf("forged: %d %s", code, words)
	}
	if code, words := answer(newHook(t, &received{fails: errors.New("disk full")}), visibilityRequest("public", `{`+public+`}`)); code != http.StatusServiceUnavailable || words != "the change could not be stored; deliver it again" {
		t.Errorf("while the store fails: %d %s", code, words)
	}
}
