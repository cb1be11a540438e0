package gitd_test

import (
	"strings"
	"testing"
)

// TestFollowedTagsAreIgnored checks pushes of main with annotated tags that push.followTags adds.
// The push counts, and neither it nor the next one fails.
func TestFollowedTagsAreIgnored(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.mustGit("alice", "w", "config", "push.followTags", "true")
	b.mustGit("alice", "w", "tag", "-a", "v1", "-m", "first")
	r := b.push("alice", "w")
	r.says(t, "not kept: the tag v1 is ignored; only the branch main is graded", "submission 1", "2 / 2", "v1 -> v1")
	again := b.push("alice", "w")
	again.says(t, "nothing new; main is at", "not kept: the tag v1 is ignored", "submission 1", "2 / 2")
	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	b.mustGit("alice", "w", "tag", "-a", "v2", "-m", "second")
	next := b.push("alice", "w", "-o", "nowait", "grader", "main")
	next.says(t, "not kept: 2 tags are ignored", "submission 2")
	if r.status != 0 || again.status != 0 || next.status != 0 || len(b.submissions("alice")) != 2 {
		t.Errorf("status %d, %d and %d, %d submissions\n%s%s%s", r.status, again.status, next.status, len(b.submissions("alice")), r.all(), again.all(), next.all())
	}
	if refs := b.mustGit("alice", "w", "ls-remote", "grader"); strings.Contains(refs, "tags") {
		t.Errorf("kept: %s", refs)
	}
}

// TestTagsBesideRefusedMain checks that the report on a refused main does not list the tags pushed
// with it.
func TestTagsBesideRefusedMain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "", "hello.o": ""})
	b.mustGit("alice", "w", "tag", "-a", "v1", "-m", "first")
	r := b.push("alice", "w", "--follow-tags", "grader", "main")
	r.says(t, "hello.o is forbidden", "main -> main (pre-receive hook declined)", "v1 -> v1 (main was not accepted)")
	other := b.push("alice", "w", "grader", "main:dev", "v1")
	other.says(t, "only the branch main is graded, and this is dev", "v1 -> v1 (only main is graded)")
	b.mustGit("alice", "w", "rm", "-q", "hello.o")
	b.commit("alice", "w", nil)
	dry := b.push("alice", "w", "-o", "dry-run", "grader", "main", "v1")
	dry.says(t, "v1 -> v1 (main was not accepted)")
	if r.status == 0 || other.status == 0 || dry.status == 0 {
		t.Errorf("status %d, %d and %d", r.status, other.status, dry.status)
	}
}

// TestTagsOfMainAlone pushes lightweight tags, and tags of tags, for commits that main has.
func TestTagsOfMainAlone(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1")
	b.mustGit("alice", "w", "tag", "light")
	b.mustGit("alice", "w", "tag", "-a", "heavy", "-m", "x")
	b.mustGit("alice", "w", "tag", "-a", "heavier", "-m", "y", "heavy")
	r := b.push("alice", "w", "--tags", "grader")
	r.says(t, "not kept: 3 tags are ignored", "submission 1")
	if r.status != 0 {
		t.Errorf("status %d", r.status)
	}
}
