// Package javaproject turns Java projects of Maven and Gradle into tests repositories. grader runs neither tool: they
// load plugins from the project, and their reports could be forged. The compiler and JUnit's console launcher run the
// same sources instead.
//
// Facts: Maven's model (maven.apache.org/ref/3.9.9/maven-model/maven.html) and super POM; the classes that Surefire
// runs by default (SurefireMojo.getDefaultIncludes and AbstractSurefireMojo.getDefaultExcludes of
// apache/maven-surefire); the configurations of Gradle's java plugin and the file format of version catalogs
// (docs.gradle.org).
package javaproject

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// project is what the file of a build tool says. Its directories are relative to the directory of that file.
type project struct {
	file          string // the file, for notes
	title         string // "" for none
	main, test    string // directories of the sources
	mainResources []string
	testResources []string
	encoding      string
	release       string // Java version of the main sources, "" for the compiler's own
	dependencies  []dependency
	modules       []string
	parents       []string // build files of parents, from the top of the tree
	included      []string // directories of builds that the build needs
	pattern       string   // names of the test classes, as a regular expression
}

// newProject returns a project with the directories that both tools use by default.
func newProject(file string) project {
	return project{
		file: file, main: "src/main/java", test: "src/test/java", encoding: "UTF-8",
		mainResources: []string{"src/main/resources"}, testResources: []string{"src/test/resources"},
	}
}

// These patterns match names that can be written into a command without quotes.
var (
	plainPath    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*$`)
	encodingName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:+-]{0,40}$`)
	javaVersion  = regexp.MustCompile(`^(?:1\.)?([0-9]{1,2})$`)
)

// check refuses names that cannot be written into a command.
func (p project) check() error {
	for _, dir := range slices.Concat([]string{p.main, p.test}, p.mainResources, p.testResources) {
		if !plainPath.MatchString(dir) {
			return schema.Errorf(schema.CodeInvalid, "%s: the directory %q is outside the project or has other characters than letters, digits, dots, hyphens and underscores", p.file, schema.Excerpt(dir, 100))
		}
	}
	if !encodingName.MatchString(p.encoding) {
		return schema.Errorf(schema.CodeInvalid, "%s: the encoding %q is not the name of an encoding", p.file, schema.Excerpt(p.encoding, 100))
	}
	return nil
}

// setRelease sets the Java version of the main sources. javac of the runner image knows the versions from 8 to its own,
// which is not known here.
func (p *project) setRelease(b *imports.Bundle, version string) {
	m := javaVersion.FindStringSubmatch(version)
	switch {
	case version == "":
	case m == nil:
		b.Note(imports.Lost, p.file, "the Java version %q is not a number; the runner image's version is used", schema.Excerpt(version, 60))
	case len(m[1]) == 1 && m[1] < "8":
		b.Note(imports.Changed, p.file, "Java %s is compiled as Java 8, the oldest version that javac still knows", m[1])
		p.release = "8"
	case len(m[1]) == 2 && m[1] > "17":
		b.Note(imports.Hint, p.file, "the project is for Java %s: the runner image must have at least this version; Debian 12 has 17", m[1])
	default:
		p.release = m[1]
	}
}

// below returns the project with all directories below a directory of the tree.
func (p project) below(dir string) project {
	join := func(names []string) []string {
		var joined []string
		for _, name := range names {
			joined = append(joined, path.Join(dir, name))
		}
		return joined
	}
	p.file, p.main, p.test = path.Join(dir, p.file), path.Join(dir, p.main), path.Join(dir, p.test)
	p.mainResources, p.testResources = join(p.mainResources), join(p.testResources)
	return p
}

// isBelow reports whether a file is in one of the directories.
func isBelow(name string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return dir == "." || strings.HasPrefix(name, dir+"/") })
}
