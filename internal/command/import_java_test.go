package command

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// stackProject returns a project of Maven and Gradle whose tests read a file by its path and another from the class path.
func stackProject() map[string]string {
	return map[string]string{
		"pom.xml": `<project><artifactId>stack</artifactId><name>Lab 4: Stack</name>
<properties><maven.compiler.source>11</maven.compiler.source></properties>
<dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.9.2</version></dependency></dependencies></project>`,
		"build.gradle":               "plugins { id 'java' }\nsourceCompatibility = 11\ndependencies {\n  testImplementation 'org.junit.jupiter:junit-jupiter:5.9.2'\n}\ntest { useJUnitPlatform() }\n",
		"src/main/java/a/Stack.java": "package a;\n\npublic class Stack {\n    public int pop() {\n        return 0; // TODO\n    }\n\n    public void push(int value) {\n    }\n\n    public int limit() {\n        return 0;\n    }\n}\n",
		"src/test/java/a/StackTest.java": `package a;

import static org.junit.jupiter.api.Assertions.*;

import java.nio.file.*;
import org.junit.jupiter.api.*;

class StackTest {
    @Test
    void readsLimitBesideProject() {
        assertEquals(2, new Stack().limit());
    }

    @Test
    void popsLastPushed() throws Exception {
        Stack s = new Stack();
        for (String n : Files.readAllLines(Path.of("src/test/resources/numbers.txt"))) s.push(Integer.parseInt(n));
        assertEquals(30, s.pop());
    }

    @Nested
    class OfNothing {
        @Test
        void refusesPop() {
            assertThrows(IllegalStateException.class, () -> new Stack().pop());
        }
    }

    @Test
    void findsResource() {
        assertNotNull(getClass().getResource("/numbers.txt"));
    }
}
`,
		"src/test/java/a/SlowCheck.java": "package a;\n\nclass SlowCheck {\n    @org.junit.jupiter.api.Test\n    void isNoTestForMaven() {\n        new Stack().push(1);\n    }\n}\n",
		"src/test/resources/numbers.txt": "10\n20\n30\n",
		"limit.txt":                      "2",
	}
}

// solvedStack is the solution of stackProject.
const solvedStack = `package a;

import java.util.ArrayDeque;

public class Stack {
    private final ArrayDeque<Integer> values = new ArrayDeque<>();

    public int limit() {
        try {
            return Integer.parseInt(java.nio.file.Files.readString(java.nio.file.Path.of("limit.txt")).strip());
        } catch (java.io.IOException e) {
            return 0;
        }
    }

    public void push(int value) {
        values.push(value);
    }

    public int pop() {
        if (values.isEmpty()) throw new IllegalStateException("empty");
        return values.pop();
    }
}
`

// TestImportJava imports a project of Maven and Gradle. The result passes its gate, and the starter gets the points of
// the tests that it passes.
func TestImportJava(t *testing.T) {
	t.Parallel()
	g := openGrader(t)
	if g.Image.Variables["CLASSPATH_JUNIT"] == "" {
		t.Skip("no JUnit")
	}
	for tool, c := range map[string]struct{ all, starter string }{"maven": {"4 / 4", "1 / 4"}, "gradle": {"5 / 5", "2 / 5"}} {
		t.Run(tool, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "tests")
			solution := writeFiles(t, map[string]string{"a/Stack.java": solvedStack})
			if status, out, errs := runCommand(t, "import", tool, writeFiles(t, stackProject()), "-o", to, "--solution", solution); status != 0 || !strings.Contains(out, "1 test, 0 cases, 0 samples") {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			if r := gated(t, g, to); !r.Gate.Passed || r.Score.String()+" / "+r.MaxScore.String() != c.all {
				t.Errorf("%s of %s: %s\n%+v", r.Score, r.MaxScore, r.Message, r.Gate)
			}
			_, out, errs := runCommand(t, "check", to, filepath.Join(to, "starter"), "--json")
			if score, shown := jsonOf(t, out); score != c.starter {
				t.Errorf("the starter scores %s, want %s\n%s%s", score, c.starter, shown, errs)
			}
		})
	}
}

