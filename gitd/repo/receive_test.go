package repo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
)

// files lists everything below a directory of a repository except directories.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRefusedPushLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.judge(judge{pre: func(string, []hooks.Update) ([]string, bool) {
		return []string{"refused: src/List.java is required and missing. Nothing was counted.\x1b[2J"}, false
	}})
	w := b.newWork()
	w.write("a", "a\n")
	w.commit()
	out, err := w.push(1)
	if err == nil || !strings.Contains(out, "remote: refused: src/List.java is required and missing. Nothing was counted.\uFFFD[2J") {
		t.Errorf("push: %v\n%s", err, out)
	}
	if head, err := b.Head(1); err != nil || head != repo.NoCommit {
		t.Errorf("head = %q, %v", head, err)
	}
	dir, _ := b.Path(1)
	if left := files(t, filepath.Join(dir, "objects")); len(left) != 0 {
		t.Errorf("objects left: %q", left)
	}
}

func TestPushIsJudgedInQuarantineAndPinned(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("src/a.c", "int a;\n")
	w.write("run.sh", "true\n")
	if err := os.Chmod(filepath.Join(w.dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	first := w.commit()
	var entries []repo.Entry
	var content []byte
	var judged, recorded error
	b.judge(judge{
		pre: func(q string, u []hooks.Update) ([]string, bool) {
			in := repo.Quarantine{Dir: q}
			if entries, judged = b.Entries(context.Background(), 1, in, u[0].New, 10); judged == nil && len(entries) > 0 {
				content, judged = b.ReadBlob(context.Background(), 1, in, entries[len(entries)-1].Hash, 100)
			}
			return []string{"judged"}, judged == nil
		},
		post: func(u []hooks.Update) ([]string, error) {
			_, recorded = b.Pin(1, "intent1", u[0].New)
			return []string{"recorded"}, recorded
		},
	})
	out, err := w.push(1)
	if err := errors.Join(err, judged, recorded, b.serverErrors()); err != nil {
		t.Fatalf("push: %v\n%s", err, out)
	}
	if !strings.Contains(out, "remote: judged") || !strings.Contains(out, "remote: recorded") {
		t.Errorf("the pusher read %q", out)
	}
	want := []repo.Entry{
		{Mode: "100755", Hash: w.must("rev-parse", "HEAD:run.sh"), Size: 5, Path: "run.sh"},
		{Mode: "100644", Hash: w.must("rev-parse", "HEAD:src/a.c"), Size: 7, Path: "src/a.c"},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
	if string(content) != "int a;\n" {
		t.Errorf("blob = %q", content)
	}
	// The commit is amended and pushed again with force. The first one stays pinned.
	w.must("commit", "-q", "--amend", "-m", "again")
	b.judge(accept{})
	w.mustPush(1)
	if head, err := b.Head(1); err != nil || head != w.must("rev-parse", "HEAD") {
		t.Errorf("head = %q, %v", head, err)
	}
	pins, err := b.Pins(1)
	if diff := cmp.Diff(map[string]string{"intent1": first}, pins); err != nil || diff != "" {
		t.Errorf("pins: %v %s", err, diff)
	}
	b.server(1, "fsck", "--strict", "--full")
	if loose := b.server(1, "count-objects"); !strings.HasPrefix(loose, "0 objects") {
		t.Errorf("stored loose, and so not synced: %s", loose)
	}
}

func TestOnlyMainMayBePushed(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("a", "a\n")
	w.commit()
	w.mustPush(1)
	w.must("tag", "v1")
	for _, refspec := range []string{"HEAD:refs/heads/other", "v1:refs/tags/v1", "HEAD:refs/submissions/x", ":refs/heads/main"} {
		if out, err := w.git("push", "-q", url(1), refspec); err == nil {
			t.Errorf("push of %s was taken: %s", refspec, out)
		}
	}
	if refs := b.server(1, "for-each-ref", "--format=%(refname)"); refs != "refs/heads/main" {
		t.Errorf("refs: %s", refs)
	}
}

func TestOversizedPushIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(o *repo.Options) { o.MaxPack = 5_000 })
	w := b.newWork()
	noise := make([]byte, 40_000)
	for i, state := 0, uint32(1); i < len(noise); i++ {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	w.write("noise", string(noise))
	w.commit()
	if out, err := w.push(1); err == nil || !strings.Contains(out, "exceeds maximum allowed size") {
		t.Errorf("push: %v\n%s", err, out)
	}
}

func TestMalformedObjectsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for name, make := range map[string]func(work) string{
		"a .git directory": func(w work) string {
			blob := w.stdin([]byte("x"), "hash-object", "-w", "--stdin")
			inner := w.stdin([]byte("100644 blob "+blob+"\tconfig\n"), "mktree")
			return w.tree("40000 .git\x00", inner)
		},
		"a name twice": func(w work) string {
			blob := w.stdin([]byte("x"), "hash-object", "-w", "--stdin")
			return w.tree("100644 a\x00", blob, "100644 a\x00", blob)
		},
		"a parent directory": func(w work) string {
			blob := w.stdin([]byte("x"), "hash-object", "-w", "--stdin")
			return w.tree("100644 ..\x00", blob)
		},
		"a slash in a name": func(w work) string {
			blob := w.stdin([]byte("x"), "hash-object", "-w", "--stdin")
			return w.tree("100644 ../../x\x00", blob)
		},
		"a submodule that runs a command": func(w work) string {
			blob := w.stdin([]byte("[submodule \"x\"]\n\tpath = x\n\turl = ./x\n\tupdate = !touch /tmp/owned\n"), "hash-object", "-w", "--stdin")
			return w.stdin([]byte("100644 blob "+blob+"\t.gitmodules\n"), "mktree")
		},
	} {
		w := b.newWork()
		commit := w.must("commit-tree", "-m", name, make(w))
		out, err := w.git("push", "-q", url(1), commit+":refs/heads/main")
		if err == nil {
			t.Errorf("%s was taken: %s", name, out)
		}
	}
	if head, err := b.Head(1); err != nil || head != repo.NoCommit {
		t.Errorf("head = %q, %v", head, err)
	}
}

// tree writes a tree that git itself would refuse to write, from pairs of "MODE NAME\0" and object.
func (w work) tree(pairs ...string) string {
	var raw []byte
	for i := 0; i < len(pairs); i += 2 {
		raw = append(append(raw, pairs[i]...), unhex(w.b.t, pairs[i+1])...)
	}
	return w.stdin(raw, "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
}

func TestManyPushesAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(o *repo.Options) { o.Processes = 3 })
	var wg sync.WaitGroup
	for id := int64(1); id <= 8; id++ {
		w := b.newWork()
		w.write("a", "a\n")
		w.commit()
		for range 2 { // two pushes to the same repository wait for each other
			wg.Go(func() {
				if out, err := w.push(id); err != nil {
					t.Errorf("push to %d: %v\n%s", id, err, out)
				}
			})
		}
	}
	wg.Wait()
	if err := b.serverErrors(); err != nil {
		t.Error(err)
	}
}

