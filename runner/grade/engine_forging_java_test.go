package grade_test

import (
	"strings"
	"testing"
)

// javaReport is the essential part of the report of JUnit's console about the tests of stack.
const javaReport = `<?xml version='1.0' encoding='UTF-8'?><testsuite name='JUnit Jupiter' tests='3' skipped='0' failures='0' errors='0' time='0.05'>` +
	`<testcase name='pops()' classname='StackTest' time='0.01'/><testcase name='pushes()' classname='StackTest' time='0.01'/>` +
	`<testcase name='startsEmpty()' classname='StackTest' time='0.01'/></testsuite>`

// javaPlant writes a report with that name. For the engine without tests it writes an empty report.
func javaPlant(name string) string {
	report := javaReport
	if strings.Contains(name, "vintage") {
		report = `<testsuite name='JUnit Vintage' tests='0' failures='0'></testsuite>`
	}
	return `try (java.io.FileWriter w = new java.io.FileWriter(System.getenv("REPORTS") + "/` + name + `")) { w.write("` + report + `"); } catch (java.io.IOException e) { }`
}

// javaForger is code for a class's static initialiser, and further code that it needs.
type javaForger struct{ static, more string }

func (j javaForger) files() files {
	const wrong = "public int size() { return -1; } public void push(int i) { } public int pop() { return -1; }"
	f := files{"src/Stack.java": "public class Stack { static { try { " + j.static + " } catch (Exception e) { e.printStackTrace(); } } " + wrong + " " + j.more + " }"}
	return f
}

const (
	javaWords = `System.out.println("[         3 tests successful      ]"); System.out.flush();`
	unsigned  = "was not written by the test framework"
)

// TestForgingJUnit checks that forgeries score nothing if they can be prevented, and that the
// others are reported to staff.
func TestForgingJUnit(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac")
	p := pin(t, stack)
	needVariable(t, p.grader, "CLASSPATH_JUNIT")
	plant := javaPlant("TEST-junit-jupiter.xml") + javaPlant("TEST-junit-vintage.xml")
	static := func(code string) files { return javaForger{static: code}.files() }
	const halt = "Runtime.getRuntime().halt(0);"
	p.try(t, "6", files{"src/Stack.java": rightStack}, []forgery{
		{name: "Runtime.halt(0)", files: static(halt), evident: "3 pinned cases are missing"},
		{name: "plants a report of its own and is gone", files: static(javaPlant("TEST-mine.xml") + halt), evident: "which were not read: TEST-mine.xml"},
		{name: "plants the reports under their names, prints the closing words and is gone", files: static(plant + javaWords + halt), evident: unsigned},
		{name: "the same by System.exit in a test", files: files{"src/Stack.java": "public class Stack { public Stack() { " + plant + javaWords + " System.exit(0); } public int size() { return 0; } public void push(int i) { } public int pop() { return 0; } }"}, evident: unsigned},
		{name: "writes the report once more at its end", files: static("Runtime.getRuntime().addShutdownHook(new Thread(() -> {" + javaPlant("TEST-junit-jupiter.xml") + "}));"), evident: "was changed after the test framework had written it"},
		{
			name: "starts a Java with an agent, which writes the report", evident: unsigned,
			files: javaForger{
				static: `new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-cp", "out", "Stack$Agent").inheritIO().start().waitFor();` + javaWords + halt,
				more:   `public static class Agent { public static void main(String[] a) { ` + plant + ` } }`,
			}.files(),
		},
		{
			name:  "attaches an agent to its own machine",
			files: static(`Class<?> vm = Class.forName("com.sun.tools.attach.VirtualMachine"); Object me = vm.getMethod("attach", String.class).invoke(null, "" + ProcessHandle.current().pid()); vm.getMethod("loadAgent", String.class).invoke(me, "agent.jar");`),
		},
		{
			name:  "changes constants by sun.misc.Unsafe",
			files: static(`java.lang.reflect.Field u = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe"); u.setAccessible(true); Object unsafe = u.get(null); System.out.println(unsafe); ` + plant + javaWords + halt),
		},
		{
			name:  "dumps its heap to find the key",
			files: static(`Class.forName("com.sun.management.HotSpotDiagnosticMXBean"); ` + plant + javaWords + halt),
		},
		{
			name:  "defines the framework's assertions before they are loaded",
			files: javaForger{static: `byte[] c = java.nio.file.Files.readAllBytes(java.nio.file.Path.of("out/org/junit/jupiter/api/AssertEquals.class")); java.lang.invoke.MethodHandles.privateLookupIn(Class.forName("org.junit.jupiter.api.Assertions"), java.lang.invoke.MethodHandles.lookup()).defineClass(c);`}.with("src/AssertEquals.java", "package org.junit.jupiter.api; class AssertEquals { static void assertEquals(int a, int b) { } static void assertEquals(Integer a, int b) { } static void assertEquals(int a, Integer b) { } }"),
		},
		{
			name:    "takes a word of its own to a listener of its own, and signs",
			files:   static(plant + javaWords + `java.nio.file.Files.writeString(java.nio.file.Path.of(System.getenv("REPORTS"), ".once"), "mine"); Object l = Class.forName("grader.SealedReports").getConstructor().newInstance(); l.getClass().getMethod("testPlanExecutionFinished", Class.forName("org.junit.platform.launcher.TestPlan")).invoke(l, (Object) null);` + halt),
			evident: unsigned,
		},
		{
			name: "ships the framework, an engine and the tests",
			files: javaForger{}.with("src/Assertions.java", "package org.junit.jupiter.api; public class Assertions { public static void assertEquals(int a, int b) { } }",
				"src/StackTest.java", "class StackTest { void startsEmpty() { } void pushes() { } void pops() { } }",
				"src/Console.java", "package org.junit.platform.console; public class ConsoleLauncher { public static void main(String... a) { } }",
				"src/SealedReports.java", "package grader; public class SealedReports { }",
				"out/META-INF/services/org.junit.platform.engine.TestEngine", "Engine\n",
				"out/META-INF/services/org.junit.platform.launcher.TestExecutionListener", "Mine\n"),
		},
		{
			name: "an object that is equal to everything", files: files{"src/Stack.java": strings.Replace(rightStack, "return all.remove(all.size() - 1);", "return new Object() { public boolean equals(Object o) { return true; } }.hashCode();", 1)},
			score: "4",
		},
	})
}

// with adds files, by name and content.
func (j javaForger) with(more ...string) files {
	f := j.files()
	for i := 0; i < len(more); i += 2 {
		f[more[i]] = more[i+1]
	}
	return f
}
