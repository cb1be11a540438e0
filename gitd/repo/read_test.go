package repo_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

// untar returns the files of a tar: "mode path" to content.
func untar(t *testing.T, r io.Reader) map[string]string {
	t.Helper()
	found := make(map[string]string)
	last := ""
	for in := tar.NewReader(r); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg || !header.ModTime.Equal(time.Unix(0, 0)) || header.Name <= last {
			t.Errorf("header %+v after %q", header, last)
		}
		last = header.Name
		found[fmt.Sprintf("%o %s", header.Mode, header.Name)] = string(content)
	}
}

func TestTarEqualsTheTree(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	big := strings.Repeat("0123456789abcdef\n", 200_000) // large enough to be streamed
	w.write("big", big)
	w.write(".gitattributes", "secret export-ignore\n*.c export-subst\n")
	w.write("secret", "s\n")
	w.write("a.c", "$Format:%H$\n")
	w.write("a/b/c.txt", "")
	w.write("a-b", "sorted before a/\n")
	w.write("run", "#!/bin/sh\n")
	if err := os.Chmod(w.dir+"/run", 0o755); err != nil {
		t.Fatal(err)
	}
	w.write("new\nline \xff", "odd\n")
	w.commit()
	w.write("big", big+"one more\n")
	commit := w.commit()
	w.mustPush(1)
	b.server(1, "repack", "-adfq", "--depth=50") // stores deltas, also of the large blob
	var out bytes.Buffer
	if err := b.ExportTar(context.Background(), 1, commit, &out); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"644 big": big + "one more\n", "644 .gitattributes": "secret export-ignore\n*.c export-subst\n", "644 secret": "s\n",
		"644 a.c": "$Format:%H$\n", "644 a/b/c.txt": "", "644 a-b": "sorted before a/\n", "755 run": "#!/bin/sh\n", "644 new\nline \xff": "odd\n",
	}
	if diff := cmp.Diff(want, untar(t, &out)); diff != "" {
		t.Error(diff)
	}
	content, err := b.ReadFile(context.Background(), 1, commit, "a-b", 100)
	if err != nil || string(content) != "sorted before a/\n" {
		t.Errorf("%q, %v", content, err)
	}
	for path, code := range map[string]schema.Code{
		"none": schema.CodeNotFound, "a": schema.CodeNotFound, "": schema.CodeNotFound, "a/b/none": schema.CodeNotFound,
		"a-b/x": schema.CodeNotFound, "../x": schema.CodeNotFound, "big": schema.CodeLimit,
	} {
		if _, err := b.ReadFile(context.Background(), 1, commit, path, 100); schema.CodeOf(err) != code {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestTarIsLimited(t *testing.T) {
	t.Parallel()
	for name, caps := range map[string]repo.Caps{
		"files": {Files: 2}, "bytes": {Bytes: 10}, "depth": {Depth: 2},
	} {
		b := newBundle(t, func(o *repo.Options) { o.Export = caps })
		w := b.newWork()
		w.write("a/b/c/d", "12345")
		w.write("a/b/e", "12345")
		w.write("f", "12345")
		commit := w.commit()
		w.mustPush(1)
		if err := b.ExportTar(context.Background(), 1, commit, io.Discard); schema.CodeOf(err) != schema.CodeLimit {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTarHoldsOnlyRegularFiles(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	if err := os.Symlink("/etc/passwd", w.dir+"/link"); err != nil {
		t.Fatal(err)
	}
	link := w.commit()
	w.mustPush(1)
	w.must("rm", "-q", "link")
	w.must("update-index", "--add", "--cacheinfo", "160000,"+link+",module")
	w.must("commit", "-q", "-m", "module")
	module := w.must("rev-parse", "HEAD")
	w.mustPush(1)
	for _, commit := range []string{link, module} {
		if err := b.ExportTar(context.Background(), 1, commit, io.Discard); schema.CodeOf(err) != schema.CodeRefused {
			t.Errorf("exported: %v", err)
		}
	}
	entries, err := b.Entries(context.Background(), 1, repo.Quarantine{}, module, 10)
	if err != nil || len(entries) != 1 || entries[0].Mode != "160000" {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestListingIsBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	for i := range 20 {
		w.write(fmt.Sprint("f", i), "x")
	}
	w.write(strings.Repeat("d/", 500)+"deep", "x")
	w.write("new\nline \xff\t", "x")
	commit := w.commit()
	w.mustPush(1)
	ctx := context.Background()
	entries, err := b.Entries(ctx, 1, repo.Quarantine{}, commit, 22)
	if err != nil || len(entries) != 22 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Path] = true
	}
	if !names[strings.Repeat("d/", 500)+"deep"] || !names["new\nline \xff\t"] {
		t.Error("hostile names are missing or changed")
	}
	if _, err := b.Entries(ctx, 1, repo.Quarantine{}, commit, 21); schema.CodeOf(err) != schema.CodeLimit {
		t.Errorf("too many: %v", err)
	}
	for _, dir := range []string{"..", "tmp_objdir-incoming-../../", "tmp_objdir-incoming-abcdefg", "pack", "/etc", "tmp_objdir-incoming-abcde\n"} {
		if _, err := b.Entries(ctx, 1, repo.Quarantine{Dir: dir}, commit, 99); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("quarantine %q: %v", dir, err)
		}
	}
	if _, err := b.Entries(ctx, 1, repo.Quarantine{}, "--help", 99); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("an option as a commit: %v", err)
	}
	blob := entries[0].Hash
	if _, err := b.ReadBlobs(ctx, 1, repo.Quarantine{}, []string{blob, strings.Repeat("1", 40)}, 99); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("missing blob: %v", err)
	}
	if _, err := b.ReadBlob(ctx, 1, repo.Quarantine{}, commit, 9999); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("a commit as a blob: %v", err)
	}
	if _, err := b.ReadBlob(ctx, 1, repo.Quarantine{}, blob, 0); schema.CodeOf(err) != schema.CodeLimit {
		t.Errorf("too large: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Entries(gone, 1, repo.Quarantine{}, commit, 99); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

func TestNothingStaysOpen(t *testing.T) {
	// This test is not parallel, because it counts the descriptors of the whole process.
	b := newBundle(t)
	w := b.newWork()
	w.write("assignment.yaml", "title: x\n")
	w.write("starter/a", strings.Repeat("x", 2<<20))
	commit := w.commit()
	w.mustPush(1)
	before := descriptors(t)
	for i := range 1000 {
		if _, err := b.TreeOf(1, commit); err != nil {
			t.Fatal(err)
		}
		if _, err := b.ReadFile(context.Background(), 1, commit, "assignment.yaml", 100); err != nil {
			t.Fatal(err)
		}
		_, _ = b.ReadFile(context.Background(), 1, commit, "none", 100)
		if i%20 == 0 {
			if err := b.ExportTar(context.Background(), 1, commit, io.Discard); err != nil {
				t.Fatal(err)
			}
			_ = b.ExportTar(context.Background(), 1, commit, broken{})
			w.b.readAll(t, commit)
		}
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors became %d", before, after)
	}
}

func (b *bundle) readAll(t *testing.T, commit string) {
	if _, err := b.Entries(context.Background(), 1, repo.Quarantine{}, commit, 10); err != nil {
		t.Fatal(err)
	}
	lock, err := b.Lock(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.ReceiveCommands(context.Background(), 1, lock, "", "refs/heads/main")
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Pin(1, "p", commit)
	if err := errors.Join(r.Close(), lock.Unlock(), err); err != nil {
		t.Fatal(err)
	}
	if err := b.UploadPack(context.Background(), 1, "", repo.View{}, strings.NewReader("0000"), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestEveryPushedCommitHasItsTree(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	w := b.newWork()
	trees := map[string]string{}
	for i := range 5 { // each commit is in a pack of its own
		w.write("a", fmt.Sprint(i))
		trees[w.commit()] = w.must("rev-parse", "HEAD^{tree}")
		w.mustPush(1)
	}
	for commit, want := range trees {
		if tree, err := b.TreeOf(1, commit); err != nil || tree != want {
			t.Errorf("tree of %s: %s, %v; want %s", commit, tree, err, want)
		}
		if tree, err := b.TreeOf(1, want); schema.CodeOf(err) != schema.CodeNotFound {
			t.Errorf("tree of a tree: %s, %v", tree, err)
		}
	}
}
