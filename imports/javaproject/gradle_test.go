package javaproject_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/grader/grader/imports/javaproject"
	"github.com/grader/grader/schema"
)

// TestGradle checks what single statements of a build script do, in Groovy and Kotlin.
func TestGradle(t *testing.T) {
	t.Parallel()
	const unread = "not carried over: build.gradle: this line of dependencies is not read: "
	for name, c := range map[string]struct{ script, build, note, not string }{
		"a notation":          {"dependencies {\n  testImplementation 'junit:junit:4.13'\n}", "", "versions are used of junit:junit:4.13", "not carried over"},
		"one line":            {"dependencies { testImplementation 'junit:junit:4.13' }", "", "versions are used of junit:junit:4.13", "not carried over"},
		"Kotlin":              {"dependencies {\n  testImplementation(platform(\"org.junit:junit-bom:5.10.0\"))\n  testImplementation(\"org.junit.jupiter:junit-jupiter\")\n}", "", "used of org.junit:junit-bom:5.10.0, org.junit.jupiter:junit-jupiter", "not carried over"},
		"a mapping":           {"dependencies {\n  testCompile group: 'junit', name: 'junit', version: '4.12'\n}", "", "used of junit:junit:4.12", "not carried over"},
		"a version's name":    {"dependencies {\n  implementation \"com.google.guava:guava:${guavaVersion}\"\n  testImplementation 'junit:junit:4'\n}", "", "not carried over: com.google.guava:guava:${guavaVersion}: the library", unread},
		"a catalog":           {"dependencies {\n  testImplementation libs.junit.jupiter\n  implementation(libs.guava)\n}", "", "used of org.junit.jupiter:junit-jupiter", unread},
		"a catalog's group":   {"dependencies {\n  implementation(libs.commons.math)\n}", "", "not carried over: org.apache.commons:commons-math3: the library", unread},
		"an unknown alias":    {"dependencies {\n  implementation libs.nothing\n}", "", unread + "implementation libs.nothing", ""},
		"a project":           {"dependencies {\n  implementation project(':core')\n}", "", "not carried over: build.gradle: core is another module of the project, and is not in the tests repository.", unread},
		"a project's path":    {"dependencies {\n  implementation(project(path = \":lib:core\"))\n}", "", "not carried over: build.gradle: lib:core is another module", unread},
		"own code":            {"dependencies {\n  myLibs.each { implementation it }\n}", "", unread + "myLibs.each { implementation it }", ""},
		"jars":                {"dependencies {\n  implementation fileTree(dir: 'libs', include: '*.jar')\n}", "", "", "not carried over"},
		"a processor":         {"dependencies {\n  annotationProcessor 'org.projectlombok:lombok:1.18'\n}", "", "org.projectlombok:lombok:1.18: annotation processors do not run", ""},
		"of the build script": {"buildscript {\n  dependencies {\n    classpath 'a:b:1'\n  }\n}\ndependencies {\n  testImplementation 'junit:junit:4'\n}", "", "used of junit:junit:4", "a:b"},
		"comments":            {"dependencies {\n  // implementation 'a:b:1'\n  /* implementation 'c:d:1'\n  */\n  testImplementation 'junit:junit:4' // http://junit.org\n}\ntest { exclude '**/*Slow.class', '**/*Big.class' }", "", "used of junit:junit:4", "not carried over"},
		"source level":        {"sourceCompatibility = '1.8'", "--release 8 ", "", ""},
		"an enum":             {"java {\n  sourceCompatibility = JavaVersion.VERSION_1_8\n}", "--release 8 ", "", ""},
		"a newer enum":        {"sourceCompatibility JavaVersion.VERSION_11", "--release 11 ", "", ""},
		"a toolchain":         {"java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }", "--release 17 ", "", ""},
		"a newer toolchain":   {"java { toolchain { languageVersion.set(JavaLanguageVersion.of(25)) } }", "UTF-8 -d out", "the project is for Java 25", ""},
		"release":             {"tasks.withType(JavaCompile) { options.release = 11 }", "--release 11 ", "", ""},
		"an encoding":         {"compileJava.options.encoding = \"ISO-8859-1\"", "-encoding ISO-8859-1 ", "", ""},
		"tags":                {"test { useJUnitPlatform { includeTags 'fast' } }", "", "not carried over: build.gradle: includeTags is not applied. Add to the end of the test's run in assignment.yaml: --include-tag fast", ""},
		"more tags":           {"test { useJUnitPlatform { excludeTags(\"slow\", \"net work\", 'big') } }", "", "excludeTags is not applied. Add to the end of the test's run in assignment.yaml: --exclude-tag slow --exclude-tag big", ""},
		"tags of a variable":  {"test { useJUnitPlatform { excludeTags slow } }", "", "in assignment.yaml: --exclude-tag TAG", ""},
		"usual plugins":       {"plugins {\n  id 'java'\n  id(\"java-library\")\n  application\n  `java-library`\n}\napply plugin: 'java'", "", "", "not carried over"},
		"a plugin":            {"plugins { id 'java'; id 'io.freefair.lombok' version '8.4' }", "", "not carried over: build.gradle: the plugin io.freefair.lombok is not run", ""},
		"a plugin in Kotlin":  {"plugins {\n  jacoco\n}", "", "the plugin jacoco is not run", ""},
		"an alias":            {"plugins {\n  alias(libs.plugins.spring.boot)\n}", "", "the plugin spring.boot is not run", ""},
		"an applied plugin":   {"apply plugin: 'checkstyle'", "", "the plugin checkstyle is not run", ""},
		"all projects":        {"allprojects {\n  repositories { mavenCentral() }\n}", "", "not carried over: build.gradle: allprojects { … } is not applied", ""},
	} {
		files := map[string]string{
			"build.gradle":              c.script,
			"gradle/libs.versions.toml": "[versions]\njunit = \"5.10\"\n[libraries]\njunit-jupiter = { module = \"org.junit.jupiter:junit-jupiter\", version.ref = \"junit\" }\nguava = \"com.google.guava:guava:33.0\"\ncommons-math = { group = \"org.apache.commons\", name = \"commons-math3\", version = \"3.6\" }\n",
		}
		b := imported(t, with(files), javaproject.Gradle, javaproject.Options{})
		if got := notes(b); !strings.Contains(build(b), c.build) || !strings.Contains(got, c.note) || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s: build %s, want %s; the notes are\n%s\nwant %s, but not %q", name, build(b), c.build, got, c.note, c.not)
		}
		if !strings.Contains(string(b.Assignment.Tests[0].Run), "--include-classname '.*'") {
			t.Errorf("%s: %s", name, b.Assignment.Tests[0].Run)
		}
	}
}

