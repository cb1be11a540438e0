package gitd_test

import (
	"context"
	"encoding/base64"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/github/githubtest"
	"github.com/grader/grader/schema"
)

// fetched pushes a commit from GitHub as a person.
func (b *bundle) fetched(hub *githubtest.Server, login, path, repository, commit string, change ...func(*schema.FetchedPush)) error {
	b.t.Helper()
	user, err := b.store.UserByLogin(b.t.Context(), login)
	check(b.t, err)
	f := schema.FetchedPush{Path: path, Commit: commit, Received: b.clock.now(), URL: hub.URL + "/" + repository + ".git",
		Header: "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+githubtest.Token))}
	for _, c := range change {
		c(&f)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	return b.server.PushFetched(ctx, schema.Actor{User: user, Channel: schema.ChannelGitHub}, f)
}

const aliceAtGitHub = "comp1-f26/a1-alice-gh"

// TestFetchedCommitIsAPush fetches commits with history, an amended commit, and one that the server has already.
func TestFetchedCommitIsAPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	hub := githubtest.New(t)
	first := hub.Push(aliceAtGitHub, "mallory", false, map[string]string{"hello.c": "1"}) // the author is not the account that pushed
	received := b.clock.now().Add(-17 * time.Minute)
	check(t, b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, first, func(f *schema.FetchedPush) { f.Received = received }))
	second := hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": "2"})
	forced := hub.Push(aliceAtGitHub, "alice", true, map[string]string{"hello.c": "3"})
	check(t, b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, second)) // the commit is no longer on the branch
	check(t, b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, forced))
	check(t, b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, forced))
	subs := b.submissions("alice")
	if len(subs) != 3 || subs[0].Commit != forced || subs[1].Commit != second || subs[2].Commit != first {
		t.Fatalf("submissions %+v", subs)
	}
	if !subs[2].ReceivedAt.Equal(received.Truncate(time.Microsecond)) {
		t.Errorf("received at %v, want %v", subs[2].ReceivedAt, received)
	}
	b.mustGit("alice", ".", "clone", "-q", b.url("comp1/a1"), "clone")
	if got := b.mustGit("alice", "clone", "log", "--format=%H"); got != forced+"\n"+first+"\n" {
		t.Errorf("history %q", got)
	}
}

// TestFetchedCommitRefusals checks that refused commits leave no submission.
func TestFetchedCommitRefusals(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	hub := githubtest.New(t)
	good := hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": "1"})
	bad := hub.Push("comp1-f26/a1-bad", "alice", false, map[string]string{"bye.c": "1"})
	keep := func(*schema.FetchedPush) {}
	for name, c := range map[string]struct {
		login, path, repository, commit string
		change                          func(*schema.FetchedPush)
		code                            schema.Code
		words                           string
	}{
		"a required file is missing":  {"alice", "comp1/a1", "comp1-f26/a1-bad", bad, keep, schema.CodeRefused, "hello.c"},
		"tests of a student":          {"alice", "comp1/a1/tests", aliceAtGitHub, good, keep, schema.CodeForbidden, "instructors"},
		"somebody of another course":  {"eve", "comp1/a1", aliceAtGitHub, good, keep, schema.CodeNotFound, "comp1"},
		"a commit that is not there":  {"alice", "comp1/a1", aliceAtGitHub, strings.Repeat("ab", 20), keep, schema.CodeRefused, "not in the repository any more"},
		"a wrong token":               {"alice", "comp1/a1", aliceAtGitHub, good, func(f *schema.FetchedPush) { f.Header = "Authorization: Basic eDp5" }, schema.CodeUnauthenticated, "credentials"},
		"no token":                    {"alice", "comp1/a1", aliceAtGitHub, good, func(f *schema.FetchedPush) { f.Header = "" }, schema.CodeUnauthenticated, "credentials"},
		"nobody answers":              {"alice", "comp1/a1", aliceAtGitHub, good, func(f *schema.FetchedPush) { f.URL = "http://127.0.0.1:1/a/b.git" }, schema.CodeUnavailable, "could not be fetched"},
		"a file as the other server":  {"alice", "comp1/a1", aliceAtGitHub, good, func(f *schema.FetchedPush) { f.URL = "file:///etc" }, schema.CodeInvalid, "cannot be fetched"},
		"a program as the other side": {"alice", "comp1/a1", aliceAtGitHub, good, func(f *schema.FetchedPush) { f.URL = "ext::sh -c id" }, schema.CodeInvalid, "cannot be fetched"},
		"an option as the commit":     {"alice", "comp1/a1", aliceAtGitHub, "--upload-pack=id", keep, schema.CodeInvalid, "cannot be fetched"},
	} {
		err := b.fetched(hub, c.login, c.path, c.repository, c.commit, c.change)
		if schema.CodeOf(err) != c.code || !strings.Contains(schema.MessageOf(err), c.words) {
			t.Errorf("%s: %s %v", name, schema.CodeOf(err), err)
		}
	}
	if n := len(b.submissions("alice")); n != 0 {
		t.Errorf("%d submissions", n)
	}
}

// TestFetchedHistoryIsBounded fetches more than may be read of a push.
func TestFetchedHistoryIsBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) {
		git, err := exec.LookPath("git")
		check(b.t, err)
		b.repos, err = repo.Open(repo.Options{Dir: filepath.Join(b.dir, "r"), Git: git, HookBinary: hookBinary, HookSocket: filepath.Join(b.dir, "hook"), MaxPack: 1 << 20})
		check(b.t, err)
	})
	b.publish(assignmentYAML)
	hub := githubtest.New(t)
	large := hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": noise(6 << 20)})
	err := b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, large)
	if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), "more than 4 MiB of history") {
		t.Errorf("%s %v: %v", schema.CodeOf(err), err, errors.Unwrap(err))
	}
}

// TestFetchedLargeVersions fetches a large file and a changed version of it, which git must rebuild
// in memory.
func TestFetchedLargeVersions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	hub := githubtest.New(t)
	text := noise(1<<10) + strings.Repeat("1,2,3\n", 50<<20/6)
	hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": "", "data.csv": text})
	changed := hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": "", "data.csv": text + "the end\n"})
	err := b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, changed)
	if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), "in its history is too large") {
		t.Errorf("%s %v: %v", schema.CodeOf(err), err, errors.Unwrap(err))
	}
}

// TestLateFetchedCommit checks that a commit is judged by the time of its announcement, also if it is fetched later, and that
// late work needs consent.
func TestLateFetchedCommit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 1, "{until: UNTIL, consent: true, penalty: {percent: 10, per: day}}") + assignmentYAML)
	hub := githubtest.New(t)
	onTime := b.clock.now()
	b.clock.move(48 * time.Hour)
	first := hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": "1"})
	check(t, b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, first, func(f *schema.FetchedPush) { f.Received = onTime }))
	second := hub.Push(aliceAtGitHub, "alice", false, map[string]string{"hello.c": "2"})
	if err := b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, second); schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), "say so with -o late") {
		t.Errorf("late without consent: %v", err)
	}
	check(t, b.fetched(hub, "alice", "comp1/a1", aliceAtGitHub, second, func(f *schema.FetchedPush) { f.Late = true }))
	if subs := b.submissions("alice"); len(subs) != 2 || !subs[1].ReceivedAt.Equal(onTime.Truncate(time.Microsecond)) {
		t.Errorf("submissions %+v", subs)
	}
}
