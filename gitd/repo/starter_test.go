package repo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

func TestStarterHasNoOtherHistory(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("solution/list.c", "the secret\n")
	w.write("starter/src/list.c", "todo\n")
	w.write("starter/README", "read\n")
	commit := w.commit()
	w.mustPush(1)
	ctx, at := context.Background(), time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)
	var wg sync.WaitGroup
	for range 3 { // the calls are concurrent
		wg.Go(func() {
			if _, err := b.AdvanceStarter(ctx, 2, 1, commit, "starter/", at); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	from, err := b.Path(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(from); err != nil {
		t.Fatal(err)
	}
	b.server(2, "fsck", "--strict", "--full")
	c := work{b, t.TempDir()}
	c.must("clone", "-q", url(2), ".")
	if got := c.must("log", "--format=%an %at %s", "main"); got != "grader 1789376400 Starter of tests "+commit[:12] {
		t.Errorf("log: %s", got)
	}
	if got := c.must("ls-tree", "-r", "--name-only", "HEAD"); got != "README\nsrc/list.c" {
		t.Errorf("tree: %s", got)
	}
	if out, err := c.git("cat-file", "-p", w.must("rev-parse", "HEAD:solution/list.c")); err == nil {
		t.Errorf("the solution came along: %s", out)
	}
}

func TestStarterNeedsDirectory(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("starter/a", "a\n")
	commit := w.commit()
	w.mustPush(1)
	ctx, at := context.Background(), time.Unix(1, 0)
	for _, dir := range []string{"none", "starter/a", "../starter"} {
		if _, err := b.AdvanceStarter(ctx, 3, 1, commit, dir, at); schema.CodeOf(err) != schema.CodeNotFound {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := b.AdvanceStarter(ctx, 3, 4, commit, "starter", at); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("from nowhere: %v", err)
	}
}

// TestStarterDescendsFromEarlierOnes checks that a corrected starter is a commit on top of the
// previous one, and that an unchanged starter makes no commit.
func TestStarterDescendsFromEarlierOnes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	ctx, at := context.Background(), time.Unix(1_000_000_000, 0)
	var last []string
	for i, content := range []string{"one\n", "two\n", "two\n", "one\n"} {
		w.write("starter/a", content)
		w.write("solution/a", strings.Repeat("s", i+1))
		commit := w.commit()
		w.mustPush(1)
		all, err := b.AdvanceStarter(ctx, 2, 1, commit, "starter", at)
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 2, 2, 3}[i]; len(all) != want {
			t.Fatalf("%d starters, want %d", len(all), want)
		}
		if again, err := b.AdvanceStarter(ctx, 2, 1, commit, "starter", at); err != nil || again[0] != all[0] {
			t.Errorf("again: %v, %v", again, err)
		}
		last = all
	}
	b.server(2, "fsck", "--strict", "--full")
	if got := strings.Fields(b.server(2, "rev-list", "main")); strings.Join(got, " ") != strings.Join(last, " ") {
		t.Errorf("main has %v, want %v", got, last)
	}
	// A commit that builds on an earlier starter is behind. A commit that builds on no starter is
	// not.
	c := work{b, t.TempDir()}
	c.must("clone", "-q", url(2), ".")
	c.must("checkout", "-q", last[1], "-B", "main")
	c.write("mine", "x")
	c.commit()
	c.mustPush(3)
	w.mustPush(4)
	for id, want := range map[int64]bool{3: true, 4: false, 5: false} {
		if got, err := b.BehindStarter(ctx, id, 2, last[0]); err != nil || got != want {
			t.Errorf("repository %d is behind: %v, %v; want %v", id, got, err, want)
		}
	}
	if got, err := b.BehindStarter(ctx, 3, 2, last[1]); err != nil || got {
		t.Errorf("behind what it is built on: %v, %v", got, err)
	}
}

func TestViewShowsItsRefsAlone(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	first := w.commit()
	w.mustPush(1)
	if _, err := b.Pin(1, "one", first); err != nil {
		t.Fatal(err)
	}
	w.write("b", "b\n")
	second := w.commit()
	w.mustPush(2)
	for _, version := range []string{"0", "1", "2"} {
		list := func() string { return w.must("-c", "protocol.version="+version, "ls-remote", url(1)) }
		b.show(repo.View{})
		if refs := list(); strings.Contains(refs, "submissions") || !strings.Contains(refs, "refs/heads/main") {
			t.Errorf("without a view: %s", refs)
		}
		b.show(repo.View{Refs: map[string]string{"refs/heads/main": first, "refs/heads/other": second, "refs/submissions/1": first}, Objects: []int64{2}})
		if refs, want := list(), first+"\tHEAD\n"+first+"\trefs/heads/main\n"+second+"\trefs/heads/other\n"+first+"\trefs/submissions/1"; refs != want {
			t.Errorf("a view shows\n%s\nwant\n%s", refs, want)
		}
	}
	c := work{b, t.TempDir()}
	c.must("clone", "-q", url(1), ".")
	if got := c.must("rev-parse", "origin/other"); got != second {
		t.Errorf("other is %s", got)
	}
	b.show(repo.View{Refs: map[string]string{"refs/heads/main\nx": first}})
	if out, err := w.git("ls-remote", url(1)); err == nil {
		t.Errorf("a ref of two lines was shown: %s", out)
	}
	if left, err := filepath.Glob(filepath.Join(b.o.Dir, ".view-*")); err != nil || len(left) > 0 {
		t.Errorf("views are left: %v, %v", left, err)
	}
	if err := b.UploadPack(context.Background(), 1, "version=2:evil", repo.View{}, strings.NewReader(""), nil, nil); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("protocol: %v", err)
	}
}

func TestUnreadFetchEnds(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, cancel := context.WithCancel(context.Background())
	in, client, err := os.Pipe() // the client sends nothing
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan struct{})
	go func() { <-said; cancel() }()
	err = b.UploadPack(ctx, 1, "", repo.View{}, in, &notify{said: said}, &notify{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	client.Close()
	in.Close()
}

type notify struct {
	once sync.Once
	said chan struct{}
}

func (n *notify) Write(p []byte) (int, error) {
	n.once.Do(func() { close(n.said) })
	return len(p), nil
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fake := func(text string) string {
		path := filepath.Join(t.TempDir(), "git")
		if err := os.WriteFile(path, []byte("#!/bin/sh\necho '"+text+"'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := repo.Options{Dir: dir, Git: gitBinary(), HookBinary: hookBinary, HookSocket: "/run/h"}
	for want, change := range map[string]func(*repo.Options){
		"git 2.36 or later is needed": func(o *repo.Options) { o.Git = fake("git version 2.30.2") },
		"is not git 2.36 or later":    func(o *repo.Options) { o.Git = fake("jj 0.1") },
		"not an absolute path":        func(o *repo.Options) { o.Dir = "data" },
		"cannot be run":               func(o *repo.Options) { o.HookBinary = filepath.Join(dir, "none") },
	} {
		o := good
		change(&o)
		if _, err := repo.Open(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := repo.Open(good); err != nil {
		t.Error(err)
	}
}
