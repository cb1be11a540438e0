package repo_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/gitd/hostile"
	"github.com/grader/grader/gitd/repo"
)

// deltaBomb returns a pack of a few hundred bytes that unpacks to objects of times × 15 MiB. Each
// is a delta of the previous one.
func deltaBomb(t *testing.T, times, objects int64) (commit string, pack []byte) {
	t.Helper()
	p := hostile.NewPack()
	const chunk, middle = 60 << 10, 15 << 20
	at, err := p.Add(hostile.Blob, chunk, io.LimitReader(hostile.Zeros{}, chunk))
	if err == nil {
		at, err = p.Grow(at, chunk, chunk, middle/chunk)
	}
	from := int64(middle)
	for range objects {
		if err == nil {
			at, err = p.Grow(at, from, middle, times)
		}
		from = middle * times
	}
	if err != nil {
		t.Fatal(err)
	}
	if commit, err = p.CommitOf(strings.Repeat("1", 40)); err != nil {
		t.Fatal(err)
	}
	return commit, p.Bytes()
}

// throw sends a list and a pack to a receive-pack as a client does.
func (b *bundle) throw(commit string, pack []byte) *repo.Receive {
	b.t.Helper()
	lock, err := b.Lock(context.Background(), 1)
	if err != nil {
		b.t.Fatal(err)
	}
	defer unlock(b.t, lock)
	r, err := b.ReceiveCommands(context.Background(), 1, lock, "token", "refs/heads/main")
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = r.Close() })
	line := repo.NoCommit + " " + commit + " refs/heads/main\x00report-status side-band-64k\n"
	if _, err := fmt.Fprintf(r.Stdin, "%04x%s0000%s", len(line)+4, line, pack); err != nil {
		b.t.Fatal(err)
	}
	r.Stdin.Close()
	return r
}

func peakMemory(r *repo.Receive) int64 {
	return repo.StateOf(r).SysUsage().(*syscall.Rusage).Maxrss << 10
}

func TestDeltaBombIsCapped(t *testing.T) {
	t.Parallel()
	for name, sizes := range map[string][2]int64{"one object of two gigabytes": {130, 1}, "three objects of 60 MB, one on the other": {4, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			commit, pack := deltaBomb(t, sizes[0], sizes[1])
			if len(pack) > 32<<10 {
				t.Fatalf("the bomb has %d bytes", len(pack))
			}
			b := newBundle(t)
			r := b.throw(commit, pack)
			report, err := io.ReadAll(r.Stdout)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Wait()
			if !strings.Contains(string(report), "ng refs/heads/main") {
				t.Errorf("report: %q", report)
			}
			if peak := peakMemory(r); peak > 160<<20 {
				t.Errorf("git took %d MB", peak>>20)
			} else {
				t.Logf("a pack of %d bytes: %d MB", len(pack), peak>>20)
			}
		})
	}
}

func TestZlibBombEndsWithItsGroup(t *testing.T) {
	t.Parallel()
	p := hostile.NewPack()
	const size = 2 << 30
	if _, err := p.Add(hostile.Blob, size, io.LimitReader(hostile.Zeros{}, 1<<20)); err != nil { // git will wait for the rest of what is announced
		t.Fatal(err)
	}
	commit, err := p.CommitOf(strings.Repeat("1", 40))
	if err != nil {
		t.Fatal(err)
	}
	pack := p.Bytes()
	b := newBundle(t)
	r := b.throw(commit, pack[:len(pack)-40])
	r.Kill()
	if err := r.Wait(); err == nil {
		t.Error("killed without an error")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	lock, err := b.Lock(ctx, 1) // no process that inherited the lock is left, not even index-pack
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(b.t, lock)
	dir, _ := b.Path(1)
	if left := files(t, filepath.Join(dir, "objects")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}
