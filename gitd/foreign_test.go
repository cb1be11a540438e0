package gitd_test

import (
	"encoding/hex"
	"strings"
	"testing"
)

// TestOldObjectsAreAccepted pushes commits and trees as other tools wrote them years ago. People who import a project cannot
// repair its history.
func TestOldObjectsAreAccepted(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	s := &student{bundle: b, t: t, login: "alice", dir: "w", path: "comp1/a1"}
	tree := strings.TrimSpace(s.git("rev-parse", "HEAD^{tree}"))
	blob, err := hex.DecodeString(strings.TrimSpace(s.git("rev-parse", "HEAD:hello.c")))
	check(t, err)
	padded := s.object("tree", "0100644 hello.c\x00"+string(blob))
	const good = "old <old@x> 1287367363 +0000"
	for name, text := range map[string]string{
		"zone of three digits":     "tree " + tree + "\nauthor old <old@x> 1287367363 -700\ncommitter old <old@x> 1287367363 -700\n\nx\n",
		"zone of seven digits":     "tree " + tree + "\nauthor old <old@x> 1287367363 +0059300\ncommitter " + good + "\n\nx\n",
		"date with a zero":         "tree " + tree + "\nauthor old <old@x> 01287367363 +0000\ncommitter " + good + "\n\nx\n",
		"date that is too large":   "tree " + tree + "\nauthor old <old@x> 99999999999999999999 +0000\ncommitter " + good + "\n\nx\n",
		"no space before the date": "tree " + tree + "\nauthor old <old@x>1287367363 +0000\ncommitter " + good + "\n\nx\n",
		"no address":               "tree " + tree + "\nauthor old 1287367363 +0000\ncommitter " + good + "\n\nx\n",
		"no space before address":  "tree " + tree + "\nauthor old<old@x> 1287367363 +0000\ncommitter " + good + "\n\nx\n",
		"no name":                  "tree " + tree + "\nauthor <old@x> 1287367363 +0000\ncommitter " + good + "\n\nx\n",
		"two authors":              "tree " + tree + "\nauthor " + good + "\nauthor " + good + "\ncommitter " + good + "\n\nx\n",
		"NUL in the message":       "tree " + tree + "\nauthor " + good + "\ncommitter " + good + "\n\nx\x00y\n",
		"mode with a zero":         "tree " + padded + "\nauthor " + good + "\ncommitter " + good + "\n\nx\n",
	} {
		s.commitRaw(text)
		if r := s.push("--force", "grader", "main"); r.status != 0 {
			t.Errorf("%s: status %d\n%s", name, r.status, r.all())
		}
		// The same object at the tip of main is read in more places.
		s.git("update-ref", "refs/heads/main", s.object("commit", text))
		if r := s.push("--force", "grader", "main"); r.status != 0 {
			t.Errorf("%s, at the tip: status %d\n%s", name, r.status, r.all())
		}
		b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "clone-"+strings.ReplaceAll(name, " ", "-"))
	}
}

// TestShallowCloneOfMainIsAccepted checks that a shallow clone of main pushes like any other.
func TestShallowCloneOfMainIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	b.push("alice", "w").says(t, "submission 1")
	b.mustGit("alice", "", "clone", "-q", "--depth", "1", b.url("comp1/a1"), "shallow")
	b.push("alice", "shallow", "origin", "main").says(t, "nothing new; main is at", "submission 1")
	b.commit("alice", "shallow", map[string]string{"hello.c": "3"})
	b.push("alice", "shallow", "origin", "main").says(t, "submission 2", "2 / 2")
}

// TestSecondRepositoryGetsAdvice pushes a second repository of the same student. To the server this looks like a push
// with nothing new. The message explains that, and its one command hands in the repository.
func TestSecondRepositoryGetsAdvice(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	b.push("alice", "w").says(t, "submission 1")
	b.tree("alice", "fresh", "comp1/a1", map[string]string{"hello.c": "2"})
	s := &student{bundle: b, t: t, login: "alice", dir: "fresh", path: "comp1/a1"}
	r := s.push()
	r.says(t, "grader: nothing new; main is at", `That was main as it is here. If git says "rejected" now, it sent`, "(fetch first)")
	if r.status == 0 || len(b.submissions("alice")) != 1 {
		t.Errorf("status %d, %d submissions", r.status, len(b.submissions("alice")))
	}
	s.follows(r, 2)
}