// TestGradleModules imports one subproject, as `gradle init` makes it. Students get nothing of the others.
func TestGradleModules(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{
		"one name":          "rootProject.name = 'words'\ninclude('app')\n",
		"two names":         "include(\":app\", \":lib:core\")\n",
		"a name a line":     "include(\n    \"app\",\n    \"lib:core\",\n)\n",
		"without a bracket": "include 'app',\n  'lib:core'\n",
		"another directory": "include 'app', 'core'\nproject(':core').projectDir = file('lib/core')\n",
		"in a loop":         "include 'app'\nrootDir.eachDir { include it.name }\n",
	} {
		for _, core := range []string{"lib/core/build.gradle.kts", "lib/core/core.gradle"} {
			files := map[string]string{
				"app/build.gradle.kts": "", "app/src/main/java/A.java": "class A {}", "app/src/test/java/ATest.java": "",
				core: "", "lib/core/src/main/java/B.java": "class B {}", "buildSrc/build.gradle": "", "buildSrc/src/main/groovy/c.gradle": "", "logic/build.gradle": "",
			}
			for _, file := range []string{"settings.gradle", "settings.gradle.kts"} {
				all := maps.Clone(files)
				all[file] = settings + "includeBuild('logic')\n"
				b := imported(t, tree(all), javaproject.Gradle, javaproject.Options{})
				if !b.Has("solution/app/src/main/java/A.java") || !b.Has("units/app/src/test/java/ATest.java") || !b.Has("starter/app/build.gradle.kts") || !b.Has("starter/buildSrc/src/main/groovy/c.gradle") || !b.Has("starter/logic/build.gradle") {
					t.Errorf("%s: %v", name, b.Names())
				}
				if b.Has("starter/lib/core/src/main/java/B.java") || !strings.Contains(notes(b), "other modules are left out of the starter") {
					t.Errorf("%s: %v\n%s", name, b.Names(), notes(b))
				}
			}
		}
	}
}

// TestGradleSeveralModules asks which of the subprojects to import. Their names are read to the closing bracket.
func TestGradleSeveralModules(t *testing.T) {
	t.Parallel()
	files := map[string]string{"settings.gradle": "include(\n  \"app\",\n  \"core\",\n)\n"}
	for _, dir := range []string{"app/", "core/"} {
		files[dir+"build.gradle"], files[dir+"src/main/java/A.java"], files[dir+"src/test/java/ATest.java"] = "", "class A { String of = \""+dir+"\"; }", ""
	}
	_, err := javaproject.Import(tree(files), javaproject.Gradle, "x", javaproject.Options{Solved: true})
	if schema.MessageOf(err) != "several modules have tests; import one of them with --module: app, core" {
		t.Errorf("%v", err)
	}
	if b := imported(t, tree(files), javaproject.Gradle, javaproject.Options{Module: "app"}); len(b.Below("starter/core/")) > 0 {
		t.Errorf("%v", b.Names())
	}
}

// TestGradleShared names what the scripts of other directories set for the imported one.
func TestGradleShared(t *testing.T) {
	t.Parallel()
	b := imported(t, tree(map[string]string{
		"settings.gradle": "include 'app'", "build.gradle": "subprojects {\n  sourceCompatibility = 11\n}\n", "buildSrc/build.gradle": "",
		"app/build.gradle": "", "app/src/main/java/A.java": "class A {}", "app/src/test/java/ATest.java": "class ATest {}",
	}), javaproject.Gradle, javaproject.Options{})
	for _, want := range []string{"not carried over: build.gradle: subprojects { … } is not applied", "not carried over: buildSrc: its plugins are not run"} {
		if !strings.Contains(notes(b), want) {
			t.Errorf("the notes are\n%s\nwant %s", notes(b), want)
		}
	}
}
