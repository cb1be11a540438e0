package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// Runners cannot start, because the image is missing or their directory cannot be created.
// A waiting push prints that and keeps its place. Staff read the reason. The push is graded
// once the cause is fixed.
func TestWaitingPushLearnsWhyNoRunnerStarts(t *testing.T) {
	t.Parallel()
	t.Run("in containers", func(t *testing.T) {
		t.Parallel()
		needContainers(t)
		good, bad := inContainers(t, graderImage, 1, 1), inContainers(t, "grader-nowhere:1", 1, 1)
		c := (&classroom{t: t, config: good}).open("alice")
		c.stalls("the image grader-nowhere:1 is not on this machine", func() { c.config = bad }, func() { c.config = good })
	})
	t.Run("on this machine", func(t *testing.T) {
		t.Parallel()
		c := newClassroom(t, "", "alice")
		there, gone := c.temp, filepath.Join(c.dir, "gone")
		c.stalls("exit status", func() { c.temp = gone }, func() { check(t, os.MkdirAll(gone, 0o755)); c.temp = there })
	})
}

// stalls restarts the server with broken runners, pushes as a student, and restarts the
// server with working runners.
func (c *classroom) stalls(why string, breaks, mends func()) {
	c.t.Helper()
	again := func(change func()) {
		check(c.t, c.server.Stop())
		change()
		c.serve()
	}
	again(breaks)
	c.work("alice", "", "right")
	l := c.push("alice")
	l.await("waiting: no runner can be started now (they fail")
	if said := c.admin("pools"); !told(said, "last failure: ") || !told(said, why) {
		c.t.Errorf("staff read:\n%s", said)
	}
	again(mends)
	l.end()
	c.graded("alice", 1)
}
