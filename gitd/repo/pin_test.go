package repo_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

func TestPinIsNeverMoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	first := w.commit()
	second := w.commit()
	w.mustPush(1)
	for range 2 {
		if _, err := b.Pin(1, "a1", first); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Pin(1, "a1", second); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("moved: %v", err)
	}
	b.server(1, "pack-refs", "--all")
	if _, err := b.Pin(1, "a1", first); err != nil {
		t.Errorf("again, packed: %v", err)
	}
	if _, err := b.Pin(1, "a1", second); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("moved, packed: %v", err)
	}
	if _, err := b.Pin(1, "b2", second); err != nil {
		t.Error(err)
	}
	pins, err := b.Pins(1)
	if diff := cmp.Diff(map[string]string{"a1": first, "b2": second}, pins); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if head, err := b.Head(1); err != nil || head != second {
		t.Errorf("head, packed: %s %v", head, err)
	}
	b.server(1, "fsck", "--strict")
}

func TestPinStaysWhenMainMovesOn(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	first := w.commit()
	w.mustPush(1)
	tree, err := b.Pin(1, "first", first) // main is at the commit, so one file has both names
	if want := w.must("rev-parse", first+"^{tree}"); err != nil || tree != want {
		t.Errorf("tree %s, want %s; %v", tree, want, err)
	}
	second := w.commit()
	w.mustPush(1)
	pins, err := b.Pins(1)
	if diff := cmp.Diff(map[string]string{"first": first}, pins); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if head, err := b.Head(1); err != nil || head != second {
		t.Errorf("head: %s %v", head, err)
	}
}

func TestPinNeedsNameAndExistingCommit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("a", "a")
	commit := w.commit()
	w.mustPush(1)
	for _, name := range []string{"", "../heads/x", "a/b", "-a", "A", "a.lock", "a b", strings.Repeat("a", 65)} {
		if _, err := b.Pin(1, name, commit); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("name %q: %v", name, err)
		}
	}
	for commit, code := range map[string]schema.Code{
		"":                            schema.CodeInvalid,
		"main":                        schema.CodeInvalid,
		"--all":                       schema.CodeInvalid,
		commit[:39]:                   schema.CodeInvalid,
		repo.NoCommit:                 schema.CodeInvalid,
		strings.Repeat("1", 40):       schema.CodeNotFound,
		w.must("rev-parse", "HEAD:a"): schema.CodeNotFound,
	} {
		if _, err := b.Pin(1, "x", commit); schema.CodeOf(err) != code {
			t.Errorf("commit %q: %v", commit, err)
		}
	}
	if _, err := b.Pin(2, "x", commit); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("no such repository: %v", err)
	}
}

func TestRepositoryEmptiedByCrashIsRepaired(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	commit := w.commit()
	w.mustPush(1)
	dir, err := b.Path(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HEAD", "config"} {
		if err := os.Truncate(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := b.Path(1); err != nil || again != dir {
		t.Fatalf("%s, %v", again, err)
	}
	if got := b.server(1, "rev-parse", "HEAD"); got != commit {
		t.Errorf("HEAD = %s", got)
	}
}

func TestReadingCreatesNoRepository(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	commit := strings.Repeat("1", 40)
	if head, err := b.Head(300); err != nil || head != repo.NoCommit {
		t.Errorf("head = %s, %v", head, err)
	}
	if pins, err := b.Pins(300); err != nil || len(pins) != 0 {
		t.Errorf("pins = %v, %v", pins, err)
	}
	if _, err := b.TreeOf(300, commit); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("tree: %v", err)
	}
	if _, err := b.Entries(context.Background(), 300, repo.Quarantine{}, commit, 1); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("entries: %v", err)
	}
	if _, err := os.Stat(filepath.Join(b.o.Dir, "1", "300.git")); !os.IsNotExist(err) {
		t.Errorf("made: %v", err)
	}
	if path, err := b.Path(300); err != nil || path != filepath.Join(b.o.Dir, "1", "300.git") {
		t.Errorf("path = %s, %v", path, err)
	}
	if _, err := b.Path(0); err == nil {
		t.Error("repository 0 was made")
	}
}

// TestDropTry checks that DropTry removes the ref of one try, loose or packed, and nothing else.
func TestDropTry(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	first := w.commit()
	w.mustPush(1)
	if _, err := b.Pin(1, "a1", first); err != nil {
		t.Fatal(err)
	}
	tip := func(name string) string {
		t.Helper()
		at, err := b.Tip(1, repo.TryRef(name))
		if err != nil {
			t.Error(err)
		}
		return at
	}
	b.server(1, "update-ref", repo.TryRef("packed"), first)
	b.server(1, "pack-refs", "--all")
	b.server(1, "update-ref", repo.TryRef("loose"), first)
	b.server(1, "update-ref", repo.TryRef("kept"), first)
	for _, name := range []string{"packed", "loose", "loose", "never"} {
		if err := b.DropTry(t.Context(), 1, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if at := tip(name); at != repo.NoCommit {
			t.Errorf("%s is at %s", name, at)
		}
	}
	if at := tip("kept"); at != first {
		t.Errorf("the other try is at %s", at)
	}
	if pins, err := b.Pins(1); err != nil || pins["a1"] != first {
		t.Errorf("pins %v, %v", pins, err)
	}
	if head, err := b.Head(1); err != nil || head != first {
		t.Errorf("main is at %s, %v", head, err)
	}
	if err := b.DropTry(t.Context(), 1, "../../heads/main"); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("another ref: %v", err)
	}
	if err := b.DropTry(t.Context(), 99, "loose"); err != nil {
		t.Errorf("a repository that is gone: %v", err)
	}
	b.server(1, "fsck", "--strict")
}
