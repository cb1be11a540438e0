package grade

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// archives are what a machine keeps so that virtual machines of Java start fast: class-data archives
// of the compiler and of JUnit, and a runtime that has the modules for judging and no others. "" is
// a machine without them: everything works, and takes longer.
//
// A virtual machine ignores an archive that was made by another one or for other jars. The
// directory's name is a hash of both, so that a new toolchain finds none and gets its own.
type archives string

// What the directory holds.
const (
	archivesRuntime  = "runtime"   // a JAVA_HOME
	archivesCompiler = "javac.jsa" // for the image's own javac
	archivesJUnit    = "junit.jsa" // for the runtime
	archivesSealed   = "sealed.jar"
)

// archivesName names the directory for an image.
func archivesName(i Image) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"1", i.ID, i.Variables["JAVA_HOME"], i.Variables["CLASSPATH_JUNIT"], judgingModules, sealedReports, warmTests}, "\x00")))
	return "java-" + hex.EncodeToString(sum[:8])
}

// keptDir is where this machine keeps archives: root's is the system's cache, other users have
// their own.
func keptDir() (string, error) {
	if os.Getuid() == 0 {
		return "/var/cache/grader", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache: %w", err)
	}
	if strings.ContainsAny(dir, " :\t\n\"'\\$") {
		return "", schema.Errorf(schema.CodeInvalid, "%s has characters in its name that class paths do not take: set XDG_CACHE_HOME to another directory", dir)
	}
	return filepath.Join(dir, "grader"), nil
}

// findArchives returns the image's archives, the ones this machine keeps, or "".
func findArchives(i Image) archives {
	if i.Variables["CLASSPATH_JUNIT"] == "" {
		return ""
	}
	dirs := []string{"/" + compiledDir}
	if kept, err := keptDir(); err == nil {
		dirs = append(dirs, kept)
	}
	for _, dir := range dirs {
		if found := filepath.Join(dir, archivesName(i)); ownedHere(dir) && ownedHere(found) && complete(found) {
			return archives(found)
		}
	}
	return ""
}

// ownedHere reports whether a directory exists and only root and this user can write to it.
func ownedHere(dir string) bool {
	var is unix.Stat_t
	if err := unix.Lstat(dir, &is); err != nil {
		return false
	}
	return is.Mode&unix.S_IFMT == unix.S_IFDIR && is.Mode&0o022 == 0 && (is.Uid == 0 || int(is.Uid) == os.Getuid())
}

// complete reports whether the archives in a directory were made completely.
func complete(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.Mode().Perm() == 0o755
}

// file returns the path of one of the archives.
func (a archives) file(name string) string { return filepath.Join(string(a), name) }

// share returns the options that let a virtual machine use an archive, without a message if the
// archive does not fit.
func (a archives) share(name string) string {
	return fmt.Sprintf(" -XX:SharedArchiveFile=%s -Xlog:cds=off -Xlog:cds+dynamic=off", a.file(name))
}

// suits reports whether the runtime can judge a command: the command starts java by that name,
// and needs no modules that the runtime lacks.
func (a archives) suits(c assignment.Command) bool {
	command := c.Shell + strings.Join(c.Argv, " ")
	if a == "" || !strings.HasPrefix(strings.TrimSpace(command), "java ") {
		return false
	}
	for _, other := range []string{"JAVA_HOME", "/java", "-modules", "javac", "jlink"} {
		if strings.Contains(command, other) {
			return false
		}
	}
	return true
}
