package grade_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// entry is one entry of a tar that a stranger wrote.
type entry struct {
	kind byte
	name string
	body string
	link string
	mode int64
}

// archive makes a tar.
func archive(t testing.TB, entries ...entry) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		h := &tar.Header{Typeflag: e.kind, Name: e.name, Linkname: e.link, Mode: e.mode, Size: int64(len(e.body)), Format: tar.FormatPAX}
		if e.kind == tar.TypeXGlobalHeader {
			h = &tar.Header{Typeflag: e.kind, Name: e.name, PAXRecords: map[string]string{"comment": "3f9a2c1"}}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		entries []entry
		want    schema.Code
	}{
		{"a symbolic link", []entry{{kind: tar.TypeSymlink, name: "a", link: "/etc/passwd"}}, schema.CodeInvalid},
		{"a hard link", []entry{{name: "a"}, {kind: tar.TypeLink, name: "b", link: "a"}}, schema.CodeInvalid},
		{"a device", []entry{{kind: tar.TypeChar, name: "a"}}, schema.CodeInvalid},
		{"a fifo", []entry{{kind: tar.TypeFifo, name: "a"}}, schema.CodeInvalid},
		{"the parent", []entry{{name: "../a"}}, schema.CodeInvalid},
		{"the parent, hidden", []entry{{name: "a/b/../../../c"}}, schema.CodeInvalid},
		{"an absolute name", []entry{{name: "/a"}}, schema.CodeInvalid},
		{"the same name twice", []entry{{name: "a", body: "1"}, {name: "a", body: "2"}}, schema.CodeInvalid},
		{"a file as a directory", []entry{{name: "a"}, {name: "a/b"}}, schema.CodeInvalid},
		{"a directory as a file", []entry{{name: "a/b"}, {name: "a"}}, schema.CodeInvalid},
		{"the directory itself", []entry{{name: "."}}, schema.CodeInvalid},
		{"too many files", []entry{{name: "a"}, {name: "b"}, {name: "c"}, {name: "d"}}, schema.CodeLimit},
		{"too many directories", []entry{{kind: tar.TypeDir, name: "a/b/c/d/"}}, schema.CodeLimit},
		{"too large", []entry{{name: "a", body: strings.Repeat("x", 11)}}, schema.CodeLimit},
		{"too large together", []entry{{name: "a", body: "123456"}, {name: "b", body: "123456"}}, schema.CodeLimit},
		{"too deep", []entry{{name: "1/2/3/4/5/6"}}, schema.CodeLimit},
		{"too long a name", []entry{{name: strings.Repeat("x", 2000)}}, schema.CodeLimit},
		{"too long a part of a name", []entry{{name: strings.Repeat("x", 300)}}, schema.CodeInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			around := t.TempDir()
			dir := filepath.Join(around, "dir")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			err := grade.Unpack(archive(t, test.entries...), dir, grade.Caps{Files: 3, Bytes: 10, Depth: 4})
			if got := schema.CodeOf(err); got != test.want {
				t.Errorf("%v: code %q, want %q", err, got, test.want)
			}
			if left, err := os.ReadDir(around); err != nil || len(left) != 1 {
				t.Errorf("beside the directory: %v, %v", left, err)
			}
		})
	}
}

func TestUnpackRefusesMalformedTar(t *testing.T) {
	t.Parallel()
	if err := grade.Unpack(strings.NewReader(strings.Repeat("no tar", 500)), t.TempDir(), grade.Caps{}); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("noise: %v", err)
	}
	whole := archive(t, entry{name: "a", body: strings.Repeat("x", 2000)}).Bytes()
	if err := grade.Unpack(bytes.NewReader(whole[:1024]), t.TempDir(), grade.Caps{}); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("half a tar: %v", err)
	}
	if err := grade.Unpack(archive(t), files{"a": ""}.write(t), grade.Caps{}); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("a directory that is not empty: %v", err)
	}
}

func TestPackAndUnpack(t *testing.T) {
	t.Parallel()
	src := files{"a": "1", "b/c/d*": "#!/bin/sh\n", "ümlaut \n": ""}.write(t)
	if err := os.Symlink("/etc/passwd", filepath.Join(src, "link")); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := grade.Pack(&packed, src); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := grade.Unpack(&packed, dir, grade.Caps{Files: 10, Bytes: 100, Depth: 3}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		info, _ := e.Info()
		got[strings.TrimPrefix(name, dir+"/")] = fmt.Sprintf("%s %s", info.Mode(), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "-rw-r--r-- 1", "b/c/d": "-rwxr-xr-x #!/bin/sh\n", "ümlaut \n": "-rw-r--r-- "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	global := archive(t, entry{kind: tar.TypeXGlobalHeader, name: "pax_global_header"}, entry{name: "x", body: "y"})
	if err := grade.Unpack(global, t.TempDir(), grade.Caps{Files: 1}); err != nil {
		t.Errorf("git archive's global header: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, entry{name: "a/b", body: "x", mode: 0o755}, entry{kind: tar.TypeDir, name: "d/"}).Bytes())
	f.Add(archive(f, entry{kind: tar.TypeSymlink, name: "a", link: "/"}, entry{name: "a/b"}).Bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		around := t.TempDir()
		dir := filepath.Join(around, "dir")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		_ = grade.Unpack(bytes.NewReader(content), dir, grade.Caps{Files: 20, Bytes: 1 << 16, Depth: 5})
		if left, err := os.ReadDir(around); err != nil || len(left) != 1 {
			t.Errorf("beside the directory: %v, %v", left, err)
		}
	})
}
