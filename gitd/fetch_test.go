package gitd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFirstCloneServesStarterThenOwnWork(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.mustGit("alice", "", "clone", "-q", "-o", "grader", b.url("comp1/a1.git"), "mine")
	notes, err := os.ReadFile(filepath.Join(b.dir, "mine/sub/notes.txt"))
	if err != nil || string(notes) != "notes\n" {
		t.Fatalf("the starter's file: %q, %v", notes, err)
	}
	b.mustGit("bob", "", "clone", "-q", b.url("comp1/a1"), "his")
	if a, b := b.mustGit("alice", "mine", "rev-parse", "HEAD"), b.mustGit("bob", "his", "rev-parse", "HEAD"); a != b {
		t.Errorf("two starters: %s and %s", a, b)
	}
	b.commit("alice", "mine", map[string]string{"hello.c": "mine"})
	b.push("alice", "mine").says(t, "submission 1", "2 / 2", "main -> main")
	b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "again")
	if content, _ := os.ReadFile(filepath.Join(b.dir, "again/hello.c")); string(content) != "mine" {
		t.Errorf("a clone has %q", content)
	}
	// A first push that has no common history with the starter is accepted too.
	b.tree("bob", "fresh", "comp1/a1", map[string]string{"hello.c": "bob"})
	b.push("bob", "fresh").says(t, "submission 1", "main -> main")
}

func TestStaffFetchOwnersRepositories(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	missing := run(t, b.git("tina", "", "clone", b.url("comp1/a1/students/alice"), "none"))
	missing.says(t, "nothing was pushed to comp1/a1/students/alice yet")
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	b.push("alice", "w").says(t, "submission 1")
	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	b.mustGit("alice", "w", "commit", "-q", "--amend", "-m", "amended")
	b.push("alice", "w", "--force", "grader", "main").says(t, "submission 2")
	refs := b.mustGit("tina", "w", "ls-remote", b.url("comp1/a1/students/alice"))
	for i, sub := range b.submissions("alice") { // newest first
		if want := fmt.Sprintf("%s\trefs/submissions/%d\n", sub.Commit, 2-i); !strings.Contains(refs, want) {
			t.Errorf("%q is missing in\n%s", want, refs)
		}
	}
	if n := strings.Count(refs, "refs/submissions/"); n != 2 {
		t.Errorf("%d submissions in\n%s", n, refs)
	}
	b.mustGit("tina", "", "init", "-q", "marking")
	b.mustGit("tina", "marking", "fetch", "-q", b.url("comp1/a1/students/alice"), "refs/submissions/1")
	if got := b.mustGit("tina", "marking", "show", "FETCH_HEAD:hello.c"); got != "1" {
		t.Errorf("submission 1 has %q", got)
	}
	if refs := b.mustGit("alice", "w", "ls-remote", b.url("comp1/a1")); strings.Contains(refs, "submissions") {
		t.Errorf("a student sees pins:\n%s", refs)
	}
	b.mustGit("tina", "", "clone", "-q", b.url("comp1/a1/tests"), "tests-of-tina")
	for path, want := range map[string]string{
		"comp1/a1/tests":          "only the staff of comp1 read this repository",
		"comp1/a1/students/alice": "only the staff of comp1 read the repositories of students",
		"comp1/a2":                "there is no assignment comp1/a2 yet",
	} {
		r := run(t, b.git("bob", "", "clone", b.url(path), "no"))
		if r.status == 0 {
			t.Errorf("bob cloned %s", path)
		}
		r.says(t, "fatal: remote error: ", want)
	}
}
