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

// archives is the directory of the files that make Java virtual machines start fast on a machine:
// class-data archives of the compiler and of JUnit, and a runtime that has only the modules for
// judging. "" means a machine without them: everything works, but takes longer.
//
// A virtual machine ignores an archive that was made by another one or for other jars. The
// directory's name is a hash of both, so that a new toolchain finds no archives and creates its own.
type archives string

// The content of the directory.
const (
	archivesRuntime  = "runtime"   // a JAVA_HOME
	archivesCompiler = "javac.jsa" // for the image's own javac
	archivesJUnit    = "junit.jsa" // for the runtime
	archivesSealed   = "sealed.jar"
)

// archivesName returns the directory's name for an image.
func archivesName(i Image) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"1", i.ID, i.Variables["JAVA_HOME"], i.Variables["CLASSPATH_JUNIT"], judgingModules, sealedReports, warmTests}, "\x00")))
	return "java-" + hex.EncodeToString(sum[:8])
}

// keptDir returns the directory in which this machine keeps archives. Root uses the system's cache,
// other users have their own.
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

// findArchives returns the image's archives, those that this machine keeps, or "".
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

// ownedHere reports whether a directory exists and is writable only by root and this user.
func ownedHere(dir string) bool {
	var is unix.Stat_t
	if err := unix.Lstat(dir, &is); err != nil {
		return false
	}
	return is.Mode&unix.S_IFMT == unix.S_IFDIR && is.Mode&0o022 == 0 && (is.Uid == 0 || int(is.Uid) == os.Getuid())
}

// complete reports whether the archives in a directory are complete.
func complete(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.Mode().Perm() == 0o755
}

// file returns the path of one of the archives.
func (a archives) file(name string) string { return filepath.Join(string(a), name) }

// share returns the options that let a virtual machine use an archive. If the archive does not fit,
// the virtual machine prints no message.
func (a archives) share(name string) string {
	return fmt.Sprintf(" -XX:SharedArchiveFile=%s -Xlog:cds=off -Xlog:cds+dynamic=off", a.file(name))
}

// suits reports whether the runtime can judge a command. The command must start java by that name
// and need only modules that the runtime has.
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
