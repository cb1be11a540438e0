package javaproject

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
)

// dependency is a library that a project uses.
type dependency struct {
	group, artifact, version string
	scope                    string // as the tool names it
	processor                bool   // an annotation processor
}

func (d dependency) String() string {
	name := d.group + ":" + d.artifact
	if d.version != "" {
		name += ":" + d.version
	}
	return name
}

// inImage reports whether $CLASSPATH_JUNIT of a runner image has the library, see runner/grade/machine.go.
func (d dependency) inImage() bool {
	switch d.group {
	case "org.junit.jupiter", "org.junit.platform", "org.junit.vintage", "org.junit", "org.apiguardian", "org.opentest4j", "org.hamcrest":
		return true
	}
	return d.group == "junit" && d.artifact == "junit" || d.group == "org.assertj" && d.artifact == "assertj-core"
}

// isJar reports whether a file is the library's jar: ARTIFACT.jar or ARTIFACT-VERSION.jar.
func (d dependency) isJar(file string) bool {
	name, found := strings.CutPrefix(strings.TrimSuffix(path.Base(file), ".jar"), d.artifact)
	return found && (name == "" || len(name) > 1 && name[0] == '-' && name[1] >= '0' && name[1] <= '9')
}

// imageJar matches jars of the frameworks in $CLASSPATH_JUNIT. A second version of them beside the image's would be a
// mixture of both. A project's own AssertJ is used instead of the image's.
var imageJar = regexp.MustCompile(`^(?:junit|hamcrest|opentest4j|apiguardian-api)(?:-?[0-9].*)?\.jar$|^(?:junit-(?:jupiter|platform|vintage)|hamcrest-(?:core|library|all))(?:-.*)?\.jar$`)

// assertJ is the only library of the image that a project's jar replaces.
func assertJ() dependency { return dependency{group: "org.assertj", artifact: "assertj-core"} }

// jarDirs returns the directories whose jars belong to the project.
func jarDirs() []string { return []string{"lib", "libs"} }

// noteDependencies names the libraries, and says which of them the tests repository lacks.
func (i *importer) noteDependencies() {
	var carried []string
	for _, d := range i.project.dependencies {
		switch {
		case d.processor:
			i.bundle.Note(imports.Lost, d.String(), "annotation processors do not run: they would run code of a library while grading")
		case d.inImage() && (d.artifact != assertJ().artifact || !i.hasJar(d)):
			carried = append(carried, d.String())
		case !i.hasJar(d):
			i.bundle.Note(imports.Lost, d.String(), "%s", i.advice(d))
		}
	}
	if len(carried) > 0 {
		i.bundle.Note(imports.Changed, i.project.file, "the runner image's versions are used of %s", strings.Join(carried, ", "))
	}
}

func (i *importer) hasJar(d dependency) bool {
	for _, jar := range i.jars {
		if d.isJar(jar) {
			return true
		}
	}
	return false
}

// advice says how to carry over a library.
func (i *importer) advice(d dependency) string {
	if slices.Contains(i.siblings, d.artifact) {
		return moduleAdvice(d.artifact, i.tool)
	}
	if i.tool == Maven {
		return "the library is not in the tests repository. If the code needs it, run this in the project and import it again: mvn dependency:copy-dependencies -DoutputDirectory=lib"
	}
	return "the library is not in the tests repository. If the code needs it, put " + d.artifact + ".jar and the jars that it needs into libs/ of the project and import it again"
}

// moduleAdvice says how to carry over another module of the project.
func moduleAdvice(name string, tool Tool) string {
	dir := "libs/"
	if tool == Maven {
		dir = "lib/"
	}
	return name + " is another module of the project, and is not in the tests repository. If the code needs it, build its jar, put it into " + dir + " of the project and import it again. Students get that jar"
}
