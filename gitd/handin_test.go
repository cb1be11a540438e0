package gitd_test

import (
	"archive/tar"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// TestInstructorHandsInForStudent makes ida push work that alice mailed, hand it in for her, and
// export the work of the class.
func TestInstructorHandsInForStudent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "") + assignmentYAML)
	b.tree("ida", "mailed", "comp1/a1", map[string]string{"hello.c": "by mail\n"})
	b.push("ida", "mailed").says(t, "try-out 1")
	commit := strings.TrimSpace(b.mustGit("ida", "mailed", "rev-parse", "HEAD"))
	b.clock.move(96 * time.Hour)
	zone := b.course.Location()
	received := b.clock.now().In(zone).AddDate(0, 0, -3).Format("2006-01-02 15:04")
	b.ssh("ida", "submit-for", "comp1/a1", "alice", commit[:10], "--reason", "mailed in time").says(t, "comp1/a1/alice/1: commit "+commit[:7], "received after the end: kept and not graded")
	b.ssh("ida", "submit-for", "comp1/a1", "alice", commit[:10], "--received", received, "--reason", "mailed in time").says(t, "comp1/a1/alice/2: commit "+commit[:7]+", received "+received+"; it is graded now")
	b.ssh("alice", "log", "comp1/a1/2").says(t, "submission 2", "2 / 2", "comment by ida", "Handed in for alice by the course staff", "mailed in time")
	b.ssh("alice", "receipt", "comp1/a1/2").says(t, "commit: "+commit, "pusher: ida", "state: on-time")
	b.ssh("alice", "status", "comp1/a1").says(t, "submission 2 counts: 2 / 2")
	// Staff fetch the submission by its number. Alice's own push gets the next number.
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "by hand\n"})
	b.push("alice", "w").says(t, "submission 3", "Kept but not graded")
	b.mustGit("ida", "mailed", "fetch", "-q", b.url("comp1/a1/students/alice"), "refs/submissions/2:refs/heads/two")
	if got := strings.TrimSpace(b.mustGit("ida", "mailed", "rev-parse", "two")); got != commit {
		t.Errorf("fetched %s, want %s", got, commit)
	}

	r := b.ssh("tina", "export", "archive", "comp1/a1")
	packed := tar.NewReader(strings.NewReader(r.out))
	found := map[string]string{}
	for {
		h, err := packed.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		text, err := io.ReadAll(packed)
		check(t, err)
		found[h.Name] = string(text)
	}
	if len(found) != 2 || found["alice/hello.c"] != "by mail\n" || !strings.Contains(found["MANIFEST.json"], commit) {
		t.Errorf("status %d, %s: %q", r.status, r.err, found)
	}
	r = b.ssh("ida", "export", "archive", "comp1/a1", "--at", b.clock.now().In(zone).AddDate(0, 0, -4).Format("2006-01-02 15:04"), "--zip")
	if r.status != 0 || !strings.HasPrefix(r.out, "PK") {
		t.Errorf("status %d: %q", r.status, r.all())
	}
}
