package repo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

// TestExportAheadIsUsedOnce removes the objects after the export, so that only the kept archive has
// the tree.
func TestExportAheadIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("main.c", "int main(void) { return 0; }\n")
	commit := w.commit()
	w.mustPush(1)
	b.ExportAhead(1, commit)
	if n := repo.AwaitAhead(b.Store); n != 1 {
		t.Fatalf("%d exports are kept, want 1", n)
	}
	dir, err := b.Path(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "objects/pack")); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.ExportTar(t.Context(), 1, commit, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"644 main.c": "int main(void) { return 0; }\n"}, untar(t, &out)); diff != "" {
		t.Error(diff)
	}
	if err := b.ExportTar(t.Context(), 1, commit, &out); err == nil {
		t.Error("the archive was kept after it was used")
	}
}

// TestExportAheadThatFails exports a tree that is not small, and a commit that does not exist.
func TestExportAheadThatFails(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	large := strings.Repeat("0123456789abcdef", schema.MaxEnclosed/16)
	w.write("large", large)
	commit := w.commit()
	w.mustPush(1)
	b.ExportAhead(1, commit)
	b.ExportAhead(1, strings.Repeat("a", 40))
	var out bytes.Buffer
	if err := b.ExportTar(t.Context(), 1, commit, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"644 large": large}, untar(t, &out)); diff != "" {
		t.Error(diff)
	}
	if err := b.ExportTar(t.Context(), 1, strings.Repeat("a", 40), &out); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("an unknown commit: %v", err)
	}
}

// TestExportsAheadAreBounded exports one tree more often than trees are kept.
func TestExportsAheadAreBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	w.write("a", "a\n")
	commit := w.commit()
	w.mustPush(1)
	for range 100 {
		b.ExportAhead(1, commit)
	}
	if n := repo.AwaitAhead(b.Store); n != 32 {
		t.Errorf("%d exports are kept, want 32", n)
	}
}