func TestGitDoesNotInheritServerEnvironment(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "hook")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nenv > "+dir+"/env\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GRADER_SECRET", "hunter2")
	t.Setenv("GIT_TRACE", "1")
	b := newBundle(t, func(o *repo.Options) { o.HookBinary = script })
	w := b.newWork()
	w.commit()
	w.mustPush(1)
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GIT_ALLOC_LIMIT=50331648", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GRADER_HOOK_TOKEN="} {
		if !strings.Contains(string(env), want) {
			t.Errorf("%s is missing in\n%s", want, env)
		}
	}
	for _, no := range []string{"GRADER_SECRET", "GIT_TRACE", "REPO_TEST"} {
		if strings.Contains(string(env), no) {
			t.Errorf("%s reached git:\n%s", no, env)
		}
	}
}

func TestReceiveNeedsItsOwnLock(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	lock, err := b.Lock(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(b.t, lock)
	if r, err := b.ReceiveCommands(context.Background(), 2, lock, "t", "refs/heads/main"); err == nil {
		_ = r.Close()
		t.Error("received with the lock of another repository")
	}
	if r, err := b.ReceiveCommands(context.Background(), 1, nil, "t", "refs/heads/main"); err == nil {
		_ = r.Close()
		t.Error("received without a lock")
	}
}

func TestWaitForProcessIsCancelled(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(o *repo.Options) { o.Processes = 1 })
	lock, err := b.Lock(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(b.t, lock)
	r, err := b.ReceiveCommands(context.Background(), 1, lock, "", "refs/heads/main")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(schema.Errorf(schema.CodeUnavailable, "stopping"))
	if _, err := b.ReceiveCommands(ctx, 1, lock, "", "refs/heads/main"); schema.CodeOf(err) != schema.CodeUnavailable {
		t.Errorf("err = %v", err)
	}
}
