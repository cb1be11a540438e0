package javaproject

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// Tool is the build tool of a project.
type Tool string

// These are the build tools.
const (
	Maven  Tool = "Maven"
	Gradle Tool = "Gradle"
)

const (
	starterDir = "starter/"
	// testsDir is the directory of the project's tests and their resources in the tests repository. Below it they keep
	// their paths.
	testsDir = "units/"
	// jarsDir is the directory of the project's jars in the tests repository.
	jarsDir = "lib/"
)

// Options are chosen by the caller.
type Options struct {
	Title    string // "": the project's own, or the name of the package
	Module   string // directory of the module to import; "": the top, or the only module with tests
	Solution fs.FS  // a project with the same directories, or the sources that replace those of the project
	Solved   bool   // the project itself is the solution
	Hidden   string // a directory of the package that students must not have, such as the solution's; "" for none
}

// fault returns why the options do not name one solution, "" if they do.
func (o Options) fault() string {
	switch {
	case o.Solution == nil && !o.Solved:
		return "No solution. Name one with --solution DIR, or use --solved if the project itself is the solution."
	case o.Solution != nil && o.Solved:
		return "Two solutions. Use either --solution DIR, or --solved if the project itself is the solution."
	}
	return ""
}

// importer is one import in progress.
type importer struct {
	tool    Tool
	fsys    fs.FS
	options Options
	bundle  *imports.Bundle
	module  string  // directory of the module, "." for the top
	project project // with directories from the top
	hidden  hidden
	// siblings are the artifacts of all modules of Maven.
	siblings []string
	files    []imports.Entry
	jars     []string
	tests    []string // Java files of the tests
	reads    bool     // whether the tests name files below src/test by their paths
}

// Import reads a project. Its tests become one test with a report, one point for each case that JUnit reports; the other files
// become the starter, or with Solved the solution. CodeInvalid: there is no such project, it has no tests, or its
// build file cannot be read.
func Import(fsys fs.FS, tool Tool, name string, o Options) (*imports.Bundle, error) {
	i := &importer{tool: tool, options: o, bundle: &imports.Bundle{}}
	if fault := o.fault(); fault != "" {
		return nil, schema.Errorf(schema.CodeInvalid, "%s", fault)
	}
	i.fsys, _ = imports.Enter(fsys, i.buildFiles()...)
	if top, _ := imports.Top(fsys, i.buildFiles()...); o.Hidden != "" {
		i.hidden.solution = relative(top, o.Hidden)
	}
	if err := i.read(); err != nil {
		return nil, err
	}
	if err := i.list(); err != nil {
		return nil, err
	}
	if err := i.hide(); err != nil {
		return nil, err
	}
	i.noteDependencies()
	if err := i.copyFiles(); err != nil {
		return nil, err
	}
	if err := i.scanSources(); err != nil {
		return nil, err
	}
	i.assign(name)
	return i.bundle, nil
}

func (i *importer) buildFiles() []string {
	if i.tool == Maven {
		return []string{pomFile}
	}
	return append(settingsFiles(), gradleFiles()...)
}

// moduleFiles returns the names of the files that each module has.
func (i *importer) moduleFiles() []string {
	if i.tool == Maven {
		return []string{pomFile}
	}
	return gradleFiles()
}

// buildFile returns the usual name of the tool's file.
func (i *importer) buildFile() string {
	files := i.buildFiles()
	return strings.Replace(files[0], "settings.", "build.", 1)
}

// read reads the build file of the top and, if another is chosen, of the module.
func (i *importer) read() error {
	i.module = path.Clean(i.options.Module)
	if i.module != "." && !plainPath.MatchString(i.module) {
		return schema.Errorf(schema.CodeInvalid, "--module %q: name a directory of the project", schema.Excerpt(i.module, 100))
	}
	top, err := i.readBuild(&imports.Bundle{}, ".")
	if schema.CodeOf(err) == schema.CodeNotFound && i.tool == Gradle {
		top.modules, top.included, err = gradleModules(i.fsys), includedBuilds(i.fsys), nil
		if len(top.modules) == 0 && i.module == "." {
			err = schema.Errorf(schema.CodeNotFound, "build.gradle is missing")
		}
	}
	if err != nil {
		return i.notProject(err)
	}
	if err := i.chooseModule(top); err != nil {
		return err
	}
	p, err := i.readBuild(i.bundle, i.module)
	if err != nil {
		return i.notProject(err)
	}
	for _, other := range top.modules {
		if other = path.Clean(other); other != i.module && !isBelow(i.module, other) {
			i.hidden.modules = append(i.hidden.modules, other)
		}
	}
	if err := p.check(); err != nil {
		return err
	}
	i.project = p.below(i.module)
	i.addSiblings(top)
	i.hidden.kept = slices.Concat(p.parents, top.included)
	return nil
}

