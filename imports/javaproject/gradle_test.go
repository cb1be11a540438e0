package javaproject_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/imports/javaproject"
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
		"a project":           {"dependencies {\n  implementation project(':core')\n}", "", unread + "implementation project(':core')", ""},
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
		"tags":                {"test { useJUnitPlatform { includeTags 'fast' } }", "", "not carried over: build.gradle: includeTags is not applied", ""},
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

// TestGradleModules imports the only subproject with tests, as `gradle init` makes it.
func TestGradleModules(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{"settings.gradle": "rootProject.name = 'words'\ninclude('app')\n", "settings.gradle.kts": "include(\":app\", \":lib:core\")\n"} {
		b := imported(t, tree(map[string]string{
			name: settings, "app/build.gradle.kts": "", "app/src/main/java/A.java": "", "app/src/test/java/ATest.java": "", "lib/core/build.gradle.kts": "", "lib/core/src/main/java/B.java": "",
		}), javaproject.Gradle, javaproject.Options{})
		if !b.Has("solution/app/src/main/java/A.java") || !b.Has("units/app/src/test/java/ATest.java") || !b.Has("starter/app/build.gradle.kts") {
			t.Errorf("%s: %v", name, b.Names())
		}
		if strings.Contains(settings, "core") == b.Has("starter/lib/core/src/main/java/B.java") {
			t.Errorf("%s: %v", name, b.Names())
		}
	}
}
