package scheduler_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestSmallTreesAreEnclosed claims a job before and after the server has the tests tree and the
// prepared files.
func TestSmallTreesAreEnclosed(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	first := b.newDevice()
	b.push("alice")
	one := first.claim()
	if got := one.Enclosed; !strings.Contains(string(got.Submission), "commit "+one.Submission.Commit) || len(got.Tests) > 0 || len(got.Prepared) > 0 || !got.Unprepared {
		t.Errorf("first order: %+v", got)
	}
	first.tree(one, "tests").want(t, 200)
	first.prepared(one, "made by prepare").want(t, 204)

	second := b.newDevice()
	b.push("bob")
	two := second.claim()
	got := two.Enclosed
	if !strings.Contains(string(got.Submission), "commit "+two.Submission.Commit) || !strings.Contains(string(got.Tests), "commit "+two.Tests.Commit) {
		t.Errorf("submission %q, tests %q", got.Submission, got.Tests)
	}
	if string(got.Prepared) != "made by prepare" || got.Unprepared {
		t.Errorf("prepared %q, unprepared %v", got.Prepared, got.Unprepared)
	}
	if again := second.claim(); string(again.Enclosed.Submission) != string(got.Submission) {
		t.Error("the repeated order lacks the submission")
	}
}

func TestLargeTreesAreFetched(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	b.trees.padding = schema.MaxEnclosed
	first := b.newDevice()
	b.push("alice")
	one := first.claim()
	first.tree(one, "tests").want(t, 200)
	first.prepared(one, strings.Repeat("x", schema.MaxEnclosed+1)).want(t, 204)

	second := b.newDevice()
	b.push("bob")
	two := second.claim()
	if got := two.Enclosed; len(got.Submission)+len(got.Tests)+len(got.Prepared) > 0 || got.Unprepared {
		t.Errorf("%d, %d and %d bytes are enclosed, unprepared %v", len(got.Submission), len(got.Tests), len(got.Prepared), got.Unprepared)
	}
	second.tree(two, "submission").want(t, 200, "commit "+two.Submission.Commit)
	second.tree(two, "tests").want(t, 200, "commit "+two.Tests.Commit)
	second.tree(two, "prepared").want(t, 200, "xxx")
}

// TestUnreadableTreeIsNotEnclosed claims a job whose tree cannot be read. The runner gets the error
// when it fetches the tree.
func TestUnreadableTreeIsNotEnclosed(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	b.trees.fail = errors.New("bad object")
	b.push("alice")
	if o := b.newDevice().claim(); o.Submission.Commit == "" || len(o.Enclosed.Submission) > 0 {
		t.Errorf("%d bytes of a broken tree are enclosed", len(o.Enclosed.Submission))
	}
}