// addSiblings adds the names of the modules, and names what the top's script sets for them.
func (i *importer) addSiblings(top project) {
	if i.tool == Maven {
		for _, dir := range top.modules {
			if m, err := parsePom(i.fsys, path.Join(dir, pomFile)); err == nil {
				i.siblings = append(i.siblings, strings.TrimSpace(m.ArtifactID))
			}
		}
		return
	}
	if i.isDir("buildSrc") {
		i.bundle.Note(imports.Lost, "buildSrc", "its plugins are not run. Write what they set into the project's own script, and import again")
	}
	if i.module == "." {
		return
	}
	if name, text, err := gradleScript(i.fsys, "."); err == nil {
		noteShared(i.bundle, name, text)
	}
}

func (i *importer) readBuild(b *imports.Bundle, dir string) (project, error) {
	if i.tool == Maven {
		return readPom(b, i.fsys, dir)
	}
	return readGradle(b, i.fsys, dir)
}

// notProject replaces the error of a missing build file.
func (i *importer) notProject(err error) error {
	if schema.CodeOf(err) != schema.CodeNotFound {
		return err
	}
	dir := i.module
	if dir == "." {
		dir = "its top directory"
	}
	return schema.Errorf(schema.CodeInvalid, "this is not a project of %s: %s is missing in %s", i.tool, i.buildFile(), dir)
}

// chooseModule sets the module if the caller did not: the top if it has tests, otherwise the only module with tests.
func (i *importer) chooseModule(top project) error {
	if i.module != "." || len(top.modules) == 0 || i.isDir(top.test) {
		return nil
	}
	var tested []string
	for _, dir := range top.modules {
		dir = path.Clean(dir)
		if !plainPath.MatchString(dir) {
			continue
		}
		if p, err := i.readBuild(&imports.Bundle{}, dir); err == nil && i.isDir(path.Join(dir, p.test)) {
			tested = append(tested, dir)
		}
	}
	switch len(tested) {
	case 0:
		return schema.Errorf(schema.CodeInvalid, "none of the modules has tests: %s", schema.Excerpt(strings.Join(top.modules, ", "), 300))
	case 1:
		i.module = tested[0]
		return nil
	}
	return schema.Errorf(schema.CodeInvalid, "several modules have tests; import one of them with --module: %s", schema.Excerpt(strings.Join(tested, ", "), 300))
}

func (i *importer) isDir(name string) bool {
	info, err := fs.Stat(i.fsys, name)
	return err == nil && info.IsDir()
}

// list lists the project's files, its jars and its tests.
func (i *importer) list() error {
	files, broken, err := imports.List(i.fsys, ".")
	if err != nil {
		return err
	}
	for _, name := range broken {
		i.bundle.Note(imports.Lost, name, "the link leads out of the project")
	}
	i.files = files
	for _, f := range files {
		dir := path.Dir(f.Name)
		if path.Ext(f.Name) == ".jar" && plainPath.MatchString(path.Base(f.Name)) && !imageJar.MatchString(path.Base(f.Name)) && (dir == path.Join(i.module, path.Base(dir)) || dir == path.Base(dir)) && slices.Contains(jarDirs(), path.Base(dir)) {
			i.jars = append(i.jars, f.Name)
		}
		if isBelow(f.Name, i.project.test) && path.Ext(f.Name) == ".java" {
			i.tests = append(i.tests, f.Name)
		}
	}
	if len(i.tests) == 0 {
		return schema.Errorf(schema.CodeInvalid, "the project has no tests in Java: there is no .java file below %s", i.project.test)
	}
	if isBelow(i.project.test, i.project.main) || isBelow(i.project.main, i.project.test) || i.project.main == i.project.test {
		return schema.Errorf(schema.CodeInvalid, "%s: the sources (%s) and the tests (%s) need directories of their own, not one in the other", i.project.file, i.project.main, i.project.test)
	}
	return nil
}

