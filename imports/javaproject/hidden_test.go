package javaproject_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/javaproject"
)

// leaks returns the files of the starter that contain a text.
func leaks(t *testing.T, b *imports.Bundle, text string) []string {
	t.Helper()
	var names []string
	for _, name := range b.Below("starter/") {
		if strings.Contains(content(t, b, name), text) {
			names = append(names, name)
		}
	}
	return names
}

// TestStarterHidesSolution checks that no copy of the solution in the project reaches students.
func TestStarterHidesSolution(t *testing.T) {
	t.Parallel()
	const key = "class A {\n  int key() { return 1; }\n}\n"
	reference := map[string]string{"src/main/java/a/A.java": key, "src/main/java/a/Given.java": "class Given {}"}
	for name, c := range map[string]struct {
		top, hidden string
		files       map[string]string
		solution    map[string]string
		note        string
	}{
		"below the entered directory": {"stack/", "stack/reference", map[string]string{"reference/a/A.java": key, "reference/plan.md": "key"}, map[string]string{"a/A.java": key}, "reference: the solution's directory"},
		"a zip with the solution":     {"", "", map[string]string{"reference/a/A.java": key, "reference/plan.md": "key"}, map[string]string{"a/A.java": key}, "reference: the solution's directory"},
		"a zip with a project":        {"stack/", "", map[string]string{"reference/pom.xml": pom(""), "reference/src/main/java/a/A.java": key}, reference, "reference: the solution's directory"},
		"other ends of lines":         {"", "", map[string]string{"old/Solved.txt": strings.ReplaceAll(key, "\n", "\r\n")}, map[string]string{"a/A.java": key}, "old/Solved.txt: it is the same as a source"},
		"a tests repository": {"", "", map[string]string{
			"out/assignment.yaml": "title: x", "out/solution/src/main/java/a/A.java": "class A { int key() { return 2; } }", "out/data/secret.txt": "key",
		}, reference, "out: a tests repository"},
		"another solution":   {"", "", map[string]string{"second/src/main/java/a/A.java": "class A { /* another key */ }"}, reference, "second/src/main: other modules"},
		"a compiled class":   {"", "", map[string]string{"docs/A.class": "key"}, reference, "docs/A.class: compiled classes"},
		"a copy of the test": {"", "", map[string]string{"docs/ATest.java": "class ATest { /* key */ }"}, reference, "docs/ATest.java: it is the same as"},
	} {
		files := map[string]string{
			"pom.xml": pom(""), "src/main/java/a/A.java": "class A {}", "src/main/java/a/Given.java": "class Given {}", "docs/Given.java": "class Given {}", "empty.txt": "",
			"src/test/java/a/ATest.java": "class ATest { /* key */ }",
		}
		maps.Copy(files, c.files)
		project := map[string]string{}
		for file, text := range files {
			project[c.top+file] = text
		}
		b := imported(t, tree(project), javaproject.Maven, javaproject.Options{Solution: tree(c.solution), Hidden: c.hidden})
		if found := leaks(t, b, "key"); len(found) > 0 || !strings.Contains(notes(b), c.note) {
			t.Errorf("%s: students get %v; the notes are\n%s\nwant %s", name, found, notes(b), c.note)
		}
		for _, want := range []string{"starter/src/main/java/a/A.java", "starter/docs/Given.java", "starter/empty.txt", "starter/pom.xml"} {
			if !b.Has(want) {
				t.Errorf("%s: %s is missing in %v", name, want, b.Names())
			}
		}
	}
}

// TestStarterHidesSolvedProject checks that a copy of a solved project's sources does not reach students.
func TestStarterHidesSolvedProject(t *testing.T) {
	t.Parallel()
	b := imported(t, with(map[string]string{
		"pom.xml": pom(""), "src/main/java/a/A.java": "class A { int key; }", "copy/src/main/java/a/A.java": "class A { int key; }", "A.java.bak": "class A {\n\tint key;\n}", "parent/a/A.java": "class A { int key; }",
	}), javaproject.Maven, javaproject.Options{})
	if found := leaks(t, b, "key"); len(found) > 0 {
		t.Errorf("students get %v", found)
	}
}

// TestStarterKeepsParents checks that students get the parent of their module, and nothing else of its directory.
func TestStarterKeepsParents(t *testing.T) {
	t.Parallel()
	b := imported(t, tree(map[string]string{
		"pom.xml": pom("<modules><module>parent</module><module>lab</module></modules>"), "parent/pom.xml": pom(""), "parent/src/main/java/B.java": "key",
		"lab/pom.xml": pom("<parent><artifactId>stack</artifactId><relativePath>../parent</relativePath></parent>"), "lab/src/main/java/A.java": "class A {}", "lab/src/test/java/ATest.java": "class ATest {}",
	}), javaproject.Maven, javaproject.Options{})
	if !b.Has("starter/parent/pom.xml") || len(leaks(t, b, "key")) > 0 {
		t.Errorf("%v", b.Names())
	}
}
