package gitd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/grader/grader/gitd"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
)

// TestReceiptOfAPush checks the printed receipts against the server's public key and the pushed
// work.
func TestReceiptOfAPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	pushed := b.push("alice", "w")
	b.commit("alice", "w", map[string]string{"hello.c": "int main(void);\n"})
	b.push("alice", "w").says(t, "submission 2")

	published := b.ssh("bob", "receipt-key")
	key, err := receipt.ParseKey(published.out)
	check(t, err)
	code := regexp.MustCompile(`receipt ([0-9A-Z]{4}-[0-9A-Z]{4})`).FindStringSubmatch(pushed.all())
	if code == nil {
		t.Fatalf("no receipt in:\n%s", pushed.all())
	}
	said := b.ssh("alice", "receipt", "comp1/a1/1")
	first, err := receipt.Parse(said.out)
	check(t, err)
	check(t, first.Verify(key))
	if said.err != "" || first.Code != code[1] || first.Submission.String() != "comp1/a1/alice/1" || first.Pusher != "alice" || first.State != schema.TimelinessOnTime {
		t.Errorf("receipt %+v, standard error %q, the push said %s", first, said.err, code[1])
	}
	if commit := regexp.MustCompile(`^[0-9a-f]{40}`).FindString(b.mustGit("alice", "w", "rev-parse", "HEAD~1")); first.Commit != commit {
		t.Errorf("commit %s, want %s", first.Commit, commit)
	}
	if tree := regexp.MustCompile(`^[0-9a-f]{40}`).FindString(b.mustGit("alice", "w", "rev-parse", "HEAD~1^{tree}")); first.Tree != tree {
		t.Errorf("tree %s, want %s", first.Tree, tree)
	}
	latest, err := receipt.Parse(b.ssh("tina", "receipt", "comp1/a1/alice").out)
	check(t, err)
	if latest.Submission.Number != 2 || latest.Previous != first.Hash() {
		t.Errorf("latest %+v", latest)
	}
	if sub := b.submissions("alice")[0]; !latest.Received.Equal(sub.ReceivedAt) || latest.Code != sub.Receipt {
		t.Errorf("receipt %+v, submission %+v", latest, sub)
	}
}

// TestReceiptAfterTheEnd pushes after the assignment has ended. The push is kept, and its receipt
// says so.
func TestReceiptAfterTheEnd(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML + "due: " + b.clock.now().Add(time.Hour).In(b.course.Location()).Format("2006-01-02 15:04") + "\n")
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.clock.move(2 * time.Hour)
	b.push("alice", "w").says(t, "Kept but not graded", "receipt ")
	r, err := receipt.Parse(b.ssh("alice", "receipt", "comp1/a1").out)
	check(t, err)
	if r.State != schema.TimelinessAfterEnd {
		t.Errorf("receipt %+v", r)
	}
}

// TestReceiptKeyFile creates the key once. It refuses a key that others may read, or of another
// kind.
func TestReceiptKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "receipt_key")
	made, err := gitd.ReceiptKey(path)
	check(t, err)
	info, err := os.Stat(path)
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	again, err := gitd.ReceiptKey(path)
	if err != nil || !again.Equal(made) {
		t.Errorf("read again: %v", err)
	}
	check(t, os.Chmod(path, 0o644))
	if _, err := gitd.ReceiptKey(path); err == nil || !regexp.MustCompile("is open to others.*make it 0600").MatchString(err.Error()) {
		t.Errorf("open to others: %v", err)
	}
	rsa := filepath.Join(t.TempDir(), "rsa")
	check(t, command("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa).Run())
	if _, err := gitd.ReceiptKey(rsa); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("RSA: %v", err)
	}
}