// copyFiles copies the tests, the starter and the solution. Files that are neither sources nor tests are in both, because
// a program may read them.
func (i *importer) copyFiles() error {
	for _, f := range i.files {
		switch {
		case i.isTest(f.Name):
			i.bundle.Copy(testsDir+f.Name, i.fsys, f.Name, false)
		case slices.Contains(i.jars, f.Name):
			i.bundle.Copy(jarsDir+path.Base(f.Name), i.fsys, f.Name, false)
			i.bundle.Copy(starterDir+f.Name, i.fsys, f.Name, false)
		case i.isMain(f.Name) && i.options.Solved:
			i.bundle.CopyToSolution(f.Name, i.fsys, f.Name, f.Executable)
		case i.isMain(f.Name):
			i.bundle.Copy(starterDir+f.Name, i.fsys, f.Name, f.Executable)
		case i.isStudents(f.Name):
			i.bundle.Copy(starterDir+f.Name, i.fsys, f.Name, f.Executable)
			i.bundle.CopyToSolution(f.Name, i.fsys, f.Name, f.Executable)
		}
	}
	if i.options.Solved {
		i.bundle.Note(imports.Hint, i.project.main, "it is the solution; the starter has no sources. Put what students begin with into %s%s", starterDir, i.project.main)
	}
	i.bundle.Note(imports.Changed, i.project.test, "students do not get the tests. If they may read them, copy %s%s to %s%s; their copy is not graded", testsDir, i.project.test, starterDir, i.project.test)
	if i.options.Solution == nil {
		return nil
	}
	return i.copySolution()
}

func (i *importer) isTest(name string) bool {
	return isBelow(name, append([]string{i.project.test}, i.project.testResources...)...)
}

func (i *importer) isMain(name string) bool {
	return isBelow(name, append([]string{i.project.main}, i.project.mainResources...)...)
}

// copySolution copies the sources of the solution. They replace those of the project, if the solution is not a whole
// project.
func (i *importer) copySolution() error {
	files, whole, err := i.solutionFiles()
	if err != nil {
		return err
	}
	if !whole {
		for _, f := range i.files {
			if i.isMain(f.Name) {
				i.bundle.CopyToSolution(f.Name, i.fsys, f.Name, f.Executable)
			}
		}
	}
	sources := 0
	for _, f := range files {
		if path.Ext(f.name) == ".java" {
			sources++
		}
		i.bundle.CopyToSolution(f.name, f.fsys, f.source, f.executable)
	}
	if sources == 0 {
		return schema.Errorf(schema.CodeInvalid, "the solution has no .java file")
	}
	return nil
}

// solutionFile is a source of the solution. name is its path in the project, source its path in the given directory.
type solutionFile struct {
	name, source string
	executable   bool
	fsys         fs.FS
}

// solutionFiles returns the sources of the given solution. whole is false if it lacks the project's directories: then all
// of its files are sources.
func (i *importer) solutionFiles() (sources []solutionFile, whole bool, err error) {
	solution, _ := imports.Enter(i.options.Solution, i.buildFiles()...)
	files, _, err := imports.List(solution, ".")
	if err != nil {
		return nil, false, err
	}
	whole = slices.ContainsFunc(files, func(f imports.Entry) bool { return isBelow(f.Name, i.project.main) })
	for _, f := range files {
		name := f.Name
		if !whole {
			name = path.Join(i.project.main, f.Name)
		}
		if i.isMain(name) {
			sources = append(sources, solutionFile{name: name, source: f.Name, executable: f.Executable, fsys: solution})
		}
	}
	return sources, whole, nil
}

// scanSources looks for tests that read their files by path, and names what the sources have that is not carried over.
func (i *importer) scanSources() error {
	disabled := 0
	for _, name := range i.tests {
		text, err := imports.ReadText(i.fsys, name, maxSource)
		if err != nil {
			return err
		}
		i.reads = i.reads || bytes.Contains(text, []byte(`"src/test/`)) || bytes.Contains(text, []byte(`"./src/test/`))
		disabled += len(disabledTest.FindAllIndex(text, -1))
	}
	if disabled > 0 {
		i.bundle.Note(imports.Hint, i.project.test, "%s", disabledNote(disabled))
	}
	others := []string{".kt", ".groovy", ".scala"}
	for _, f := range i.files {
		if slices.Contains(others, path.Ext(f.Name)) && isBelow(f.Name, path.Join(i.module, "src")) {
			i.bundle.Note(imports.Lost, f.Name, "only Java is compiled")
		}
	}
	return nil
}