// follows runs the command in the output outside of a push's side-band.
func (s *student) follows(r result, submissions int) {
	s.t.Helper()
	script := strings.Join(typed(r), "\n")
	if script == "" {
		s.t.Fatalf("no command in\n%s", r.all())
	}
	if again := s.shell(script); again.status != 0 || len(s.submissions(s.login)) != submissions {
		s.t.Errorf("%s: status %d, %d submissions\n%s", script, again.status, len(s.submissions(s.login)), again.all())
	}
}

// typed returns the commands in the server's output outside of git's.
func typed(r result) []string {
	var all []string
	for line := range strings.Lines(r.all()) {
		if c, ok := strings.CutPrefix(line, "    "); ok && strings.HasPrefix(c, "git ") {
			all = append(all, strings.TrimSuffix(c, "\n"))
		}
	}
	return all
}

func TestForceWithLeaseAfterCloningStarter(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "w")
	b.commit("alice", "w", map[string]string{"hello.c": "mine"})
	s := &student{bundle: b, t: t, login: "alice", dir: "w", path: "comp1/a1"}
	r := s.push("--force-with-lease", "origin", "main")
	r.says(t, "grader: nothing was sent, and nothing was pushed here before.", `If git says "stale info" now, push without --force-with-lease:`, "(stale info)")
	if r.status == 0 {
		t.Error("status 0")
	}
	s.follows(r, 1)
	b.mustGit("alice", "w", "fetch", "-q", "origin")
	b.commit("alice", "w", map[string]string{"hello.c": "more"})
	if r := s.push("--force-with-lease", "origin", "main"); r.status != 0 {
		t.Errorf("after a fetch: status %d\n%s", r.status, r.all())
	}
}

// TestSHA256RepositoryGetsAdvice pushes a SHA-256 repository: git ends with a message that the hash is not supported, and the
// server adds what to do.
func TestSHA256RepositoryGetsAdvice(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.mustGit("alice", "", "init", "-q", "-b", "main", "--object-format=sha256", "w")
	b.mustGit("alice", "w", "remote", "add", "grader", b.url("comp1/a1"))
	b.commit("alice", "w", map[string]string{"hello.c": "1", "sub/more.c": ""})
	s := &student{bundle: b, t: t, login: "alice", dir: "w", path: "comp1/a1"}
	r := s.push()
	r.says(t, "fatal: ", "grader: git ended without a push. If this is a SHA-256 repository:")
	if r.status == 0 {
		t.Error("status 0")
	}
	script := strings.Join(typed(r), "\n")
	if again := s.shell(script); again.status != 0 || len(b.submissions("alice")) != 1 {
		t.Errorf("%s: status %d\n%s", script, again.status, again.all())
	}
	b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "again")
	if files := b.mustGit("alice", "again", "ls-files"); files != "hello.c\nsub/more.c\n" {
		t.Errorf("handed in: %q", files)
	}
	// If the repository has commits already, git's message is different.
	b.mustGit("alice", "", "init", "-q", "-b", "main", "--object-format=sha256", "v")
	b.mustGit("alice", "v", "remote", "add", "grader", b.url("comp1/a1"))
	b.commit("alice", "v", map[string]string{"hello.c": "2"})
	b.push("alice", "v").says(t, "fatal: ", "grader: git ended without a push.")
}

func TestLFSIsAnsweredInOneSentence(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	for _, command := range []string{"git-lfs-authenticate comp1/a1 upload", "git-lfs-transfer comp1/a1 upload"} {
		r := b.ssh("alice", strings.Fields(command)...)
		const want = "grader: Git LFS is not supported: commit the files themselves, and push with git push --no-verify\n"
		if r.status != 2 || r.out != "" || r.err != want {
			t.Errorf("%s: status %d, %q", command, r.status, r.all())
		}
	}
}
