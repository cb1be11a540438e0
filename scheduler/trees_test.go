package scheduler_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/grader/grader/scheduler"
)

func TestTreesAreServed(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	d.tree(o, "submission").want(t, 200, "commit "+o.Submission.Commit)
	d.tree(o, "tests").want(t, 200, "commit "+o.Tests.Commit)
	d.tree(o, "prepared").want(t, 404, "not prepared yet")
	d.tree(o, "solution").want(t, 404)
	d.result(o, graded()).want(t, 204)
	if a := d.tree(o, "tests"); a.status != 403 && a.status != 401 {
		t.Errorf("after the end: %+v", a)
	}
}

func TestTestsTreeIsExportedOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	var fetches sync.WaitGroup
	for _, login := range []string{"alice", "bob", "carol", "dave"} {
		b.push(login)
		d := b.newDevice()
		o := d.claim()
		for range 4 {
			fetches.Go(func() { d.tree(o, "tests").want(t, 200, o.Tests.Commit) })
		}
	}
	fetches.Wait()
	if b.trees.exports != 1 {
		t.Errorf("exported %d times", b.trees.exports)
	}
}

func TestUnreadableTreeIsNotCached(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	b.trees.fail = errors.New("bad object")
	d.tree(o, "tests").want(t, 500)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("half a submission was served as a whole one")
			}
		}()
		d.tree(o, "submission")
	}()
	b.trees.fail = nil
	d.tree(o, "tests").want(t, 200)
	halves, err := filepath.Glob(filepath.Join(b.dir, "cache", "*", "half-*"))
	check(t, err)
	if len(halves) > 0 {
		t.Errorf("left behind: %v", halves)
	}
}

func TestFirstPreparedFilesAreKept(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	first, second := b.newDevice(), b.newDevice()
	b.push("alice")
	b.push("bob")
	one, two := first.claim(), second.claim()
	first.events(one, 0, started()).want(t, 204)
	first.prepared(one, "first").want(t, 204)
	second.prepared(two, "second").want(t, 204)
	if a := second.tree(two, "prepared"); a.body != "first" {
		t.Errorf("served %q", a.body)
	}
}

// TestPreparedFilesAreRefusedAfterBuild checks that a runner's prepared files are rejected once
// student code may have run on it.
func TestPreparedFilesAreRefusedAfterBuild(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	d.events(o, 0, line("gcc -c evil.c")).want(t, 204)
	d.prepared(o, "poison").want(t, 409, "nothing is prepared after it")
	d.tree(o, "prepared").want(t, 404)
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Cache = 8 << 10 })
	old := filepath.Join(b.dir, "cache", "trees", "old")
	check(t, os.WriteFile(old, []byte(strings.Repeat("x", 4<<10)), 0o600))
	d := b.newDevice()
	b.push("alice")
	d.tree(d.claim(), "tests").want(t, 200)
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the least recently used file is still there: %v", err)
	}
}
