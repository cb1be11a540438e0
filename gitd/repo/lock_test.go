package repo_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/gitd/repo"
)

func TestLockWaitsAndIsCancelled(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	first, err := b.Lock(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.Lock(gone, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	other, err := b.Lock(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(t, other)
	second := make(chan *repo.Lock, 1)
	go func() {
		lock, err := b.Lock(context.Background(), 1)
		if err != nil {
			t.Error(err)
		}
		second <- lock
	}()
	if err := errors.Join(first.Unlock(), first.Unlock()); err != nil {
		t.Error(err)
	}
	if err := (<-second).Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLockClearsLeftoversOfKilledGit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	dir, err := b.Path(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"objects/tmp_objdir-incoming-abcdef/pack/tmp_pack_x", "refs/heads/main.lock", "packed-refs.lock", "objects/pack/pack-1.keep", ".ref-1"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	w := b.newWork()
	w.commit()
	w.mustPush(1)
	for _, name := range []string{"objects/tmp_objdir-incoming-abcdef", "packed-refs.lock", ".ref-1", "objects/pack/pack-1.keep"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// orphan is a receive-pack whose server was killed while pre-receive ran. The hook has started and
// waits until the test writes to the FIFO.
type orphan struct {
	b       *bundle
	fifo    string
	group   int
	pushing <-chan struct{}
}

// newOrphan kills a server between its receive-pack's command list and its answer.
func newOrphan(t *testing.T) orphan {
	t.Helper()
	dir := t.TempDir()
	started, fifo := filepath.Join(dir, "started"), filepath.Join(dir, "go")
	for _, path := range []string{started, fifo} {
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := fmt.Sprintf("#!/bin/sh\ncase $0 in */pre-receive) echo > %s; read x < %s;; esac\nexit 0\n", started, fifo)
	hook := filepath.Join(dir, "hook")
	if err := os.WriteFile(hook, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	b := newBundle(t, func(o *repo.Options) { o.HookBinary = hook })
	w := b.newWork()
	w.commit()
	cmd := w.command("push", "-q", url(1), "HEAD:refs/heads/main")
	cmd.Env = append(cmd.Env, "REPO_TEST_ROLE=server", "REPO_TEST_DIR="+b.o.Dir, "REPO_TEST_HOOK="+hook, "REPO_TEST_SOCKET="+b.o.HookSocket, "REPO_TEST_PIDS="+filepath.Join(dir, "pids"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pushing := make(chan struct{})
	go func() { _ = cmd.Wait(); close(pushing) }()
	if _, err := os.ReadFile(started); err != nil { // returns when the hook writes
		t.Fatal(err)
	}
	var server, group int
	pids, err := os.ReadFile(filepath.Join(dir, "pids"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(pids), "%d %d", &server, &group); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-pushing
	return orphan{b: b, fifo: fifo, group: group, pushing: pushing}
}

func (o orphan) lockedStill(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if lock, err := o.b.Lock(ctx, 1); err == nil {
		unlock(t, lock)
		t.Error("the orphan has lost the lock")
	}
}

func TestOrphanHoldsLockUntilRefMoves(t *testing.T) {
	t.Parallel()
	o := newOrphan(t)
	o.lockedStill(t)
	if head, _ := o.b.Head(1); head != repo.NoCommit {
		t.Fatalf("head = %s", head)
	}
	if err := os.WriteFile(o.fifo, []byte("\n"), 0); err != nil {
		t.Fatal(err)
	}
	lock, err := o.b.Lock(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(t, lock)
	if head, err := o.b.Head(1); err != nil || head == repo.NoCommit {
		t.Errorf("the lock was free before the ref had moved: %s, %v", head, err)
	}
}

func TestOrphanIsEnded(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"whose group the intent names": true, "whose group nobody noted": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrphan(t)
			group := 0
			if known {
				group = o.group
			}
			if err := o.b.EndOrphan(context.Background(), 1, group); err != nil {
				t.Fatal(err)
			}
			lock, err := o.b.Lock(context.Background(), 1)
			if err != nil {
				t.Fatal(err)
			}
			defer unlock(t, lock)
			if head, err := o.b.Head(1); err != nil || head != repo.NoCommit {
				t.Errorf("head = %s, %v", head, err)
			}
			dir, _ := o.b.Path(1)
			if left := files(t, filepath.Join(dir, "objects")); len(left) != 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
}

func TestEndOrphanSparesStrangers(t *testing.T) {
	t.Parallel()
	o := newOrphan(t)
	// The group's id now belongs to another group: this test's own.
	if err := o.b.EndOrphan(context.Background(), 1, syscall.Getpgrp()); err != nil {
		t.Fatal(err)
	}
	// The group is right, but the repository is another one.
	if _, err := o.b.Path(2); err != nil {
		t.Fatal(err)
	}
	if lock, err := o.b.Lock(context.Background(), 2); err != nil {
		t.Fatal(err)
	} else {
		unlock(t, lock)
	}
	if err := o.b.EndOrphan(context.Background(), 2, o.group); err != nil {
		t.Fatal(err)
	}
	o.lockedStill(t)
	if err := o.b.EndOrphan(context.Background(), 1, o.group); err != nil {
		t.Fatal(err)
	}
}

func unlock(t testing.TB, lock *repo.Lock) {
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}
