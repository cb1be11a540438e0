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

func TestAStarterIsClonedAndStandsAlone(t *testing.T) {
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
	for range 3 { // at once, and again
		wg.Go(func() {
			if err := b.SeedStarter(ctx, 2, 1, commit, "starter/", at); err != nil {
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

func TestAStarterNeedsAnEmptyRepositoryAndADirectory(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("starter/a", "a\n")
	commit := w.commit()
	w.mustPush(1)
	w.mustPush(2)
	ctx, at := context.Background(), time.Unix(1, 0)
	if err := b.SeedStarter(ctx, 2, 1, commit, "starter", at); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("over a push: %v", err)
	}
	if head, err := b.Head(2); err != nil || head != commit {
		t.Errorf("head = %s, %v", head, err)
	}
	for _, dir := range []string{"none", "starter/a", "../starter"} {
		if err := b.SeedStarter(ctx, 3, 1, commit, dir, at); schema.CodeOf(err) != schema.CodeNotFound {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if err := b.SeedStarter(ctx, 3, 4, commit, "starter", at); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("from nowhere: %v", err)
	}
}

func TestOnlyStaffFetchPins(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	first := w.commit()
	w.mustPush(1)
	if _, err := b.Pin(1, "one", first); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"0", "1", "2"} {
		b.setStaff(false)
		list := func() string { return w.must("-c", "protocol.version="+version, "ls-remote", url(1)) }
		if refs := list(); strings.Contains(refs, "submissions") || !strings.Contains(refs, "refs/heads/main") {
			t.Errorf("a student sees %s", refs)
		}
		b.setStaff(true)
		if refs := list(); !strings.Contains(refs, first+"\trefs/submissions/one") {
			t.Errorf("staff see %s", refs)
		}
	}
	if err := b.UploadPack(context.Background(), 1, "version=2:evil", false, strings.NewReader(""), nil, nil); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("protocol: %v", err)
	}
}

func TestAFetchThatNobodyReadsEnds(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, cancel := context.WithCancel(context.Background())
	in, client, err := os.Pipe() // the client says nothing
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan struct{})
	go func() { <-said; cancel() }()
	err = b.UploadPack(ctx, 1, "", false, in, &notify{said: said}, &notify{})
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

func TestOpenSaysWhatIsWrong(t *testing.T) {
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
