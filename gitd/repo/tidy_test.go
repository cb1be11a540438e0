package repo_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packs counts the packs of repository 1.
func (b *bundle) packs() int {
	b.t.Helper()
	dir, err := b.Path(1)
	if err != nil {
		b.t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "objects/pack/*.idx"))
	if err != nil {
		b.t.Fatal(err)
	}
	return len(found)
}

func TestTidyRepacksWithoutLoss(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	want := map[string]string{}
	for i := range 25 {
		w.write("a", fmt.Sprint(i))
		commit := w.commit()
		w.mustPush(1)
		name := fmt.Sprintf("p%d", i)
		if _, err := b.Pin(1, name, commit); err != nil {
			t.Fatal(err)
		}
		want[name] = commit
		if i == 5 {
			if err := b.Tidy(t.Context(), 1); err != nil || b.packs() != 6 {
				t.Fatalf("few packs were tidied: %d, %v", b.packs(), err)
			}
		}
	}
	if err := b.Tidy(t.Context(), 1); err != nil || b.packs() > 5 {
		t.Errorf("%d packs are left, %v", b.packs(), err)
	}
	pins, err := b.Pins(1)
	if diff := cmp.Diff(want, pins); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, commit := range want {
		if err := b.ExportTar(t.Context(), 1, commit, io.Discard); err != nil {
			t.Errorf("export %s: %v", commit, err)
		}
	}
	b.server(1, "fsck", "--strict")
}

func TestTidyWaitsForPushesAndYieldsToReaders(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	var last string
	for i := range 21 {
		w.write("a", fmt.Sprint(i))
		last = w.commit()
		w.mustPush(1)
	}
	lock, err := b.Lock(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	busy, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Tidy(busy, 1); err == nil || b.packs() != 21 {
		t.Errorf("tidied beside a push: %d packs, %v", b.packs(), err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	tidied := false
	err = b.ExportTar(t.Context(), 1, last, writer(func(p []byte) (int, error) {
		if !tidied {
			tidied = true
			if err := b.Tidy(t.Context(), 1); err != nil || b.packs() != 21 {
				t.Errorf("tidied under a reader: %d packs, %v", b.packs(), err)
			}
		}
		return len(p), nil
	}))
	if err != nil || !tidied {
		t.Errorf("export: %v", err)
	}
}

// writer is a function that implements io.Writer.
type writer func(p []byte) (int, error)

// Write implements io.Writer.
func (w writer) Write(p []byte) (int, error) { return w(p) }
