package javaproject_test

import (
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/javaproject"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// tree returns a file system of texts.
func tree(files map[string]string) fstest.MapFS {
	t := fstest.MapFS{}
	for name, text := range files {
		t[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return t
}

// with returns a project with one class and one test beside other files.
func with(files map[string]string) fstest.MapFS {
	all := map[string]string{"src/main/java/a/A.java": "class A {}", "src/test/java/a/ATest.java": "class ATest {}"}
	for name, text := range files {
		all[name] = text
	}
	return tree(all)
}

func pom(inner string) string {
	return `<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>stack</artifactId>` + inner + `</project>`
}

// imported imports a project, writes it and loads it, as a push would.
func imported(t *testing.T, fsys fs.FS, tool javaproject.Tool, o javaproject.Options) *imports.Bundle {
	t.Helper()
	if o.Solution == nil {
		o.Solved = true
	}
	b, err := javaproject.Import(fsys, tool, "package", o)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := b.WriteTo(dir, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func notes(b *imports.Bundle) string {
	var lines []string
	for _, n := range b.Notes {
		lines = append(lines, n.String())
	}
	return strings.Join(lines, "\n")
}

func content(t *testing.T, b *imports.Bundle, name string) string {
	t.Helper()
	f, err := b.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func build(b *imports.Bundle) string {
	return string(b.Assignment.Build.([]imports.Step)[0].Run)
}

func TestMavenDefaults(t *testing.T) {
	t.Parallel()
	b := imported(t, with(map[string]string{
		"pom.xml": pom(`<name>A stack</name>`), "README.md": "Write it.", "numbers.txt": "1", "src/main/resources/x": "", "src/test/resources/y": "",
		".git/config": "", ".github/workflows/a.yml": "", ".mvn/wrapper/a": "", "target/a.class": "", "src/integrationTest/java/B.java": "",
	}), javaproject.Maven, javaproject.Options{})
	want := []string{
		"IMPORTED.md", "handout.md", "solution/.mvn/wrapper/a", "solution/README.md", "solution/numbers.txt", "solution/pom.xml", "solution/src/main/java/a/A.java",
		"solution/src/main/resources/x", "starter/.mvn/wrapper/a", "starter/README.md", "starter/numbers.txt", "starter/pom.xml", "units/src/test/java/a/ATest.java", "units/src/test/resources/y",
	}
	got := b.Names()
	if !b.Has("IMPORTED.md") {
		want = want[1:]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	a := b.Assignment
	if a.Title != "A stack" || a.Solution != "solution/" || a.Starter != "starter/" || !cmp.Equal(a.Files.Required, []string{"src/main/java/**"}) {
		t.Errorf("%+v", a)
	}
	if got := build(b); got != "javac -proc:none -encoding UTF-8 -d out $(find src/main/java -name '*.java')" {
		t.Errorf("build: %s", got)
	}
	test := a.Tests[0]
	const run = "java -cp $CLASSPATH_JUNIT:$TEST_OUT:$NEEDS/units/src/test/resources:$ARTEFACTS/out:$ARTEFACTS/src/main/resources org.junit.platform.console.ConsoleLauncher --scan-class-path $TEST_OUT " +
		`--include-classname '^(.*\.)?(Test[^.$]*|[^.$]*(Test|Tests|TestCase))$' --reports-dir $REPORTS --details summary --disable-banner`
	if test.Report != "junit" || string(test.Run) != run || !cmp.Equal(test.Points, any(map[string]imports.Number{"default": "1"})) {
		t.Errorf("%+v", test)
	}
	for _, want := range []string{".github: hidden", "what a build made", "src/integrationTest/java: only the tests"} {
		if !strings.Contains(notes(b), want) {
			t.Errorf("the notes are\n%s\nwant %s", notes(b), want)
		}
	}
}

// TestPom checks what single elements of a pom.xml do.
func TestPom(t *testing.T) {
	t.Parallel()
	const surefire = "<build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><configuration>"
	for name, c := range map[string]struct{ inner, build, note string }{
		"source and target":    {"<properties><maven.compiler.source>1.8</maven.compiler.source><maven.compiler.target>1.8</maven.compiler.target></properties>", "--release 8 ", ""},
		"release":              {"<properties><maven.compiler.source>8</maven.compiler.source><maven.compiler.release>11</maven.compiler.release></properties>", "--release 11 ", ""},
		"a property of one":    {"<properties><java.version>17</java.version><maven.compiler.release>${java.version}</maven.compiler.release></properties>", "--release 17 ", ""},
		"the plugin's release": {"<build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><configuration><source>1.8</source><release>16</release></configuration></plugin></plugins></build>", "--release 16 ", ""},
		"a managed plugin":     {managed("maven-compiler-plugin", "<release>11</release>") + "<plugins></plugins></build>", "--release 11 ", ""},
		"a plugin over it":     {managed("maven-compiler-plugin", "<release>11</release>") + "<plugins><plugin><artifactId>maven-compiler-plugin</artifactId><configuration><release>17</release></configuration></plugin></plugins></build>", "--release 17 ", ""},
		"managed includes":     {managed("maven-surefire-plugin", "<includes><include>**/IT*.java</include></includes>") + "</build>", "", "includes of maven-surefire-plugin is not applied"},
		"an own execution":     {"<build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><executions><execution><id>default-compile</id><configuration><release>11</release></configuration></execution></executions></plugin></plugins></build>", "--release 11 ", ""},
		"excluded groups":      {managed("maven-surefire-plugin", "<excludedGroups>slow, big</excludedGroups>") + "</build>", "", "excludedGroups of maven-surefire-plugin is not applied. Add to the end of the test's run in assignment.yaml: --exclude-tag slow --exclude-tag big"},
		"the project's names":  {"<groupId>edu.lab</groupId><version>1.2</version><dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId><version>${project.version}</version></dependency></dependencies>", "", "not carried over: edu.lab:core:1.2: the library"},
		"the parent's names":   {"<parent><groupId>edu.lab</groupId><artifactId>course</artifactId><version>3</version></parent><dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId><version>${project.parent.version}</version></dependency></dependencies>", "", "not carried over: edu.lab:core:3: the library"},
		"an old version":       {"<properties><maven.compiler.source>1.6</maven.compiler.source></properties>", "--release 8 ", "Java 6 is compiled as Java 8"},
		"a newer version":      {"<properties><maven.compiler.release>21</maven.compiler.release></properties>", "-encoding UTF-8 -d out", "the project is for Java 21"},
		"a property in a loop": {"<properties><a>${b}</a><b>${a}</b><maven.compiler.release>${a}</maven.compiler.release></properties>", "-encoding UTF-8 -d out", "is not a number"},
		"an encoding":          {"<properties><project.build.sourceEncoding>ISO-8859-1</project.build.sourceEncoding></properties>", "-encoding ISO-8859-1 ", ""},
		"junit":                {"<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13</version></dependency></dependencies>", "", "the runner image's versions are used of junit:junit:4.13"},
		"a managed version":    {"<properties><v>3.9</v></properties><dependencyManagement><dependencies><dependency><groupId>org.assertj</groupId><artifactId>assertj-core</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement><dependencies><dependency><groupId>org.assertj</groupId><artifactId>assertj-core</artifactId></dependency></dependencies>", "", "org.assertj:assertj-core:3.9"},
		"mockito":              {"<dependencies><dependency><groupId>org.mockito</groupId><artifactId>mockito-core</artifactId><version>5.0</version></dependency></dependencies>", "", "not carried over: org.mockito:mockito-core:5.0: the library is not in the tests repository"},
		"lombok":               {"<dependencies><dependency><groupId>org.projectlombok</groupId><artifactId>lombok</artifactId></dependency></dependencies>", "", "not carried over: org.projectlombok:lombok: annotation processors do not run"},
		"a plugin":             {"<build><plugins><plugin><artifactId>jacoco-maven-plugin</artifactId></plugin></plugins></build>", "", "the plugin jacoco-maven-plugin is not run"},
		"a profile":            {"<profiles><profile><id>ci</id></profile></profiles>", "", "the profile ci is not applied"},
		"groups of surefire":   {surefire + "<groups>fast</groups></configuration></plugin></plugins></build>", "", "groups of maven-surefire-plugin is not applied"},
		"includes of surefire": {surefire + "<includes><include>**/IT*.java</include></includes></configuration></plugin></plugins></build>", "", "includes of maven-surefire-plugin is not applied"},
		"a parent elsewhere":   {"<parent><artifactId>spring-boot-starter-parent</artifactId><relativePath/></parent>", "", "the parent spring-boot-starter-parent is not in this tree"},
		"a parent that is not": {"<parent><artifactId>course</artifactId></parent>", "", "the parent course is not in this tree"},
	} {
		b := imported(t, with(map[string]string{"pom.xml": pom(c.inner)}), javaproject.Maven, javaproject.Options{})
		if !strings.Contains(build(b), c.build) || !strings.Contains(notes(b), c.note) || strings.Contains(notes(b), "unused-plugin") {
			t.Errorf("%s: build %s, want %s; the notes are\n%s\nwant %s", name, build(b), c.build, notes(b), c.note)
		}
	}
}

// managed returns the beginning of a build with the managed configuration of a plugin.
func managed(plugin, configuration string) string {
	return "<build><pluginManagement><plugins><plugin><artifactId>" + plugin + "</artifactId><configuration>" + configuration + "</configuration></plugin><plugin><artifactId>unused-plugin</artifactId></plugin></plugins></pluginManagement>"
}

// TestMavenModuleDependency names a dependency that is another module.
func TestMavenModuleDependency(t *testing.T) {
	t.Parallel()
	const core = "<dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId><version>${project.version}</version></dependency></dependencies>"
	files := map[string]string{
		"pom.xml":     pom("<groupId>edu</groupId><version>1.0</version><modules><module>core</module><module>app</module></modules>"),
		"app/pom.xml": "<project><artifactId>app</artifactId><parent><groupId>edu</groupId><artifactId>stack</artifactId><version>1.0</version></parent>" + core + "</project>", "core/pom.xml": "<project><artifactId>core</artifactId></project>",
		"app/src/main/java/A.java": "class A {}", "app/src/test/java/ATest.java": "class ATest {}",
	}
	const want = "not carried over: edu:core:1.0: core is another module of the project"
	if b := imported(t, tree(files), javaproject.Maven, javaproject.Options{}); !strings.Contains(notes(b), want) {
		t.Errorf("the notes are\n%s\nwant %s", notes(b), want)
	}
	files["app/lib/core-1.0.jar"] = "jar"
	if b := imported(t, tree(files), javaproject.Maven, javaproject.Options{}); strings.Contains(notes(b), "another module of") || !b.Has("lib/core-1.0.jar") {
		t.Errorf("the notes are\n%s", notes(b))
	}
}

// TestMavenDirectories checks that a project's own directories are used.
func TestMavenDirectories(t *testing.T) {
	t.Parallel()
	inner := "<build><sourceDirectory>${project.basedir}/src</sourceDirectory><testSourceDirectory>${basedir}/test</testSourceDirectory><testResources><testResource><directory>data</directory></testResource></testResources></build>"
	b := imported(t, tree(map[string]string{"pom.xml": pom(inner), "src/A.java": "", "test/ATest.java": "", "data/x": ""}), javaproject.Maven, javaproject.Options{})
	if !b.Has("solution/src/A.java") || !b.Has("units/test/ATest.java") || !b.Has("units/data/x") || !strings.Contains(string(b.Assignment.Tests[0].Run), ":$NEEDS/units/data:") {
		t.Errorf("%v, %+v", b.Names(), b.Assignment.Tests[0])
	}
}

// TestModules imports a module whose parent is in the same tree.
func TestModules(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"course/pom.xml":                   pom("<packaging>pom</packaging><modules><module>lab1</module><module>lab2</module></modules><properties><maven.compiler.release>11</maven.compiler.release></properties><dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId></dependency></dependencies>"),
		"course/lab1/pom.xml":              pom("<parent><artifactId>stack</artifactId></parent>"),
		"course/lab1/src/main/java/A.java": "", "course/lab1/src/test/java/ATest.java": "",
		"course/lab2/pom.xml": pom("<parent><artifactId>stack</artifactId></parent>"), "course/lab2/src/main/java/B.java": "secret",
	}
	b := imported(t, tree(files), javaproject.Maven, javaproject.Options{})
	if !strings.Contains(build(b), "--release 11 -Xlint:-options -d out $(find lab1/src/main/java") || !strings.HasPrefix(string(b.Assignment.Tests[0].Run), "cd lab1 && java ") {
		t.Errorf("%s\n%+v", build(b), b.Assignment.Tests[0])
	}
	if b.Has("starter/lab2/src/main/java/B.java") || b.Has("starter/lab2/pom.xml") || !b.Has("starter/lab1/pom.xml") || !b.Has("starter/pom.xml") {
		t.Errorf("%v", b.Names())
	}
	if !strings.Contains(notes(b), "junit:junit") || !strings.Contains(notes(b), "changed: lab2: other modules are left out") {
		t.Errorf("the notes are\n%s", notes(b))
	}
	files["course/lab2/src/test/java/BTest.java"] = ""
	_, err := javaproject.Import(tree(files), javaproject.Maven, "x", javaproject.Options{Solved: true})
	if schema.MessageOf(err) != "several modules have tests; import one of them with --module: lab1, lab2" {
		t.Errorf("%v", err)
	}
	if b := imported(t, tree(files), javaproject.Maven, javaproject.Options{Module: "lab2"}); !b.Has("solution/lab2/src/main/java/B.java") || b.Has("starter/lab1/pom.xml") {
		t.Errorf("%v", b.Names())
	}
}

// TestSolution checks what becomes of a solution: a project, or sources alone.
func TestSolution(t *testing.T) {
	t.Parallel()
	project := with(map[string]string{"pom.xml": pom(""), "src/main/java/a/Given.java": "given", "key/a/A.java": "key"})
	for name, solution := range map[string]map[string]string{
		"a project":           {"pom.xml": pom(""), "src/main/java/a/A.java": "key", "src/main/java/a/Given.java": "given", "src/test/java/a/ATest.java": "x"},
		"a project in a zip":  {"s/pom.xml": pom(""), "s/src/main/java/a/A.java": "key", "s/src/main/java/a/Given.java": "given"},
		"sources":             {"a/A.java": "key"},
		"a tree without pom ": {"src/main/java/a/A.java": "key", "src/main/java/a/Given.java": "given"},
	} {
		b := imported(t, project, javaproject.Maven, javaproject.Options{Solution: tree(solution), Hidden: "key"})
		if got := content(t, b, "solution/src/main/java/a/A.java"); got != "key" {
			t.Errorf("%s: the solution is %q", name, got)
		}
		if content(t, b, "solution/src/main/java/a/Given.java") != "given" || content(t, b, "starter/src/main/java/a/A.java") != "class A {}" {
			t.Errorf("%s: %v", name, b.Names())
		}
		if b.Has("starter/key/a/A.java") || b.Has("solution/src/test/java/a/ATest.java") {
			t.Errorf("%s: %v", name, b.Names())
		}
	}
	_, err := javaproject.Import(project, javaproject.Maven, "x", javaproject.Options{Solution: tree(map[string]string{"README.md": ""})})
	if schema.MessageOf(err) != "the solution has no .java file" {
		t.Errorf("%v", err)
	}
}

// TestJars checks that a project's jars are locked for students and on both class paths.
func TestJars(t *testing.T) {
	t.Parallel()
	dependency := "<dependencies><dependency><groupId>com.google.code.gson</groupId><artifactId>gson</artifactId><version>2.10</version></dependency></dependencies>"
	for _, jar := range []string{"lib/gson-2.10.jar", "libs/gson.jar"} {
		b := imported(t, with(map[string]string{"pom.xml": pom(dependency), jar: "jar", "docs/other.jar": "x"}), javaproject.Maven, javaproject.Options{})
		_, base, _ := strings.Cut(jar, "/")
		test := b.Assignment.Tests[0]
		if !cmp.Equal(b.Assignment.Files.Locked, []string{jar}) || !b.Has("starter/"+jar) || !b.Has("lib/"+base) || b.Has("lib/other.jar") ||
			!strings.Contains(build(b), "-cp "+jar+" ") || !strings.Contains(string(test.Compile), ":$NEEDS/lib/* ") || !strings.Contains(string(test.Run), ":$NEEDS/lib/* ") {
			t.Errorf("%v, %s, %+v", b.Names(), build(b), b.Assignment)
		}
		if strings.Contains(notes(b), "gson") {
			t.Errorf("the notes are\n%s", notes(b))
		}
	}
	b := imported(t, with(map[string]string{"pom.xml": pom(dependency), "lib/gson-extras-1.0.jar": "jar"}), javaproject.Maven, javaproject.Options{})
	if !strings.Contains(notes(b), "not carried over: com.google.code.gson:gson:2.10") {
		t.Errorf("the notes are\n%s", notes(b))
	}
}

// TestImageJars checks that jars of the image's frameworks are not mixed with the image's, and that a project's AssertJ
// comes before the image's.
func TestImageJars(t *testing.T) {
	t.Parallel()
	dependency := "<dependencies><dependency><groupId>org.assertj</groupId><artifactId>assertj-core</artifactId><version>3.25.1</version></dependency></dependencies>"
	files := map[string]string{"pom.xml": pom(dependency)}
	for _, jar := range []string{"junit-4.13.jar", "junit.jar", "junit-jupiter-api-5.10.0.jar", "junit-platform-commons-1.10.0.jar", "hamcrest-core-1.3.jar", "hamcrest-2.2.jar", "opentest4j-1.3.0.jar", "apiguardian-api-1.1.2.jar"} {
		files["lib/"+jar] = ""
	}
	b := imported(t, with(files), javaproject.Maven, javaproject.Options{})
	if got := b.Below("lib/"); len(got) > 0 || strings.Contains(string(b.Assignment.Tests[0].Run), "$NEEDS/lib/*") || !strings.Contains(notes(b), "versions are used of org.assertj:assertj-core:3.25.1") {
		t.Errorf("%v, %+v\n%s", got, b.Assignment.Tests[0], notes(b))
	}
	for _, jar := range []string{"assertj-core-3.25.1.jar", "junit-quickcheck-core-1.0.jar", "hamcrest-json-1.0.jar"} {
		files["lib/"+jar] = ""
	}
	b = imported(t, with(files), javaproject.Maven, javaproject.Options{})
	if diff := cmp.Diff([]string{"lib/assertj-core-3.25.1.jar", "lib/hamcrest-json-1.0.jar", "lib/junit-quickcheck-core-1.0.jar"}, b.Below("lib/")); diff != "" {
		t.Error(diff)
	}
	if test := b.Assignment.Tests[0]; !strings.Contains(string(test.Compile), "-cp $NEEDS/lib/*:$CLASSPATH_JUNIT:") || !strings.Contains(string(test.Run), "-cp $NEEDS/lib/*:$CLASSPATH_JUNIT:$TEST_OUT:") {
		t.Errorf("%+v", test)
	}
	if strings.Contains(notes(b), "assertj") {
		t.Errorf("the notes are\n%s", notes(b))
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	b := imported(t, with(map[string]string{
		"pom.xml": pom(""), "src/main/java/module-info.java": "module a {}", "src/main/kotlin/K.kt": "",
		"src/test/java/a/BTest.java": "class BTest {\n  @Disabled\n  @Test void a() { read(\"src/test/resources/x\"); }\n  @Ignore(\"later\") @Test void b() {}\n}", "src/test/resources/x": "",
	}), javaproject.Maven, javaproject.Options{})
	for _, want := range []string{"note: src/test/java: 2 tests or classes are disabled. JUnit skips them, and they earn no points.", "not carried over: src/main/kotlin/K.kt: only Java is compiled"} {
		if !strings.Contains(notes(b), want) {
			t.Errorf("the notes are\n%s\nwant %s", notes(b), want)
		}
	}
	if !strings.HasPrefix(string(b.Assignment.Tests[0].Run), "cp -R --remove-destination $NEEDS/units/. . && java ") || !strings.Contains(build(b), "! -name module-info.java") {
		t.Errorf("%s\n%+v", build(b), b.Assignment.Tests[0])
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	loop := map[string]string{
		"pom.xml":   pom("<parent><artifactId>stack</artifactId><relativePath>a/pom.xml</relativePath></parent>"),
		"a/pom.xml": pom("<parent><artifactId>stack</artifactId><relativePath>../pom.xml</relativePath></parent>"),
	}
	for want, c := range map[string]struct {
		files  map[string]string
		tool   javaproject.Tool
		module string
	}{
		"this is not a project of Maven: pom.xml is missing in its top directory":                                                             {map[string]string{"build.gradle": ""}, javaproject.Maven, ""},
		"this is not a project of Gradle: build.gradle is missing in its top directory":                                                       {map[string]string{"pom.xml": pom("")}, javaproject.Gradle, ""},
		"this is not a project of Maven: pom.xml is missing in lab9":                                                                          {map[string]string{"pom.xml": pom("")}, javaproject.Maven, "lab9"},
		"this is not a project of Maven: pom.xml is missing in my.app":                                                                        {map[string]string{"pom.xml": pom("")}, javaproject.Maven, "my.app"},
		"this is not a project of Gradle: build.gradle is missing in labs/v1.2":                                                               {map[string]string{"build.gradle": ""}, javaproject.Gradle, "labs/v1.2"},
		"pom.xml is not XML: XML syntax error on line 1: unexpected EOF":                                                                      {map[string]string{"pom.xml": "<project>"}, javaproject.Maven, ""},
		"pom.xml is not a project of Maven: its element is <settings>, not <project>":                                                         {map[string]string{"pom.xml": "<settings/>"}, javaproject.Maven, ""},
		"pom.xml has more than 20 parents; does a parent lead back?":                                                                          {loop, javaproject.Maven, ""},
		"--module \"../x\": name a directory of the project":                                                                                  {map[string]string{"pom.xml": pom("")}, javaproject.Maven, "../x"},
		"the project has no tests in Java: there is no .java file below test":                                                                 {map[string]string{"pom.xml": pom("<build><testSourceDirectory>test</testSourceDirectory></build>")}, javaproject.Maven, ""},
		"pom.xml: the sources (src) and the tests (src/test/java) need directories of their own, not one in the other":                        {map[string]string{"pom.xml": pom("<build><sourceDirectory>src</sourceDirectory></build>")}, javaproject.Maven, ""},
		"pom.xml: the directory \"../up\" is outside the project or has other characters than letters, digits, dots, hyphens and underscores": {map[string]string{"pom.xml": pom("<build><sourceDirectory>../up</sourceDirectory></build>")}, javaproject.Maven, ""},
		"pom.xml: the directory \"$(id)\" is outside the project or has other characters than letters, digits, dots, hyphens and underscores": {map[string]string{"pom.xml": pom("<build><sourceDirectory>$(id)</sourceDirectory></build>")}, javaproject.Maven, ""},
		"pom.xml: the encoding \"$(id)\" is not the name of an encoding":                                                                      {map[string]string{"pom.xml": pom("<properties><project.build.sourceEncoding>$(id)</project.build.sourceEncoding></properties>")}, javaproject.Maven, ""},
		"build.gradle: the encoding \"$(id)\" is not the name of an encoding":                                                                 {map[string]string{"build.gradle": "compileJava.options.encoding = '$(id)'"}, javaproject.Gradle, ""},
	} {
		b, err := javaproject.Import(with(c.files), c.tool, "x", javaproject.Options{Solved: true, Module: c.module})
		if schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != want {
			t.Errorf("%v, %v, want %s", b, err, want)
		}
	}
	for want, o := range map[string]javaproject.Options{
		"No solution. Name one with --solution DIR, or use --solved if the project itself is the solution.":                                 {},
		"Two solutions. Use either --solution DIR, or --solved if the project itself is the solution.":                                      {Solved: true, Solution: tree(nil)},
		"the project has the same sources as the solution, and students would get them. Use --solved if the project itself is the solution": {Solution: with(map[string]string{"pom.xml": pom("")})},
	} {
		if _, err := javaproject.Import(with(map[string]string{"pom.xml": pom("")}), javaproject.Maven, "x", o); schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != want {
			t.Errorf("%+v: %v, want %s", o, err, want)
		}
	}
}
