package gitd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// correctStarter pushes tests with another starter.
func (b *bundle) correctStarter(content string) {
	b.t.Helper()
	b.commit("ida", "tests", map[string]string{"starter/hello.c": content})
	if r := b.push("ida", "tests"); r.status != 0 {
		b.t.Fatalf("tests push: status %d\n%s", r.status, r.all())
	}
}

func (b *bundle) file(name string) string {
	b.t.Helper()
	content, err := os.ReadFile(filepath.Join(b.dir, name))
	check(b.t, err)
	return string(content)
}

// TestCorrectedStarterBeforeFirstPush checks that before the first push git pull fetches a
// corrected starter, with or without local commits.
func TestCorrectedStarterBeforeFirstPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "w")
	b.mustGit("bob", "", "clone", "-q", b.url("comp1/a1"), "v")
	b.commit("bob", "v", map[string]string{"notes.txt": "mine\n"})
	b.correctStarter("/* read the handout */\n")
	for login, dir := range map[string]string{"alice": "w", "bob": "v"} {
		b.mustGit(login, dir, "-c", "pull.rebase=false", "pull", "-q", "--no-edit")
		if got := b.file(dir + "/hello.c"); got != "/* read the handout */\n" {
			t.Errorf("%s has %q", login, got)
		}
		r := b.push(login, dir, "origin", "main")
		r.says(t, "submission 1")
		if strings.Contains(r.all(), "starter") {
			t.Errorf("%s, who has the newest starter, is told of one:\n%s", login, r.all())
		}
	}
}

// TestCorrectedStarterAfterFirstPush checks that after the first push status, the greeting and the
// next push announce the new starter with one command, which works. Students who began without the
// starter do not read it.
func TestCorrectedStarterAfterFirstPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "w")
	b.commit("alice", "w", map[string]string{"notes.txt": "mine\n"})
	b.push("alice", "w", "origin", "main").says(t, "submission 1")
	b.tree("bob", "v", "comp1/a1", map[string]string{"hello.c": "bob"})
	b.push("bob", "v").says(t, "submission 1")
	if r := b.ssh("alice", "status", "comp1/a1"); strings.Contains(r.all(), "starter") {
		t.Errorf("told of a starter that was not corrected:\n%s", r.all())
	}
	b.correctStarter("/* read the handout */\n")
	pull := "git pull --no-rebase --no-edit " + b.url("comp1/a1") + " starter"
	b.ssh("alice", "status", "comp1/a1").says(t, "the starter was corrected after you began", pull)
	b.ssh("alice").says(t, pull)
	b.commit("alice", "w", map[string]string{"notes.txt": "more\n"})
	r := b.push("alice", "w", "origin", "main")
	r.says(t, "submission 2", "The starter was corrected after you began. To merge it:", pull)
	s := &student{bundle: b, t: t, login: "alice", dir: "w", path: "comp1/a1"}
	if merged := s.shell(strings.Join(commands(r.all()), "\n")); merged.status != 0 {
		t.Fatalf("%q: status %d\n%s", commands(r.all()), merged.status, merged.all())
	}
	if got := b.file("w/hello.c") + b.file("w/notes.txt"); got != "/* read the handout */\nmore\n" {
		t.Errorf("merged: %q", got)
	}
	if r := b.push("alice", "w", "origin", "main"); r.status != 0 || strings.Contains(r.all(), "starter was corrected") {
		t.Errorf("after the merge: status %d\n%s", r.status, r.all())
	}
	if r := b.ssh("bob", "status", "comp1/a1"); strings.Contains(r.all(), "starter") {
		t.Errorf("bob, who began without it, is told of a starter:\n%s", r.all())
	}
	// A second correction, and one that reverts the first, come by the same git pull.
	b.correctStarter("/* start here */\n")
	b.mustGit("alice", "w", "pull", "-q", "--no-rebase", "--no-edit", b.url("comp1/a1"), "starter")
	if got := b.file("w/hello.c"); got != "/* start here */\n" {
		t.Errorf("after the second correction: %q", got)
	}
}