// TestImportJavaLibrary follows the advice for a library that the runner image lacks: its jar is put into the project.
func TestImportJavaLibrary(t *testing.T) {
	t.Parallel()
	g := openGrader(t)
	if _, err := exec.LookPath("jar"); err != nil || g.Image.Variables["CLASSPATH_JUNIT"] == "" {
		t.Skip("no jar or no JUnit")
	}
	library := writeFiles(t, map[string]string{"b/Numbers.java": "package b;\n\npublic class Numbers {\n    public static int last() {\n        return 30;\n    }\n}\n"})
	jar := filepath.Join(library, "numbers-1.2.jar")
	for _, argv := range [][]string{{"javac", "-d", library, filepath.Join(library, "b", "Numbers.java")}, {"jar", "cf", jar, "-C", library, "b/Numbers.class"}} {
		if out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %s", err, out)
		}
	}
	project := stackProject()
	project["pom.xml"] = strings.Replace(project["pom.xml"], "</dependencies>", "<dependency><groupId>b</groupId><artifactId>numbers</artifactId><version>1.2</version></dependency></dependencies>", 1)
	project["src/main/java/a/Stack.java"] = strings.Replace(solvedStack, "return values.pop();", "return values.pop() - 30 + b.Numbers.last();", 1)
	to := filepath.Join(t.TempDir(), "tests")
	status, out, errs := runCommand(t, "import", "maven", writeFiles(t, project), "-o", to, "--solved")
	if status != 0 || !strings.Contains(out, "not carried over: b:numbers:1.2: the library is not in the tests repository. If the code needs it, run this in the project and import it again: mvn dependency:copy-dependencies -DoutputDirectory=lib") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	withJar := maps.Clone(project)
	content, err := os.ReadFile(jar)
	must(t, err)
	withJar["lib/numbers-1.2.jar"] = string(content)
	withJar["lib/junit-platform-launcher-1.0.0.jar"] = "mvn dependency:copy-dependencies copies JUnit too"
	to = filepath.Join(t.TempDir(), "tests")
	if status, out, errs := runCommand(t, "import", "maven", zipOf(t, "stack", withJar), "-o", to, "--solved"); status != 0 || strings.Contains(out, "numbers:1.2: the library") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	if r := gated(t, g, to); !r.Gate.Passed || r.Score.String() != "4" {
		t.Errorf("%s of %s: %s\n%+v", r.Score, r.MaxScore, r.Message, r.Gate)
	}
}

// TestImportJavaTags follows the advice for tests that a build file leaves out by their tags.
func TestImportJavaTags(t *testing.T) {
	t.Parallel()
	g := openGrader(t)
	if g.Image.Variables["CLASSPATH_JUNIT"] == "" {
		t.Skip("no JUnit")
	}
	for tool, c := range map[string]struct{ file, old, replaced, advice string }{
		"gradle": {"build.gradle", "useJUnitPlatform()", "useJUnitPlatform { excludeTags 'slow', 'big' }", "excludeTags is not applied. Add to the end of the test's run in assignment.yaml: "},
		"maven": {"pom.xml", "<dependencies>", "<build><pluginManagement><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><configuration><excludedGroups>slow, big</excludedGroups></configuration></plugin></plugins></pluginManagement></build><dependencies>",
			"excludedGroups of maven-surefire-plugin is not applied. Add to the end of the test's run in assignment.yaml: "},
	} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			project := stackProject()
			project[c.file] = strings.Replace(project[c.file], c.old, c.replaced, 1)
			project["src/main/java/a/Stack.java"] = solvedStack
			project["src/test/java/a/SlowCheck.java"] = "package a;\n\n@org.junit.jupiter.api.Tag(\"slow\")\nclass SlowTest {\n    @org.junit.jupiter.api.Test\n    void fails() {\n        throw new AssertionError();\n    }\n}\n"
			to := filepath.Join(t.TempDir(), "tests")
			status, out, errs := runCommand(t, "import", tool, writeFiles(t, project), "-o", to, "--solved")
			_, options, found := strings.Cut(out, c.advice)
			if status != 0 || !found {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			options, _, _ = strings.Cut(options, "\n")
			name := filepath.Join(to, "assignment.yaml")
			spec, err := os.ReadFile(name)
			must(t, err)
			const end = "--disable-banner"
			if strings.Count(string(spec), end) != 1 {
				t.Fatalf("the run does not end with %s:\n%s", end, spec)
			}
			must(t, os.WriteFile(name, []byte(strings.Replace(string(spec), end, end+" "+options, 1)), 0o600))
			if r := gated(t, g, to); !r.Gate.Passed || r.Score.String() != "4" || r.MaxScore.String() != "4" {
				t.Errorf("%s of %s: %s\n%+v", r.Score, r.MaxScore, r.Message, r.Gate)
			}
		})
	}
}

// TestImportJavaHidesSolution checks that a solution inside the project does not reach students, however its directory is
// named.
func TestImportJavaHidesSolution(t *testing.T) {
	t.Parallel()
	project := map[string]string{}
	for name, text := range stackProject() {
		project["stack/"+name] = text
	}
	project["stack/key/a/Stack.java"], project["stack/key/plan.md"] = solvedStack, "key"
	lab := writeFiles(t, project)
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(filepath.Join(lab, "stack"), link))
	for _, from := range []string{filepath.Join(lab, "stack"), lab, link} {
		for _, solution := range []string{filepath.Join(lab, "stack", "key"), filepath.Join(link, "key")} {
			to := filepath.Join(t.TempDir(), "tests")
			if status, out, errs := runCommand(t, "import", "gradle", from, "-o", to, "--solution", solution); status != 0 || !strings.Contains(out, "changed: key: the solution's directory is left out of the starter") {
				t.Fatalf("%s, %s: status %d, %s%s", from, solution, status, out, errs)
			}
			if found, err := filepath.Glob(filepath.Join(to, "starter", "key")); err != nil || found != nil {
				t.Errorf("%s, %s: %v, %v", from, solution, found, err)
			}
		}
	}
	if status, _, errs := runCommand(t, "import", "gradle", lab, "-o", filepath.Join(t.TempDir(), "tests")); status == 0 || !strings.Contains(errs, "No solution. Name one with --solution DIR, or use --solved if the project itself is the solution.") {
		t.Errorf("status %d, %s", status, errs)
	}
}
