package gitd_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd"
	"github.com/grader/grader/schema"
)

// upload hands files in for a person, as the site does.
func (b *bundle) upload(login string, replace bool, files map[string]string) error {
	b.t.Helper()
	_, err := b.uploaded(login, replace, files)
	return err
}

// uploaded is like upload and returns what the files were recorded as.
func (b *bundle) uploaded(login string, replace bool, files map[string]string) (schema.Uploaded, error) {
	b.t.Helper()
	user, err := b.store.UserByLogin(b.t.Context(), login)
	check(b.t, err)
	u := schema.Upload{Path: "comp1/a1", Replace: replace, Name: "Alice <Archer>", Email: login, Message: "Hand in by upload", At: b.clock.now()}
	for path, text := range files {
		u.Files = append(u.Files, schema.UploadFile{Path: path, Data: []byte(text)})
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	return b.server.Upload(ctx, schema.Actor{User: user, Channel: schema.ChannelWeb, Key: b.fingerprint(login)}, u)
}

// TestUploadIsAPush hands in twice without git and then once with git.
func TestUploadIsAPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	check(t, b.upload("alice", false, map[string]string{"hello.c": "int main(){}\n", "src/deep/run.sh": "#!/bin/sh\n"}))
	check(t, b.upload("alice", false, map[string]string{"notes.txt": "second\n"}))
	subs := b.submissions("alice")
	if len(subs) != 2 || subs[0].Name.Number != 2 || subs[0].TryOut {
		t.Fatalf("submissions %+v", subs)
	}
	b.mustGit("alice", ".", "clone", "-q", b.url("comp1/a1"), "clone")
	if got := b.mustGit("alice", "clone", "ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD"); got != "100644 hello.c\n100644 notes.txt\n100755 src/deep/run.sh\n" {
		t.Errorf("files %q", got)
	}
	if got := b.mustGit("alice", "clone", "log", "--format=%an|%s", "-1"); got != "Alice Archer|Hand in by upload\n" {
		t.Errorf("commit %q", got)
	}
	b.commit("alice", "clone", map[string]string{"hello.c": "int main(){return 0;}\n"})
	b.mustGit("alice", "clone", "push", "-q", "-o", "nowait", "origin", "HEAD:main")
	check(t, b.upload("alice", true, map[string]string{"hello.c": "int main(){return 1;}\n"}))
	b.mustGit("alice", "clone", "pull", "-q", "origin", "main")
	if got := b.mustGit("alice", "clone", "ls-files"); got != "hello.c\n" {
		t.Errorf("files %q", got)
	}
	if n := len(b.submissions("alice")); n != 4 {
		t.Errorf("%d submissions, want 4", n)
	}
}

