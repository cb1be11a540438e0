package sandbox_test

import (
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// compileAttacks returns attacks that work while they are compiled.
func compileAttacks() []attack {
	gcc := func(name, file string, ends ...string) attack {
		return attack{kind: "compile", name: name, argv: []string{"gcc", "-o", "made", file}, files: []string{"compile/" + file}, needs: "gcc", limits: compiling(), ends: ends}
	}
	refused, bomb := []string{"exit 1"}, []string{"cpu limit", "memory limit", "disk limit", "exit 1", "exit 4"}
	template := gcc("template bomb", "template.cc", bomb...)
	template.argv[0], template.needs = "g++", "g++"
	macro, array, zero := gcc("macro bomb", "macro.c", bomb...), gcc("array bomb", "array.c", bomb...), gcc(`#include "/dev/zero"`, "zero.c", bomb...)
	for _, a := range []*attack{&template, &macro, &array} {
		a.slow = true
	}
	return []attack{
		gcc(`#include "/etc/shadow"`, "shadow.c", refused...),
		gcc("#include of expected output", "include.c", refused...),
		gcc(`.incbin "/etc/shadow"`, "incbin_shadow.c", refused...),
		gcc(".incbin of expected output", "incbin.c", refused...),
		gcc(`.incbin "/dev/zero"`, "incbin_zero.c", append(bomb, "exit 0")...),
		gcc(`#include "/dev/stdin"`, "stdin.c"),
		gcc("#include of itself, twice", "itself.c", append(bomb, "output limit")...),
		zero, template, macro, array,
		{kind: "compile", name: "linker script", argv: []string{"gcc", "-o", "made", "linker.ld"}, needs: "gcc", files: []string{"compile/linker.ld"}, limits: compiling(), ends: refused},
		{kind: "compile", name: "its own Makefile", argv: []string{"make"}, needs: "make", files: []string{"compile/Makefile"}, limits: compiling()},
		{kind: "compile", name: "annotation processor", limits: compiling(), slow: true, files: []string{"compile/Processor.java", "compile/Victim.java"},
			argv: []string{"sh", "-c", compileAndProcess}, needs: "javac"},
	}
}

// compileAndProcess compiles an annotation processor, then runs it within the compiler of another
// file.
const compileAndProcess = `export JDK_JAVAC_OPTIONS="-J-Xmx96m -J-XX:+UseSerialGC -J-XX:-UsePerfData"
javac -proc:none Processor.java 2>&1 && javac -processor Processor -processorpath . Victim.java 2>&1`

func compiling() sandbox.Limits {
	return sandbox.Limits{CPU: 6 * time.Second, Wall: 30 * time.Second, Memory: 384 << 20, Processes: 64, Output: 1 << 20, Disk: 64 << 20}
}
