package gitd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRefusedPushes checks that a refusal names the rule, the finding and the remedy. It also checks that nothing was
// counted, as the refusal says.
func TestRefusedPushes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	good := map[string]string{"hello.c": "int main(){}\n"}
	tests := map[string]struct {
		prepare func(dir string) []string // returns the arguments of git push
		want    []string
	}{
		"wrong branch": {func(dir string) []string {
			b.mustGit("alice", dir, "branch", "-m", "dev")
			return []string{"grader", "dev"}
		}, []string{
			"refused: only the branch main is graded, and this is dev. Push it as main:", "git push " + b.url("comp1/a1") + " dev:main\nremote: Nothing was counted.",
			"! [remote rejected] dev -> dev (only main is graded)"}},
		"tag": {func(dir string) []string {
			b.mustGit("alice", dir, "tag", "v1")
			return []string{"grader", "v1"}
		}, []string{"refused: only the branch main is graded, and this is refs/tags/v1.", "Nothing was counted.", "(tags are not kept)"}},
		"two refs": {func(dir string) []string {
			b.mustGit("alice", dir, "branch", "dev")
			return []string{"grader", "main", "dev"}
		}, []string{"refused: one branch is pushed at a time, and these are 2 refs.", "main -> main (one ref at a time)", "dev -> dev (one ref at a time)", "Nothing was counted."}},
		"unknown option": {func(string) []string { return []string{"-o", "fast\x1b[31m", "grader", "main"} }, []string{
			`refused: push option "fast`, "is unknown. Use nowait, color, exit-code", "(push option refused)", "Nothing was counted."}},
		"required file missing": {func(dir string) []string {
			b.mustGit("alice", dir, "mv", "hello.c", "hallo.c")
			b.commit("alice", dir, nil)
			return nil
		}, []string{"hello.c is required and missing. Nothing was counted.", "main -> main (pre-receive hook declined)"}},
		"forbidden file": {func(dir string) []string {
			b.commit("alice", dir, map[string]string{"hello.o": "x"})
			return nil
		}, []string{"refused: hello.o", "Nothing was counted.", "(pre-receive hook declined)"}},
		"too many files": {func(dir string) []string {
			b.commit("alice", dir, map[string]string{"1": "", "2": "", "3": "", "4": "", "5": ""})
			return nil
		}, []string{"refused: ", "6", "5", "Nothing was counted."}},
		"symlink": {func(dir string) []string {
			check(t, os.Symlink("/etc/passwd", filepath.Join(b.dir, dir, "link")))
			b.commit("alice", dir, nil)
			return nil
		}, []string{"refused: link ", "symbolic link", "Nothing was counted."}},
		"submodule": {func(dir string) []string {
			b.mustGit("alice", dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
			b.mustGit("alice", dir, "commit", "-q", "-m", "sub")
			return nil
		}, []string{"refused: sub ", "submodule", "Nothing was counted."}},
		"empty tree": {func(dir string) []string {
			b.mustGit("alice", dir, "rm", "-q", "hello.c")
			b.commit("alice", dir, nil)
			return nil
		}, []string{"refused: ", "Nothing was counted."}},
	}
	for name, test := range tests {
		dir := strings.ReplaceAll(name, " ", "-")
		b.tree("alice", dir, "comp1/a1", good)
		r := b.push("alice", dir, test.prepare(dir)...)
		if r.status == 0 {
			t.Errorf("%s: status 0", name)
		}
		r.says(t, test.want...)
		if strings.Contains(r.all(), "\x1b") {
			t.Errorf("%s: an escape in %q", name, r.all())
		}
	}
	if subs := b.submissions("alice"); len(subs) != 0 {
		t.Errorf("%d submissions", len(subs))
	}
	if open, err := b.store.OpenIntents(t.Context(), 0); err != nil || len(open) != 0 {
		t.Errorf("open intents: %v, %v", open, err)
	}
}

func TestMainCannotBeDeleted(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1")
	r := b.push("alice", "w", "grader", ":main")
	r.says(t, "refused: main cannot be deleted: what was handed in stays.", "Nothing was counted.", "main (main cannot be deleted)")
	if r.status == 0 {
		t.Error("status 0")
	}
	b.push("alice", "w").says(t, "grader: nothing new; main is at", "submission 1", "Everything up-to-date")
}

// TestRefusedBeforeAdvertisement checks refusals that do not depend on the commands: they come before the client sends
// anything.
func TestRefusedBeforeAdvertisement(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	const absent = "there is no assignment comp1/a9 yet"
	tests := map[string]struct{ key, path, want string }{
		"unknown course":        {"alice", "comp9/a1", "fatal: remote error: comp9 is unknown, or you are not enrolled"},
		"not enrolled":          {"eve", "comp1/a1", "fatal: remote error: comp1 is unknown, or you are not enrolled"},
		"unknown assignment":    {"alice", "comp1/a9", absent},
		"another's repository":  {"alice", "comp1/a1/students/bob", "you cannot push to another person's repository; your own is comp1/a1"},
		"tests by a student":    {"alice", "comp1/a1/tests", "only instructors of comp1 push to comp1/a1/tests"},
		"tests by a TA":         {"tina", "comp1/a1/tests", "only instructors of comp1 push to comp1/a1/tests"},
		"course repository":     {"tina", "comp1/course", "only instructors of comp1 push to comp1/course"},
		"a path that is none":   {"alice", "../../etc", "is not a repository; use COURSE/ASSIGNMENT"},
		"a path of one segment": {"alice", "comp1", "is not a repository"},
	}
	for name, test := range tests {
		r := run(t, b.git(test.key, "w", "push", b.url(test.path), "main"))
		if r.status == 0 {
			t.Errorf("%s: status 0", name)
		}
		r.says(t, test.want)
	}
}

func TestAssignmentIsHiddenBeforeRelease(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish("release: " + time.Now().AddDate(0, 0, 2).Format("2006-01-02") + " 09:00\n" + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	r := b.push("alice", "w")
	if r.status == 0 {
		t.Error("status 0")
	}
	r.says(t, `there is no assignment comp1/a1 yet; the command "status comp1" lists the assignments`)
	if status := b.ssh("alice", "status", "comp1/a1"); status.status == 0 || strings.Contains(status.all(), "Hello") {
		t.Errorf("status says %q", status.all())
	}
	b.tree("ida", "try", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("ida", "try").says(t, "try-out 1 (not counted)", "2 / 2")
	b.clock.move(72 * time.Hour)
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
}
