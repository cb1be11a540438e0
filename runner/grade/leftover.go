package grade

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// leftover is a directory among a submission's files that a tool created. build: auto does not look
// for the student's work in it.
type leftover struct{ dir, tool string }

// leftoverRule recognises the directories of one tool.
type leftoverRule struct {
	tool  string
	finds func(d *directory) []string // names in d that belong to the tool; "." for d itself
}

// directory is a directory of a submission, built from the paths of its files.
type directory struct {
	path    string // "." for the top
	entries map[string]*directory
	files   map[string]source
	parent  *directory
}

// leftoverRules returns the rules. Each rule requires other traces of the tool besides the name, so
// that a student's own directory with that name still counts as work.
func leftoverRules() []leftoverRule {
	return []leftoverRule{
		{"hidden", hiddenDirectories},
		{"macOS", (*directory).forks},
		{"npm", (*directory).packages},
		{"Python's environment", (*directory).environment},
		{"CMake", (*directory).cmake},
		{"Gradle", (*directory).gradle},
		{"Maven", (*directory).maven},
		{"Ant", (*directory).ant},
		{"setuptools", (*directory).setuptools},
		{"Xcode", (*directory).xcode},
		{"NuGet", (*directory).nuget},
		{"a cache", (*directory).cache},
		{"generated documentation", (*directory).documentation},
		{"a coverage report", (*directory).coverage},
		{"copies beside compiled files", (*directory).copies},
	}
}

// directoryOf builds the tree of directories of a submission's files.
func directoryOf(files []source) *directory {
	top := &directory{path: ".", entries: map[string]*directory{}, files: map[string]source{}}
	for _, f := range files {
		at := top
		for part := range strings.SplitSeq(path.Dir(f.name), "/") {
			if part != "." {
				at = at.below(part)
			}
		}
		at.files[path.Base(f.name)] = f
	}
	return top
}

// below returns the subdirectory with that name, and creates it if necessary.
func (d *directory) below(name string) *directory {
	if e, ok := d.entries[name]; ok {
		return e
	}
	e := &directory{path: path.Join(d.path, name), entries: map[string]*directory{}, files: map[string]source{}, parent: d}
	d.entries[name] = e
	return e
}

// leftovers finds the topmost directories that tools left, sorted.
func (d *directory) leftovers() []leftover {
	var found []leftover
	taken := map[string]bool{}
	for _, rule := range leftoverRules() {
		for _, name := range rule.finds(d) {
			if _, there := d.entries[name]; there && !taken[name] {
				taken[name] = true
				found = append(found, leftover{path.Join(d.path, name), rule.tool})
			}
		}
	}
	for name, e := range d.entries {
		if !taken[name] {
			found = append(found, e.leftovers()...)
		}
	}
	slices.SortFunc(found, func(a, b leftover) int { return strings.Compare(a.dir, b.dir) })
	return found
}

// has reports whether a directory contains one of the names.
func (d *directory) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, file := d.files[name]
		_, dir := d.entries[name]
		return file || dir
	})
}

// matches reports whether a file of the directory has a name that matches a pattern.
func (d *directory) matches(pattern string) bool {
	for name := range d.files {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
	}
	return false
}

// anywhere reports whether the condition holds for the directory, or one below it.
func (d *directory) anywhere(is func(*directory) bool) bool {
	if is(d) {
		return true
	}
	for _, e := range d.entries {
		if e.anywhere(is) {
			return true
		}
	}
	return false
}

// those returns the names of the subdirectories for which the condition holds.
func (d *directory) those(is func(name string, e *directory) bool) []string {
	var names []string
	for name, e := range d.entries {
		if is(name, e) {
			names = append(names, name)
		}
	}
	return names
}

// known returns the names that are subdirectories.
func (d *directory) known(names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return d.entries[name] == nil })
}

// hiddenDirectories returns the directories that editors and tools keep for themselves: .idea, .vs,
// .vscode, .settings …
func hiddenDirectories(d *directory) []string {
	return d.those(func(name string, _ *directory) bool { return name[0] == '.' })
}

