package grade_test

import (
	"strings"
	"testing"
)

// javaReport is what JUnit's console writes of the tests of stack, in essence.
const javaReport = `<?xml version='1.0' encoding='UTF-8'?><testsuite name='JUnit Jupiter' tests='3' skipped='0' failures='0' errors='0' time='0.05'>` +
	`<testcase name='pops()' classname='StackTest' time='0.01'/><testcase name='pushes()' classname='StackTest' time='0.01'/>` +
	`<testcase name='startsEmpty()' classname='StackTest' time='0.01'/></testsuite>`

// javaPlant writes a report of that name.
func javaPlant(name string) string {
	return `try (java.io.FileWriter w = new java.io.FileWriter(System.getenv("REPORTS") + "/` + name + `")) { w.write("` + javaReport + `"); } catch (java.io.IOException e) { }`
}

// What can be prevented of these scores nothing; of the others staff read that something is odd.
// Java has no launcher of ours: a report that is planted under its name cannot be told by a signature.
func TestForgingJUnit(t *testing.T) {
	t.Parallel()
	need(t, "java", "javac")
	p := pin(t, stack)
	needVariable(t, p.grader, "CLASSPATH_JUNIT")
	const wrong = "public int size() { return -1; } public void push(int i) { } public int pop() { return -1; }"
	class := func(more string) files { return files{"src/Stack.java": "public class Stack {" + more + wrong + "}"} }
	static := func(code string) files { return class("static {" + code + "}") }
	p.try(t, "6", files{"src/Stack.java": rightStack}, []forgery{
		{name: "Runtime.halt(0)", files: static("Runtime.getRuntime().halt(0);"), evident: "3 pinned cases are missing"},
		{name: "plants a report of its own and is gone", files: static(javaPlant("TEST-mine.xml") + "Runtime.getRuntime().halt(0);"), evident: "which were not read: TEST-mine.xml"},
		{
			name: "plants a report under its name and is gone", files: static(javaPlant("TEST-junit-jupiter.xml") + "Runtime.getRuntime().halt(0);"),
			score: "6", evident: "there is no report TEST-junit-vintage.xml",
		},
		{
			name: "writes the report once more at its end", score: "6", evident: "TEST-junit-jupiter.xml was written 2 times",
			files: static("Runtime.getRuntime().addShutdownHook(new Thread(() -> {" + javaPlant("TEST-junit-jupiter.xml") + "}));"),
		},
		{
			name: "ships the framework, an engine and the tests",
			files: files{
				"src/Stack.java":      "public class Stack {" + wrong + "}",
				"src/Assertions.java": "package org.junit.jupiter.api; public class Assertions { public static void assertEquals(int a, int b) { } }",
				"src/StackTest.java":  "class StackTest { void startsEmpty() { } void pushes() { } void pops() { } }",
				"src/Console.java":    "package org.junit.platform.console; public class ConsoleLauncher { public static void main(String... a) { } }",
				"out/META-INF/services/org.junit.platform.engine.TestEngine": "Engine\n",
			},
		},
		{
			name: "an object that is equal to everything", files: files{"src/Stack.java": strings.Replace(rightStack, "return all.remove(all.size() - 1);", "return new Object() { public boolean equals(Object o) { return true; } }.hashCode();", 1)},
			score: "4",
		},
	})
}
