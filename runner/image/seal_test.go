package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spdx/tools-golang/json"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

const status = `Package: gcc
Status: install ok installed
Maintainer: Debian GCC Maintainers <debian-gcc@lists.debian.org>
Architecture: amd64
Source: gcc-defaults (1.203)
Version: 4:12.2.0-3
Description: GNU C compiler
 This is a dependency package.
Homepage: http://gcc.gnu.org/

Package: gone
Status: deinstall ok config-files
Version: 1

Package: python3-pytest
Status: install ok installed
Architecture: all
Version: 7.2.1-2
`

// root writes the files of a small image.
func root(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"usr/bin/su": 0o755 | os.ModeSetuid, "usr/bin/wall": 0o755 | os.ModeSetgid, "usr/bin/gcc": 0o755} {
		file(t, filepath.Join(dir, name), "", mode)
	}
	file(t, filepath.Join(dir, "var/lib/dpkg/status"), status, 0o644)
	check(t, os.MkdirAll(filepath.Join(dir, "tmp"), 0o755))
	check(t, os.Chmod(filepath.Join(dir, "tmp"), 0o777|os.ModeSticky))
	return dir
}

func TestSealRemovesRights(t *testing.T) {
	t.Parallel()
	dir := root(t)
	check(t, Seal(t.Context(), dir, "v1", time.Unix(0, 0)))
	for _, name := range []string{"usr/bin/su", "usr/bin/wall", "usr/bin/gcc"} {
		info, err := os.Stat(filepath.Join(dir, name))
		check(t, err)
		if info.Mode() != 0o755 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestSealGivesTheWallItsTemp(t *testing.T) {
	t.Parallel()
	dir := root(t)
	file(t, filepath.Join(dir, "tmp/left"), "by the build", 0o600)
	for range 2 { // a sealed image may be the base of another one
		check(t, Seal(t.Context(), dir, "v1", time.Unix(0, 0)))
		for link, want := range map[string]string{"tmp": sandbox.TempLink, sandbox.TempLink: "/var/tmp"} {
			if got, err := os.Readlink(filepath.Join(dir, link)); err != nil || got != want {
				t.Errorf("%s points to %q, %v", link, got, err)
			}
		}
	}
}

func TestSealRefusesWorldWritableFiles(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(dir string) error{
		"a file":      func(dir string) error { return os.Chmod(filepath.Join(dir, "usr/bin/gcc"), 0o777) },
		"a directory": func(dir string) error { return os.Chmod(filepath.Join(dir, "usr/bin"), 0o777) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := root(t)
			check(t, spoil(dir))
			err := Seal(t.Context(), dir, "v1", time.Unix(0, 0))
			if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(err.Error(), "everybody may write to "+dir+"/usr/bin") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestListOfPackages reads the list with SPDX's official library.
func TestListOfPackages(t *testing.T) {
	t.Parallel()
	dir := root(t)
	check(t, Seal(t.Context(), dir, "v1", time.Unix(0, 0)))
	f, err := os.Open(filepath.Join(dir, SBOM))
	check(t, err)
	defer f.Close()
	doc, err := json.Read(f)
	check(t, err)
	if doc.CreationInfo.Created != "1970-01-01T00:00:00Z" || doc.SPDXVersion != "SPDX-2.3" || doc.DocumentNamespace == "" {
		t.Errorf("document %+v, made %s", doc, doc.CreationInfo.Created)
	}
	var got []string
	ids := map[string]bool{}
	for _, p := range doc.Packages {
		if len(got) < 2 {
			got = append(got, p.PackageName+" "+p.PackageVersion+", "+p.PackageSourceInfo+", "+p.PackageExternalReferences[0].Locator)
		}
		if ids[string(p.PackageSPDXIdentifier)] || p.PackageDownloadLocation == "" {
			t.Errorf("package %+v", p)
		}
		ids[string(p.PackageSPDXIdentifier)] = true
	}
	want := []string{
		"gcc 4:12.2.0-3, built from gcc-defaults 1.203, pkg:deb/debian/gcc@4:12.2.0-3?arch=amd64",
		"python3-pytest 7.2.1-2, built from python3-pytest 7.2.1-2, pkg:deb/debian/python3-pytest@7.2.1-2?arch=all",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(doc.Relationships) != len(doc.Packages) {
		t.Errorf("%d of %d packages are the document's", len(doc.Relationships), len(doc.Packages))
	}
}

func file(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(t, os.WriteFile(path, []byte(text), 0o600))
	check(t, os.Chmod(path, mode))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
