package grade

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strings"
)

// machine is a Debian machine whose toolchain is examined.
type machine struct{ root string }

// image finds the variables of the assignment format and the toolchain's identity. It runs no
// program: a runner starts for every job, and must start quickly.
func (m machine) image(context.Context) (Image, error) {
	i := Image{Path: "/usr/local/bin:/usr/bin:/bin", Variables: map[string]string{}}
	m.java(&i)
	m.python(&i)
	m.c(&i)
	m.golang(&i)
	id, err := m.identity(i)
	if err != nil {
		return Image{}, err
	}
	i.ID = id
	return i, nil
}

// has reports whether a file exists.
func (m machine) has(name string) bool {
	_, err := os.Stat(filepath.Join(m.root, name))
	return err == nil
}

// java finds the virtual machine's home, and the jars of the test frameworks in the order that a
// class path needs: framework first.
func (m machine) java(i *Image) {
	launcher, err := filepath.EvalSymlinks(filepath.Join(m.root, "usr/bin/java"))
	if err != nil {
		return
	}
	i.Variables["JAVA_HOME"] = filepath.Dir(filepath.Dir(launcher))
	platform := []string{
		"junit-platform-console", "junit-jupiter-api", "junit-jupiter-params", "junit-jupiter-engine",
		"junit-platform-launcher", "junit-platform-engine", "junit-platform-reporting", "junit-platform-commons",
		"opentest4j", "opentest4j-reporting-events", "opentest4j-reporting-schema", "apiguardian-api", "picocli", "univocity-parsers",
	}
	vintage := []string{"junit-vintage-engine", "junit4", "hamcrest"}
	asserting := []string{"assertj-core"}
	if m.jars(platform) != "" && m.has("usr/share/java/junit-platform-console.jar") {
		i.Variables["CLASSPATH_JUNIT"] = m.jars(append(append(platform, vintage...), asserting...))
	}
	if m.has("usr/share/java/junit4.jar") {
		i.Variables["CLASSPATH_JUNIT4"] = m.jars(append([]string{"junit4", "hamcrest"}, asserting...))
	}
}

// jars returns the existing jars as a class path.
func (m machine) jars(names []string) string {
	var found []string
	for _, name := range names {
		if jar := filepath.Join("usr/share/java", name+".jar"); m.has(jar) {
			found = append(found, "/"+jar)
		}
	}
	return strings.Join(found, ":")
}

// python finds pytest. Its command line is fixed: it ignores the submission's configuration and
// start-up hooks, and reads conftest.py only from $NEEDS. The names of tests are relative to
// $NEEDS.
func (m machine) python(i *Image) {
	if m.has("usr/bin/python3") && m.has("usr/lib/python3/dist-packages/pytest") {
		i.Variables["PYTEST"] = "/usr/bin/python3 -I -m pytest -c /dev/null -p no:cacheprovider " +
			"--rootdir=${NEEDS} --confcutdir=${NEEDS} -o pythonpath=${PWD}"
	}
}

// c finds the unit test frameworks for C and C++, as arguments for a compiler.
func (m machine) c(i *Image) {
	libraries := "usr/lib/x86_64-linux-gnu"
	if !m.has(libraries) {
		libraries = "usr/lib/aarch64-linux-gnu"
	}
	for name, found := range map[string]struct{ header, library, flags string }{
		"CATCH2": {"usr/include/catch2/catch.hpp", "", "-isystem /usr/include/catch2"},
		"GTEST":  {"usr/include/gtest/gtest.h", "libgtest.a", "-lgtest -lgtest_main -pthread"},
		"CMOCKA": {"usr/include/cmocka.h", "libcmocka.so", "-lcmocka"},
		"CHECK":  {"usr/include/check.h", "libcheck.a", "-lcheck -lsubunit -lrt -lm -pthread"},
		"UNITY":  {"usr/include/unity/unity.h", "libunity.a", "-isystem /usr/include/unity -lunity"},
	} {
		if m.has(found.header) && m.has(filepath.Join(libraries, found.library)) {
			i.Variables[name] = found.flags
		}
	}
}

// goCache is the directory in which a machine may keep Go's standard library compiled, for steps to
// read. Without it every build compiles its imports again. See docs/building.md.
const goCache = "usr/lib/grader/go-build"

// golang finds the Go toolchain, which may be outside the usual path.
func (m machine) golang(i *Image) {
	for _, root := range []string{"usr/local/go", "usr/lib/go"} {
		if m.has(root + "/bin/go") {
			i.Variables["GOROOT"] = "/" + root
			i.Path += ":/" + root + "/bin"
			if m.has(goCache) {
				i.Variables["GOCACHE"] = "/" + goCache
			}
			return
		}
	}
}

// identity returns a hash that identifies the version of a toolchain: the paths, sizes and build
// times of its programs. A package preserves the build times.
func (m machine) identity(i Image) (string, error) {
	h := sha256.New()
	for _, name := range []string{
		"bin/sh", "usr/bin/gcc", "usr/bin/g++", "usr/bin/as", "usr/bin/ld", "usr/bin/make", "usr/bin/cmake",
		"usr/bin/java", "usr/bin/javac", "usr/bin/python3", "usr/bin/node", "usr/local/go/bin/go", "usr/lib/go/bin/go",
		"lib/x86_64-linux-gnu/libc.so.6", "lib/aarch64-linux-gnu/libc.so.6",
	} {
		m.stamp(h, name)
	}
	for _, value := range []string{i.Variables["CLASSPATH_JUNIT"], i.Variables["CLASSPATH_JUNIT4"]} {
		for jar := range strings.SplitSeq(value, ":") {
			m.stamp(h, strings.TrimPrefix(jar, "/"))
		}
	}
	m.stamp(h, "usr/lib/python3/dist-packages/pytest/_version.py")
	m.stamp(h, "etc/debian_version")
	for _, name := range []string{"CATCH2", "GTEST", "CMOCKA", "CHECK", "UNITY", "PYTEST"} {
		if _, err := fmt.Fprintln(h, name, i.Variables[name]); err != nil {
			return "", fmt.Errorf("identify toolchain: %w", err)
		}
	}
	return "toolchain:" + hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// stamp adds one file to the hash, or its absence.
func (m machine) stamp(h hash.Hash, name string) {
	file, err := filepath.EvalSymlinks(filepath.Join(m.root, name))
	if err != nil {
		fmt.Fprintln(h, name, "absent")
		return
	}
	info, err := os.Stat(file)
	if err != nil {
		fmt.Fprintln(h, name, "absent")
		return
	}
	fmt.Fprintln(h, name, file, info.Size(), info.ModTime().Unix())
}