// forks finds the directory in which macOS's archiver stores metadata.
func (d *directory) forks() []string {
	return d.those(func(name string, e *directory) bool {
		return name == "__MACOSX" && !e.anywhere(func(e *directory) bool {
			for name := range e.files {
				if !strings.HasPrefix(name, ".") {
					return true
				}
			}
			return false
		})
	})
}

// packages finds npm's directory of installed packages.
func (d *directory) packages() []string {
	return d.those(func(name string, e *directory) bool {
		return name == "node_modules" && e.anywhere(func(e *directory) bool {
			return e.has("package.json", ".package-lock.json", ".yarn-integrity")
		})
	})
}

// environment finds the parts of a Python virtual environment. The student's work may be next to
// them.
func (d *directory) environment() []string {
	if d.has("conda-meta") || d.has("pyvenv.cfg") {
		return append(d.those(func(name string, e *directory) bool {
			switch strings.ToLower(name) {
			case "bin", "scripts":
				return e.matches("activate*") || e.matches("python*")
			case "lib", "lib64":
				return e.anywhere(func(e *directory) bool { return path.Base(e.path) == "site-packages" })
			}
			return false
		}), d.known("include", "Include", "conda-meta")...)
	}
	return d.those(func(name string, e *directory) bool {
		return name == "site-packages" && len(e.those(func(name string, _ *directory) bool {
			return strings.HasSuffix(name, ".dist-info") || strings.HasSuffix(name, ".egg-info")
		})) > 0
	})
}

// cmake finds the directories that CMake uses internally, next to the files that it generates.
func (d *directory) cmake() []string {
	return d.those(func(name string, e *directory) bool {
		switch {
		case name == "CMakeFiles":
			return e.has("cmake.check_cache", "CMakeDirectoryInformation.cmake", "TargetDirectories.txt", "CMakeOutput.log", "CMakeError.log",
				"CMakeConfigureLog.yaml", "Makefile.cmake", "Makefile2", "rules.ninja", "pkgRedirects") ||
				e.anywhere(func(e *directory) bool {
					return e.has("CMakeCCompilerId.c", "CMakeCXXCompilerId.cpp", "CMakeSystem.cmake")
				})
		case name == "_deps" || strings.HasSuffix(name, "_autogen"):
			return d.has("CMakeCache.txt")
		}
		return false
	})
}

// buildOf returns names in the directory that a project's tool fills. It returns them only if the
// project's file is next to the directory.
func (d *directory) buildOf(dir string, projects []string, names ...string) []string {
	if path.Base(d.path) != dir || d.parent == nil || !d.parent.has(projects...) {
		return nil
	}
	return d.known(names...)
}

// gradle finds Gradle's output in build/.
func (d *directory) gradle() []string {
	return d.buildOf("build", []string{"build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradlew", "gradlew.bat"},
		"classes", "distributions", "docs", "generated", "install", "jacoco", "kotlin", "libs", "reports", "resources", "scripts", "test-results", "tmp")
}

// maven finds Maven's output in target/.
func (d *directory) maven() []string {
	return d.buildOf("target", []string{"pom.xml", "mvnw", "mvnw.cmd"},
		"antrun", "apidocs", "classes", "dependency", "failsafe-reports", "generated-sources", "generated-test-sources", "maven-archiver",
		"maven-status", "reports", "site", "surefire-reports", "test-classes")
}

// ant finds the output of Ant, as NetBeans uses it, in build/ and dist/.
func (d *directory) ant() []string {
	projects := []string{"build.xml", "nbproject"}
	return append(d.buildOf("build", projects, "classes", "empty", "generated", "generated-sources", "test"), d.buildOf("dist", projects, "javadoc")...)
}

// setuptools finds the copies of the sources that Python's setuptools makes.
func (d *directory) setuptools() []string {
	return append(d.buildOf("build", []string{"setup.py", "setup.cfg", "pyproject.toml"}, "lib"), d.those(func(name string, _ *directory) bool {
		return path.Base(d.path) == "build" && (strings.HasPrefix(name, "lib.") || strings.HasPrefix(name, "bdist."))
	})...)
}

