package grade

import (
	"bytes"
	"fmt"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema/assignment"
)

// javaSettings are the settings with which every virtual machine in a step starts. They are empty
// without Java.
type javaSettings struct {
	tool     string   // JAVA_TOOL_OPTIONS: java, javac and all other programs in Java
	launcher string   // JDK_JAVA_OPTIONS: only java, the only one that can size the main thread's stack
	shares   bool     // uses the image's archives
	runtime  archives // has the java for judging; "": the image's own
}

// javaFor returns settings that keep a virtual machine within the step's limits: a resident sum of 256 MiB is enough for
// an ordinary program and for javac. A command line's own settings come later and take precedence. The main thread's stack
// may use an eighth of the memory: when it overflows, Java needs three times as much again to report that. Other threads
// have the usual stack, so that there can be many. If temp is not empty, temporary files go there, because Java ignores
// TMPDIR.
func (i Image) javaFor(l sandbox.Limits, cores int, compile bool, temp string) javaSettings {
	if i.Variables["JAVA_HOME"] == "" {
		return javaSettings{}
	}
	memory := l.Memory >> 20
	if memory == 0 {
		memory = 1024
	}
	code := min(max(memory/8, 16), 64)
	heap := max(memory-code-memory/4-16, 16)
	j := javaSettings{tool: fmt.Sprintf("-XX:+UseSerialGC -Xms8m -Xmx%dm -XX:ReservedCodeCacheSize=%dm -XX:ActiveProcessorCount=%d -XX:-UsePerfData",
		heap, code, max(cores, 1))}
	if compile {
		j.tool += " -XX:TieredStopAtLevel=1"
		if i.archives != "" {
			j.tool, j.shares = j.tool+i.archives.share(archivesCompiler), true
		}
	}
	if temp != "" {
		j.tool += fmt.Sprintf(" -Djava.io.tmpdir=%q", temp)
	}
	j.launcher = fmt.Sprintf("-Xss%dm -XX:ThreadStackSize=1024", min(max(memory/8, 8), 512))
	return j
}

// judgingModules are the Java modules in which JUnit runs. They exclude jdk.unsupported
// (sun.misc.Unsafe), jdk.attach and jdk.management, with which code can change constants of other
// classes or read the heap. A test that needs more adds them in its command: java --add-modules
// jdk.unsupported.
const judgingModules = "java.se,jdk.charsets,jdk.localedata,jdk.zipfs"

// judging restricts a virtual machine that runs code of the submission together with its judge. A
// runtime with only those modules is faster than an option, because an option disables archives.
func (j javaSettings) judging(a archives, c assignment.Command) javaSettings {
	switch {
	case j.launcher == "":
	case a.suits(c):
		j.launcher += a.share(archivesJUnit)
		j.shares, j.runtime = true, a
	default:
		j.launcher += " --limit-modules " + judgingModules
	}
	return j
}

// noise returns the lines in which a virtual machine reports its settings. They come from our
// settings, not from the program.
func (j javaSettings) noise() []string {
	if j.tool == "" {
		return nil
	}
	return []string{"Picked up JAVA_TOOL_OPTIONS: " + j.tool, "NOTE: Picked up JDK_JAVA_OPTIONS: " + j.launcher}
}

// quiet removes the noise from an output.
func (j javaSettings) quiet(output []byte) []byte {
	for _, line := range j.noise() {
		if bytes.Contains(output, []byte(line)) {
			output = bytes.ReplaceAll(output, []byte(line+"\n"), nil)
		}
	}
	return output
}
