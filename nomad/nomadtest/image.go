package nomadtest

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools returns the programs of this machine that an image contains in addition to grader.
func tools() []string {
	return []string{"sh", "bash", "cat", "sleep", "test", "ls", "seq", "id", "head", "tail", "mkdir", "stat", "true", "cp", "chmod", "timeout"}
}

// Image creates an image that is removed after the agent has ended, because the agent's containers
// use it.
func (a *Agent) Image(grader string) string {
	a.t.Helper()
	image := makeImage(a.t, grader)
	a.images = append(a.images, image)
	return image
}

// Image creates an image with grader and this machine's shell and tools, and returns its id. It is
// removed with the test.
func Image(t testing.TB, grader string) string {
	t.Helper()
	image := makeImage(t, grader)
	t.Cleanup(func() { removeImage(image) })
	return image
}

func removeImage(image string) {
	_ = exec.Command("docker", "rmi", "--force", image).Run() //nolint:noctx // after the test's end
}

func makeImage(t testing.TB, grader string) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"bin", "sbin", "lib", "lib64"} {
		check(t, os.MkdirAll(filepath.Join(root, "usr", dir), 0o755))
		check(t, os.Symlink("usr/"+dir, filepath.Join(root, dir)))
	}
	put(t, root, grader, "/usr/local/bin/grader")
	for _, tool := range tools() {
		path, err := exec.LookPath(tool)
		check(t, err)
		put(t, root, path, path)
		for _, library := range libraries(path) {
			put(t, root, library, library)
		}
	}
	for _, dir := range []string{"tmp", "proc", "dev", "run/lock", "var/tmp", "run", "scratch", "root", "home", "opt"} {
		check(t, os.MkdirAll(filepath.Join(root, dir), 0o755))
	}
	check(t, os.Chmod(filepath.Join(root, "tmp"), 0o1777))
	check(t, os.MkdirAll(filepath.Join(root, "etc/grader"), 0o755))
	check(t, os.WriteFile(filepath.Join(root, "etc/passwd"), []byte("root:x:0:0:root:/root:/bin/sh\n"), 0o644))
	check(t, os.WriteFile(filepath.Join(root, "etc/grader/image.json"), []byte(`{"id": "test", "path": "/usr/bin:/bin"}`), 0o644))
	return load(t, root)
}

// load creates an image from a directory and returns its id.
func load(t testing.TB, root string) string {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "image.tar")
	Output(t, "tar", "-C", root, "-c", "-f", archive, ".")
	return Output(t, "docker", "import", archive)
}

// libraries returns the shared libraries of a program.
func libraries(program string) []string {
	said, err := exec.Command("ldd", program).Output() //nolint:noctx // it ends on its own
	if err != nil {
		return nil // it is statically linked
	}
	var paths []string
	for field := range strings.FieldsSeq(string(said)) {
		if strings.HasPrefix(field, "/") {
			paths = append(paths, field)
		}
	}
	return paths
}

// put copies a file of this machine into the image's tree.
func put(t testing.TB, root, from, to string) {
	t.Helper()
	target := filepath.Join(root, to)
	if _, err := os.Stat(target); err == nil {
		return
	}
	check(t, os.MkdirAll(filepath.Dir(target), 0o755))
	in, err := os.Open(from)
	check(t, err)
	defer in.Close()
	out, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o755)
	check(t, err)
	_, err = io.Copy(out, in)
	check(t, err)
	check(t, out.Close())
}

// Grader builds the program for an image and returns its path.
func Grader(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grader")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "github.com/grader/grader")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output(t, build)
	return path
}
