package grade

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// goCacheName returns the name of the directory with the compiled standard library of a machine's
// Go, or "" without Go.
func goCacheName(i Image) string {
	root := i.Variables["GOROOT"]
	version, err := os.ReadFile(filepath.Join(root, "VERSION"))
	if root == "" || err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte("1\x00" + root + "\x00" + string(version)))
	return "go-" + hex.EncodeToString(sum[:8])
}

// findGoCache returns the compiled standard library that this machine keeps, or "". An image sets
// the path of its own in its variables.
func findGoCache(i Image) string {
	name := goCacheName(i)
	dir, err := keptDir()
	if name == "" || err != nil || i.Variables["GOCACHE"] != "" {
		return ""
	}
	if found := filepath.Join(dir, name); ownedHere(dir) && ownedHere(found) && complete(found) {
		return found
	}
	return ""
}

// makeGoCache compiles packages of the standard library, and vets them as go test does, into a
// directory that steps can only read. Without packages it compiles all public ones.
func makeGoCache(ctx context.Context, i Image, final string, packages ...string) (err error) {
	if err := removeHalves(filepath.Dir(final)); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(final), goHalf)
	if err != nil {
		return fmt.Errorf("compile Go's standard library: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	cache, module := filepath.Join(scratch, "cache"), filepath.Join(scratch, "module")
	if err := errors.Join(os.Mkdir(cache, 0o755), os.Mkdir(module, 0o755)); err != nil {
		return fmt.Errorf("compile Go's standard library: %w", err)
	}
	run := func(args ...string) ([]byte, error) { return goRun(ctx, i, cache, module, args...) }
	if len(packages) == 0 {
		said, err := run("list", "std")
		if err != nil {
			return err
		}
		packages = publicPackages(strings.Fields(string(said)))
	}
	if err := writeGoModule(module, packages); err != nil {
		return fmt.Errorf("compile Go's standard library: %w", err)
	}
	if _, err := run("test", "-run", "^$", "."); err != nil {
		return err
	}
	if err := publish(cache); err != nil {
		return fmt.Errorf("compile Go's standard library: %w", err)
	}
	if err := errors.Join(os.RemoveAll(final), os.Rename(cache, final)); err != nil {
		return fmt.Errorf("compile Go's standard library: %w", err)
	}
	return nil
}

// goHalf is the name prefix of directories in which the standard library is being compiled.
const goHalf = ".go-"

// removeHalves removes the incomplete directories of processes that were killed. The caller must
// hold the lock of the caches.
func removeHalves(dir string) error {
	halves, err := filepath.Glob(filepath.Join(dir, goHalf+"*"))
	for _, half := range halves {
		err = errors.Join(err, os.RemoveAll(half))
	}
	if err != nil {
		return fmt.Errorf("compile Go's standard library: %w", err)
	}
	return nil
}

// goRun runs the go command with the settings of steps, and returns its output.
func goRun(ctx context.Context, i Image, cache, module string, args ...string) ([]byte, error) {
	argv := append([]string{"-n", "19", filepath.Join(i.Variables["GOROOT"], "bin/go")}, args...)
	cmd := exec.CommandContext(ctx, "nice", argv...)
	cmd.Dir = module
	cmd.Env = append([]string{"PATH=" + i.Path, "HOME=" + module, "GOCACHE=" + cache, "GOPATH=" + filepath.Join(module, "go")}, goSettings()...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return nil, schema.Wrapf(schema.CodeUnavailable, err, "go %s: %v: %s", args[0], err, schema.Excerpt(strings.TrimSpace(string(said)), 500))
	}
	return said, nil
}

// publicPackages returns the packages of the standard library that a program may import.
func publicPackages(all []string) []string {
	return slices.DeleteFunc(all, func(p string) bool {
		parts := strings.Split(p, "/")
		return parts[0] == "vendor" || slices.Contains(parts, "internal") || p == "testing"
	})
}

// writeGoModule writes a module whose test imports the packages.
func writeGoModule(dir string, packages []string) error {
	var imports strings.Builder
	for _, p := range packages {
		fmt.Fprintf(&imports, "import _ %q\n", p)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module warm\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "warm_test.go"), []byte("package warm\n\nimport \"testing\"\n"+imports.String()+"\nfunc TestNothing(t *testing.T) {}\n"), 0o600),
	)
}

// publish makes everything below a directory readable by everybody, and writable only by its owner.
func publish(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.Type()&fs.ModeSymlink != 0:
			return err
		case d.IsDir():
			return os.Chmod(path, 0o755)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chmod(path, 0o644|info.Mode()&0o111)
	})
}