func disabledNote(tests int) string {
	if tests == 1 {
		return "1 test is disabled. JUnit skips it, and it earns no points."
	}
	return fmt.Sprintf("%d tests or classes are disabled. JUnit skips them, and they earn no points.", tests)
}

// maxSource bounds the size of a Java file of the tests, in bytes.
const maxSource = 8 << 20

var disabledTest = regexp.MustCompile(`(?m)^\s*@(?:Disabled|Ignore)\b`)

// assign fills in the assignment.
func (i *importer) assign(name string) {
	a := &i.bundle.Assignment
	a.Title = firstOf(i.options.Title, i.project.title, name)
	a.Files = &imports.FileRules{Required: []string{i.project.main + "/**"}}
	a.Files.Locked = i.jars
	if len(i.bundle.Below(starterDir)) > 0 {
		a.Starter = starterDir
	}
	if i.bundle.Has(starterDir + "README.md") {
		i.bundle.Copy("handout.md", i.fsys, "README.md", false)
		a.Handout = "handout.md"
	}
	a.Limits = &imports.Limits{Time: "1m", Memory: "768MiB", Processes: 256}
	a.Build = []imports.Step{{Run: imports.Script(i.compileMain())}}
	needs := []string{testsDir + "**"}
	if len(i.jars) > 0 {
		needs = append(needs, jarsDir+"*.jar")
	}
	a.Tests = []imports.Test{{
		Name: "units", Needs: needs, Report: "junit", Points: map[string]imports.Number{"default": "1"},
		Compile: imports.Script(i.compileTests()), Run: imports.Script(i.runTests()),
	}}
}

// sources returns a shell word that lists the Java files below a directory.
func (i *importer) sources(dir, root string) string {
	module := ""
	if _, err := fs.Stat(i.fsys, path.Join(dir, "module-info.java")); err == nil {
		module = " ! -name module-info.java"
	}
	return fmt.Sprintf("$(find %s%s -name '*.java'%s)", root, dir, module)
}

func (i *importer) compileMain() string {
	command := "javac -proc:none -encoding " + i.project.encoding
	if i.project.release != "" {
		command += " --release " + i.project.release + " -Xlint:-options"
	}
	if len(i.jars) > 0 {
		command += " -cp " + strings.Join(i.jars, ":")
	}
	return command + " -d out " + i.sources(i.project.main, "")
}

func (i *importer) compileTests() string {
	return fmt.Sprintf("javac -proc:none -encoding %s -d $TEST_OUT -cp %s %s", i.project.encoding, i.classPath("$ARTEFACTS/out"), i.sources(i.project.test, "$NEEDS/"+testsDir))
}

// runTests returns the command of the tests. Like the tools it runs in the directory of the module.
func (i *importer) runTests() string {
	classes := []string{"$TEST_OUT"}
	for _, dir := range slices.DeleteFunc(slices.Clone(i.project.testResources), func(dir string) bool { return !i.isDir(dir) }) {
		classes = append(classes, "$NEEDS/"+testsDir+dir)
	}
	classes = append(classes, "$ARTEFACTS/out")
	for _, dir := range i.project.mainResources {
		classes = append(classes, "$ARTEFACTS/"+dir)
	}
	before := ""
	if i.reads {
		before = "cp -R --remove-destination $NEEDS/" + testsDir + ". . && "
	}
	if i.module != "." {
		before += "cd " + i.module + " && "
	}
	return before + fmt.Sprintf("java -cp %s org.junit.platform.console.ConsoleLauncher --scan-class-path $TEST_OUT --include-classname '%s' --reports-dir $REPORTS --details summary --disable-banner",
		i.classPath(classes...), i.project.pattern)
}

// classPath returns the class path of the tests: JUnit's, the given entries, and the project's jars.
func (i *importer) classPath(entries ...string) string {
	entries = append([]string{"$CLASSPATH_JUNIT"}, entries...)
	const jars = "$NEEDS/" + jarsDir + "*"
	switch {
	case i.hasJar(assertJ()):
		entries = append([]string{jars}, entries...)
	case len(i.jars) > 0:
		entries = append(entries, jars)
	}
	return strings.Join(entries, ":")
}
