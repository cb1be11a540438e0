package imports_test

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// archive writes a zip file with these entries.
func archive(t *testing.T, entries ...zip.FileHeader) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "package.zip")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for _, e := range entries {
		if _, err := w.CreateRaw(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func entry(name string, change ...func(*zip.FileHeader)) zip.FileHeader {
	h := zip.FileHeader{Name: name}
	h.SetMode(0o644)
	for _, c := range change {
		c(&h)
	}
	return h
}

func TestHostileArchivesAreRefusedByEntry(t *testing.T) {
	t.Parallel()
	link := func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }
	device := func(h *zip.FileHeader) { h.SetMode(fs.ModeDevice | 0o600) }
	size := func(n uint64) func(*zip.FileHeader) {
		return func(h *zip.FileHeader) { h.UncompressedSize64 = n; h.Method = zip.Deflate }
	}
	foreign := func(h *zip.FileHeader) { h.NonUTF8 = true }
	many := make([]zip.FileHeader, 50_001)
	for n := range many {
		many[n] = entry(fmt.Sprintf("f%d", n))
	}
	for name, c := range map[string]struct {
		entries []zip.FileHeader
		want    string
	}{
		"a path that leads out":         {[]zip.FileHeader{entry("ok"), entry("a/../../x")}, `archive entry "a/../../x" has a path that leads out of the archive or is not plain`},
		"an absolute path":              {[]zip.FileHeader{entry("/etc/passwd")}, `archive entry "/etc/passwd" has an absolute path; pack the archive again with paths below its top`},
		"a path of Windows":             {[]zip.FileHeader{entry(`a\b`)}, `archive entry "a\\b" has a backslash in its name; pack the archive again with / between directories`},
		"a drive":                       {[]zip.FileHeader{entry(`C:x`)}, `archive entry "C:x" has an absolute path; pack the archive again with paths below its top`},
		"a path with a dot":             {[]zip.FileHeader{entry("./x")}, `archive entry "./x" has a path that leads out of the archive or is not plain`},
		"two slashes":                   {[]zip.FileHeader{entry("a//x")}, `archive entry "a//x" has a path that leads out of the archive or is not plain`},
		"no name":                       {[]zip.FileHeader{entry("")}, `archive entry "" has a path that leads out of the archive or is not plain`},
		"a link":                        {[]zip.FileHeader{entry("setup.sh", link)}, `archive entry "setup.sh" is a symbolic link; put the file in its place`},
		"a device":                      {[]zip.FileHeader{entry("tty", device)}, `archive entry "tty" is not a regular file`},
		"a control character":           {[]zip.FileHeader{entry("a\nb")}, `archive entry "a\nb" has a control character or a byte that is not UTF-8 in its name`},
		"another encoding":              {[]zip.FileHeader{entry("caf\x82", foreign)}, `archive entry "caf\x82" has a name that is not UTF-8; pack the archive again with UTF-8 names`},
		"a name that is too long":       {[]zip.FileHeader{entry(strings.Repeat("n", 256))}, `archive entry "` + strings.Repeat("n", 120) + `…" has a name longer than 255 bytes`},
		"too many directories":          {[]zip.FileHeader{entry(strings.Repeat("d/", 41) + "x")}, `archive entry "` + strings.Repeat("d/", 41) + `x" lies more than 40 directories deep`},
		"encrypted":                     {[]zip.FileHeader{entry("x", func(h *zip.FileHeader) { h.Flags |= 1 })}, `archive entry "x" is encrypted; pack the archive again without a password`},
		"another compression":           {[]zip.FileHeader{entry("x", func(h *zip.FileHeader) { h.Method = 14 })}, `archive entry "x" is compressed by method 14; use store or deflate`},
		"an enormous file":              {[]zip.FileHeader{entry("x", size(1<<30+1))}, `archive entry "x" has 1073741825 bytes; 1073741824 is the most`},
		"many large files":              {[]zip.FileHeader{entry("1", size(1<<30)), entry("2", size(1<<30)), entry("3", size(1<<30)), entry("4", size(1<<30)), entry("5", size(1))}, `archive entry "5": up to it the files have 4294967297 bytes; 4294967296 is the most`},
		"a name twice":                  {[]zip.FileHeader{entry("x"), entry("x")}, `archive entry "x" has the name of an earlier entry, "x"`},
		"a name twice, in another form": {[]zip.FileHeader{entry("é"), entry("é")}, `archive entry "é" has the name of an earlier entry, "é"`},
		"a file as a directory":         {[]zip.FileHeader{entry("x"), entry("x/y")}, `archive entry "x/y" lies below "x", which is a file`},
		"too many entries":              {many, "the archive has 50001 entries; 50000 is the most"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := imports.Open(archive(t, c.entries...))
			if err == nil || schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestFileLongerThanItsEntryIsNotCopied opens an archive that states too small a size for a file.
func TestFileLongerThanItsEntryIsNotCopied(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "bomb.zip")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	body, err := w.CreateRaw(&zip.FileHeader{Name: "x", Method: zip.Store, UncompressedSize64: 1, CompressedSize64: 10})
	if err == nil {
		_, err = body.Write([]byte("0123456789"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	p, err := imports.Open(name)
	if err != nil {
		return // the zip reader itself refused it
	}
	defer func() { _ = p.Close() }()
	if text, err := imports.ReadText(p.FS, "x", 100); err == nil {
		t.Errorf("read %q", text)
	}
}

func TestNoArchive(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, []byte("PK\x03\x04 and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := imports.Open(name); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("%v", err)
	}
	if _, err := imports.Open(name + "x"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("%v", err)
	}
}

func TestOnlyLinksInsideTheDirectoryAreFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, err := range []error{
		os.WriteFile(filepath.Join(dir, "a"), []byte("a"), 0o644),
		os.Symlink("a", filepath.Join(dir, "inside")),
		os.Symlink("../../../../../../etc/hostname", filepath.Join(dir, "outside")),
		os.Symlink("/etc/passwd", filepath.Join(dir, "absolute")),
		os.Symlink("gone", filepath.Join(dir, "dangling")),
		os.WriteFile(filepath.Join(dir, ".DS_Store"), nil, 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := imports.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	files, broken, err := imports.List(p.FS, ".")
	if got := fmt.Sprint(files, broken, err); got != "[{a false 1} {inside false 1}] [absolute dangling outside] <nil>" {
		t.Errorf("%s", got)
	}
}

func TestWriteRefusesADirectoryThatIsNotEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var b imports.Bundle
	if err := b.WriteTo(dir, ""); schema.CodeOf(err) != schema.CodeConflict || !strings.HasSuffix(schema.MessageOf(err), "is not empty; name a new directory") {
		t.Errorf("%v", err)
	}
}
