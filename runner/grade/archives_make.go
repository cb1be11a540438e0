package grade

import (
	"context"
	_ "embed" // the tests that are run for the archive
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// warmTests is the source of tests that are run once to fill JUnit's archive.
//
//go:embed frameworks/WarmTests.java
var warmTests string

// MakeCaches creates the caches that let this machine's Java and Go start faster, as far as they
// are installed, and returns their paths: class-data archives, a Java runtime for judging, and Go's
// compiled standard library. It keeps existing caches. It takes about a minute of one processor at
// low priority, and 300 MB of disk. inImage creates them at the paths of a runner image.
func MakeCaches(ctx context.Context, i Image, inImage bool) ([]string, error) {
	dir, err := keptDir()
	if inImage {
		dir, err = "/"+compiledDir, nil
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return nil, fmt.Errorf("make caches: %w", err)
	}
	if !ownedHere(dir) {
		return nil, schema.Errorf(schema.CodeRefused, "other users may write to %s: chmod go-w it, so that they cannot replace what tests are judged with", dir)
	}
	unlock, err := lockCaches(filepath.Join(dir, ".lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	var made []string
	if i.Variables["CLASSPATH_JUNIT"] != "" {
		archives := string(findArchives(i))
		if archives == "" {
			if archives, err = makeArchives(ctx, i, dir); err != nil {
				return nil, err
			}
		}
		made = append(made, archives)
	}
	cache, err := ensureGoCache(ctx, i, dir, inImage)
	if err != nil || cache == "" {
		return made, err
	}
	return append(made, cache), nil
}

// ensureGoCache returns the directory of Go's compiled standard library, or "" without Go.
func ensureGoCache(ctx context.Context, i Image, dir string, inImage bool) (string, error) {
	name := goCacheName(i)
	if name == "" || i.Variables["GOCACHE"] != "" {
		return i.Variables["GOCACHE"], nil
	}
	if found := findGoCache(i); found != "" {
		return found, nil
	}
	final := filepath.Join(dir, name)
	if inImage {
		final = "/" + goCache
	}
	return final, makeGoCache(ctx, i, final)
}

// lockCaches ensures that only one process at a time creates caches.
func lockCaches(file string) (func(), error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make caches: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("make caches: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// makeArchives creates the archives in their final place, because an archive contains the paths of
// its jars. It removes them if a step fails.
func makeArchives(ctx context.Context, i Image, dir string) (made string, err error) {
	final := filepath.Join(dir, archivesName(i))
	forge := archiver{image: i, dir: archives(final)}
	// The directory stays closed to others until it is complete, so that nobody uses it before.
	if err := errors.Join(os.RemoveAll(final), os.Mkdir(final, 0o700)); err != nil {
		return "", fmt.Errorf("make archives: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(final))
		}
	}()
	for _, step := range []func(context.Context) error{forge.compile, forge.pack, forge.link, forge.warm} {
		if err := step(ctx); err != nil {
			return "", err
		}
	}
	return final, forge.open()
}

// archiver creates the archives of one image.
type archiver struct {
	image Image
	dir   archives
}

// compile compiles the listener and the tests. That run also creates the compiler's archive.
func (a archiver) compile(ctx context.Context) error {
	source := a.dir.file("source")
	err := errors.Join(
		os.MkdirAll(source, 0o755),
		os.WriteFile(filepath.Join(source, "SealedReports.java"), []byte(sealedReports), 0o600),
		os.WriteFile(filepath.Join(source, "WarmTests.java"), []byte(warmTests), 0o600),
	)
	if err != nil {
		return fmt.Errorf("make archives: %w", err)
	}
	classes := a.image.Variables["CLASSPATH_JUNIT"]
	if err := a.run(ctx, "javac", "-proc:none", "-encoding", "UTF-8", "-cp", classes, "-d", a.dir.file("listener"), filepath.Join(source, "SealedReports.java")); err != nil {
		return err
	}
	return a.run(ctx, "javac", "-J-XX:+UseSerialGC", "-J-XX:ArchiveClassesAtExit="+a.dir.file(archivesCompiler),
		"-proc:none", "-encoding", "UTF-8", "-cp", classes, "-d", a.dir.file("tests"), filepath.Join(source, "WarmTests.java"))
}

// pack creates jars, because a class-data archive does not support directories.
func (a archiver) pack(ctx context.Context) error {
	services := filepath.Join(a.dir.file("listener"), filepath.Dir(sealedService))
	err := errors.Join(os.MkdirAll(services, 0o755),
		os.WriteFile(filepath.Join(a.dir.file("listener"), sealedService), []byte("grader.SealedReports\n"), 0o600))
	if err != nil {
		return fmt.Errorf("make archives: %w", err)
	}
	if err := a.run(ctx, "jar", "--create", "--file", a.dir.file(archivesSealed), "-C", a.dir.file("listener"), "."); err != nil {
		return err
	}
	return a.run(ctx, "jar", "--create", "--file", a.dir.file("tests.jar"), "-C", a.dir.file("tests"), ".")
}

// link creates the runtime and the archive of its own classes. Its classes keep their debug
// information, because people read line numbers in stack traces.
func (a archiver) link(ctx context.Context) error {
	err := a.run(ctx, "jlink", "--add-modules", judgingModules, "--no-header-files", "--no-man-pages", "--output", a.dir.file(archivesRuntime))
	if err != nil {
		return err
	}
	return a.run(ctx, a.dir.java(), "-XX:+UseSerialGC", "-Xshare:dump")
}

// warm runs the tests and archives the classes that they used. Some of the tests fail on
// purpose.
func (a archiver) warm(ctx context.Context) error {
	argv := []string{
		a.dir.java(), "-XX:+UseSerialGC", "-XX:ArchiveClassesAtExit=" + a.dir.file(archivesJUnit), "-cp", a.dir.classPath(a.image.Variables["CLASSPATH_JUNIT"]),
		"org.junit.platform.console.ConsoleLauncher", "--class-path", a.dir.file("tests.jar"), "--scan-class-path", a.dir.file("tests.jar"),
		"--reports-dir", a.dir.file("reports"), "--details", "summary", "--disable-banner",
	}
	err := a.run(ctx, argv...)
	if _, missing := os.Stat(a.dir.file(archivesJUnit)); missing == nil {
		return nil
	}
	return err
}

// open removes intermediate files, and makes the rest readable by everybody.
func (a archiver) open() error {
	var err error
	for _, name := range []string{"source", "listener", "tests", "tests.jar", "reports"} {
		err = errors.Join(err, os.RemoveAll(a.dir.file(name)))
	}
	if err = errors.Join(err, publish(string(a.dir))); err != nil {
		return fmt.Errorf("make archives: %w", err)
	}
	return nil
}

// run runs one program at low priority; the error contains its output.
func (a archiver) run(ctx context.Context, argv ...string) error {
	cmd := exec.CommandContext(ctx, "nice", append([]string{"-n", "19"}, argv...)...)
	cmd.Dir = string(a.dir)
	cmd.Env = []string{"PATH=" + a.image.Path, "HOME=" + string(a.dir), "LC_ALL=C.UTF-8"}
	said, err := cmd.CombinedOutput()
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "%s: %v: %s", filepath.Base(argv[0]), err, schema.Excerpt(strings.TrimSpace(string(said)), 500))
	}
	return nil
}

// java returns the path of the runtime's launcher.
func (a archives) java() string { return a.file(archivesRuntime + "/bin/java") }

// classPath returns JUnit's class path with the listener before it.
func (a archives) classPath(junit string) string { return a.file(archivesSealed) + ":" + junit }
