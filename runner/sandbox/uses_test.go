package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// TestUsesSucceedWithoutTheWall shows that the attacks of uses.c are real: outside the wall the
// kernel carries out their calls.
func TestUsesSucceedWithoutTheWall(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "uses")
	if err := os.WriteFile(binary, program(t, "uses.c"), 0o700); err != nil {
		t.Fatal(err)
	}
	for group, want := range map[string]string{
		"files": "a device by renaming", "watch": "watching a directory", "pages": "pages of a file in a pipe",
		"sockets": "the machine's interfaces", "processes": "a child of the wall's",
	} {
		cmd := exec.CommandContext(t.Context(), binary, group)
		cmd.Dir = t.TempDir()
		said, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "escaped: "+want+"\n") {
			t.Errorf("%s: %v\n%s", group, err, said)
		}
	}
}

// TestStepKeepsFilesInTheCache has a step advise the kernel to drop a file from the cache that the
// step may only read. The call succeeds, because it is only advice, but the file stays.
func TestStepKeepsFilesInTheCache(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		shared, s := newScratch(t, w), newScratch(t, w)
		if err := shared.WriteFile("library", make([]byte, 1<<20), 0); err != nil {
			t.Fatal(err)
		}
		if err := shared.Seal(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(shared.Path(), "library")
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Sync(); err != nil { // only clean pages can be dropped
			t.Fatal(err)
		}
		step := shell(s, "python3 -c 'import os, sys; os.posix_fadvise(os.open(sys.argv[1], os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED); print(\"done\")' "+path)
		step.Read = []string{shared.Path()}
		if r := mustRun(t, w, step); string(r.Stdout) != "done\n" {
			t.Fatalf("%+v\n%s", r, r.Stderr)
		}
		if pages, cached := cachedPages(t, f); cached < pages {
			t.Errorf("%d of %d pages are left in the cache", cached, pages)
		}
	})
}

// cachedPages returns the number of a file's pages, and of those in memory.
func cachedPages(t *testing.T, f *os.File) (pages, cached int) {
	t.Helper()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(mapping) }()
	resident := make([]byte, len(mapping)/os.Getpagesize())
	if _, _, e := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&mapping[0])), uintptr(len(mapping)), uintptr(unsafe.Pointer(&resident[0]))); e != 0 {
		t.Fatal(e)
	}
	for _, r := range resident {
		cached += int(r & 1)
	}
	return len(resident), cached
}