// xcode finds Xcode's intermediate files.
func (d *directory) xcode() []string {
	return d.those(func(name string, e *directory) bool {
		return name == "DerivedData" && (e.has("Build", "info.plist", "ModuleCache.noindex") || e.anywhere(func(e *directory) bool { return e.has("Intermediates.noindex") })) ||
			strings.HasSuffix(name, ".noindex") || e.has("XCBuildData")
	})
}

// nuget finds packages that NuGet, Visual Studio's package manager, has unpacked.
func (d *directory) nuget() []string {
	return d.those(func(_ string, e *directory) bool { return e.matches("*.nupkg") })
}

// cacheTag marks a directory as a cache: https://bford.info/cachedir/
const cacheTag = "Signature: 8a477f597d28d172789f06886806bc55"

// cache finds directories with that tag: cargo's, pytest's, mypy's.
func (d *directory) cache() []string {
	return d.those(func(_ string, e *directory) bool {
		tag, there := e.files["CACHEDIR.TAG"]
		if !there {
			return false
		}
		start, err := startOf(filepath.FromSlash(tag.from), int64(len(cacheTag)))
		return err == nil && bytes.Equal(start, []byte(cacheTag))
	})
}

// documentation finds the output of javadoc, Doxygen and Sphinx.
func (d *directory) documentation() []string {
	return d.those(func(_ string, e *directory) bool {
		return e.has("index.html") && (e.has("stylesheet.css") && e.has("element-list", "package-list", "script.js") ||
			e.has("doxygen.css") || e.has("objects.inv"))
	})
}

// coverage finds coverage reports in HTML.
func (d *directory) coverage() []string {
	return d.those(func(_ string, e *directory) bool {
		return e.has("index.html") && (e.has("prettify.js") && e.has("sorter.js") || e.matches("coverage_html*.js"))
	})
}

// copies finds directories into which an IDE compiles and copies other files. Each source in them
// also exists elsewhere.
func (d *directory) copies() []string {
	return d.those(func(name string, e *directory) bool {
		switch name {
		case "bin", "out", "build", "target", "dist", "classes", "Debug", "Release", "x64":
		default:
			return false
		}
		compiled := e.anywhere(func(e *directory) bool {
			for _, f := range e.files {
				if f.binary != nil {
					return true
				}
			}
			return false
		})
		return compiled && !e.anywhere(func(at *directory) bool { return at.original(e.path) })
	})
}

// original reports whether the directory contains a source that has no copy outside the path.
func (d *directory) original(outside string) bool {
	top := d
	for top.parent != nil {
		top = top.parent
	}
	for name, f := range d.files {
		copied := func(at *directory) bool {
			other, there := at.files[name]
			return there && !strings.HasPrefix(at.path+"/", outside+"/") && sameContent(f, other)
		}
		if knownEnding(name) && !top.anywhere(copied) {
			return true
		}
	}
	return false
}

// sameContent reports whether two files have the same content. It returns false if they cannot be
// compared.
func sameContent(a, b source) bool {
	one, err := readCapped(filepath.FromSlash(a.from), maxSource)
	if err != nil || one == nil {
		return false
	}
	other, err := readCapped(filepath.FromSlash(b.from), maxSource)
	return err == nil && bytes.Equal(one, other)
}

// within reports whether a path is below a leftover.
func within(left []leftover, name string) bool {
	return slices.ContainsFunc(left, func(l leftover) bool { return strings.HasPrefix(name, l.dir+"/") })
}

// leftoverNote names the leftovers with files that build: auto would otherwise have treated as
// work. It returns nil if there are none.
func leftoverNote(left []leftover, taken []string) []string {
	var words []string
	for _, l := range left {
		if slices.ContainsFunc(taken, func(name string) bool { return strings.HasPrefix(name, l.dir+"/") }) {
			words = append(words, fmt.Sprintf("%s/ (%s)", l.dir, l.tool))
		}
	}
	if len(words) == 0 {
		return nil
	}
	if len(words) > maxNamedLeftovers {
		words = append(words[:maxNamedLeftovers], fmt.Sprintf("and %d more directories", len(words)-maxNamedLeftovers))
	}
	return wrapNote("note: left out as the work of tools: " + strings.Join(words, ", ") + ". Files of your own belong elsewhere.")
}

// maxNamedLeftovers is the maximum number of leftovers that are named.
const maxNamedLeftovers = 6