// TestUploadObeysTheRulesOfAPush checks refusals of every stage. None leaves a submission.
func TestUploadObeysTheRulesOfAPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	for name, one := range map[string]struct {
		who   string
		files map[string]string
		code  schema.Code
		want  string
	}{
		"a required file is missing": {"alice", map[string]string{"bye.c": ""}, schema.CodeRefused, "hello.c"},
		"a forbidden file":           {"alice", map[string]string{"hello.c": "", "hello.o": ""}, schema.CodeRefused, "hello.o"},
		"too many files":             {"alice", map[string]string{"hello.c": "", "1": "", "2": "", "3": "", "4": "", "5": ""}, schema.CodeRefused, "at most 5"},
		"two files that collide":     {"alice", map[string]string{"hello.c": "", "HELLO.c": ""}, schema.CodeRefused, "HELLO.c"},
		"a stranger":                 {"eve", map[string]string{"hello.c": ""}, schema.CodeNotFound, "comp1"},
	} {
		err := b.upload(one.who, true, one.files)
		if schema.CodeOf(err) != one.code || !strings.Contains(schema.MessageOf(err), one.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(b.submissions("alice")); n != 0 {
		t.Errorf("%d submissions", n)
	}
}

// TestUploadRefusalCodes uploads files whose names look like git's messages for a temporary
// refusal, and makes real temporary refusals.
func TestUploadRefusalCodes(t *testing.T) {
	t.Parallel()
	var broken brokenTerms
	b := newBundle(t, func(b *bundle) {
		broken.Ledger = b.ledger
		b.ledger, b.limits.Lock = &broken, 100*time.Millisecond
	})
	b.publish(strings.Replace(assignmentYAML, "{max_files: 5}", "{max_files: 5, limit: {count: 9, per: assignment}}", 1))
	refused := func(name string, files map[string]string, code schema.Code, words string) {
		t.Helper()
		err := b.upload("alice", true, files)
		if schema.CodeOf(err) != code || !strings.Contains(schema.MessageOf(err), words) {
			t.Errorf("%s: %s: %s; want %s: %s", name, schema.CodeOf(err), schema.MessageOf(err), code, words)
		}
	}
	refused("a name like busy", map[string]string{"hello.c": "", "x (busy).o": ""}, schema.CodeRefused, "x (busy).o")
	refused("a name like a pause", map[string]string{"hello.c": "", "(try again later).o": ""}, schema.CodeRefused, "(try again later).o")
	refused("a name like git's line", map[string]string{"hello.c": "", "! [remote rejected] main -> main (busy).o": ""}, schema.CodeRefused, "[remote rejected]")

	check(t, b.upload("alice", true, map[string]string{"hello.c": "1"}))
	lock, err := b.repos.Lock(t.Context(), b.submissions("alice")[0].Repository)
	check(t, err)
	refused("another push", map[string]string{"hello.c": "2"}, schema.CodeUnavailable, "another push to this repository")
	check(t, lock.Unlock())

	broken.from.Store(1)
	refused("terms that cannot be read", map[string]string{"hello.c": "2"}, schema.CodeUnavailable, "something went wrong on our side")
	broken.from.Store(2)
	refused("terms that cannot be read again", map[string]string{"hello.c": "2"}, schema.CodeUnavailable, "something went wrong on our side")
	broken.from.Store(0)

	is, err := b.uploaded("alice", true, map[string]string{"hello.c": "2"})
	if check(t, err); is.Submission.String() != "comp1/a1/alice/2" {
		t.Errorf("it became %+v", is)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	check(t, b.server.Stop(ctx))
	refused("a server that stops", map[string]string{"hello.c": "3"}, schema.CodeUnavailable, "the server is stopping")
	b.start()
}

// brokenTerms is a ledger that cannot read the terms of a push from the Nth call on.
type brokenTerms struct {
	gitd.Ledger
	from, asked atomic.Int64 // from 0: reading never fails
}

func (l *brokenTerms) Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error) {
	if from := l.from.Load(); from > 0 && l.asked.Add(1) >= from {
		l.asked.Store(0)
		return course.Terms{}, errors.New("the disk is gone")
	}
	return l.Ledger.Terms(ctx, assignment, owner, now)
}

func TestUploadCountsTowardsPushLimit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(strings.Replace(assignmentYAML, "{max_files: 5}", "{max_files: 5, limit: {count: 1, per: assignment}}", 1))
	check(t, b.upload("alice", false, map[string]string{"hello.c": "1"}))
	err := b.upload("alice", false, map[string]string{"hello.c": "2"})
	if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(err.Error(), "1 of 1 submissions") {
		t.Errorf("%v", err)
	}
}

// TestUploadOfTestsIsACandidate edits, adds and deletes files of a tests repository as the site's
// editor does. It checks that an upload is refused if the person may not push, or if it was made
// from an older commit.
func TestUploadOfTestsIsACandidate(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	newest := func() schema.Version {
		v, err := b.store.VersionByNumber(t.Context(), a.ID, 0)
		check(t, err)
		return v
	}
	edit := func(login, base string) error {
		user, err := b.store.UserByLogin(t.Context(), login)
		check(t, err)
		_, err = b.server.Upload(t.Context(), schema.Actor{User: user, Channel: schema.ChannelWeb}, schema.Upload{
			Path: "comp1/a1/tests", Base: base, Removed: []string{"starter/sub/notes.txt"}, Name: login, Message: "Edit", At: b.clock.now(),
			Files: []schema.UploadFile{{Path: "assignment.yaml", Data: []byte(strings.Replace(assignmentYAML, "Hello", "Hi", 1))}, {Path: "cases/1.in", Data: []byte("1\n")}},
		})
		return err
	}
	first := newest()
	if err := edit("alice", first.Commit); schema.CodeOf(err) != schema.CodeForbidden {
		t.Errorf("a student: %v", err)
	}
	check(t, edit("ida", first.Commit))
	second := newest()
	if second.Number != 2 || !strings.Contains(string(second.Source), "A1: Hi") {
		t.Errorf("version %d: %s", second.Number, second.Source)
	}
	b.mustGit("ida", ".", "clone", "-q", b.url("comp1/a1/tests"), "edited")
	if got := b.mustGit("ida", "edited", "ls-files"); got != "assignment.yaml\ncases/1.in\nstarter/hello.c\n" {
		t.Errorf("files %q", got)
	}
	if err := edit("ida", first.Commit); schema.CodeOf(err) != schema.CodeConflict || !strings.Contains(schema.MessageOf(err), "open the page again") {
		t.Errorf("from an older commit: %v", err)
	}
	if got := newest(); got.Number != 2 {
		t.Errorf("version %d was made", got.Number)
	}
}
