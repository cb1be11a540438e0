package grade

import (
	"bytes"
	"fmt"
	"path"

	"github.com/grader/grader/runner/sandbox"
)

// javaOptions returns what every virtual machine in a step starts with, so that it
// keeps to the step's limits: a resident sum of 256 MiB is enough for an ordinary program and for
// javac. What a command line says itself comes later and wins.
func javaOptions(l sandbox.Limits, cores int, compile bool) string {
	memory := l.Memory >> 20
	if memory == 0 {
		memory = 1024
	}
	code := min(max(memory/8, 16), 64)
	heap := max(memory-code-memory/4-16, 16)
	options := fmt.Sprintf("-XX:+UseSerialGC -Xmx%dm -Xms8m -Xss%dm -XX:ReservedCodeCacheSize=%dm -XX:ActiveProcessorCount=%d -XX:-UsePerfData",
		heap, min(max(memory/16, 1), 64), code, max(cores, 1))
	if compile {
		options += " -XX:TieredStopAtLevel=1"
	}
	return options
}

// quietJava takes out the line by which a virtual machine says that it has found
// its options: it is our doing, not the program's.
func quietJava(output []byte, options string) []byte {
	line := []byte("Picked up JAVA_TOOL_OPTIONS: " + options + "\n")
	if options == "" || !bytes.Contains(output, line) {
		return output
	}
	return bytes.ReplaceAll(output, line, nil)
}

// environment returns the variables of the image for one step, and what its
// languages need to keep to the step's limits.
func (i Image) environment(e environment) map[string]string {
	values := i.expanded(e.place, e.vars)
	if home := i.Variables["JAVA_HOME"]; home != "" {
		values["JAVA_TOOL_OPTIONS"] = javaOptions(e.limits, e.cores, e.compile)
		values["LD_LIBRARY_PATH"] = path.Join(home, "lib") + ":" + path.Join(home, "lib/server")
	}
	if i.Variables["GOROOT"] != "" {
		values["GOCACHE"] = path.Join(e.place.tmp, "go-build")
		values["GOPATH"] = path.Join(e.place.tmp, "go")
		values["GOFLAGS"] = "-buildvcs=false"
		values["GOPROXY"] = "off"
		values["GOTOOLCHAIN"] = "local"
		values["GOTELEMETRY"] = "off"
		values["CGO_ENABLED"] = "0"
	}
	return values
}

// expanded returns the image's variables, with the step's own in their values.
func (i Image) expanded(p *place, v variables) map[string]string {
	values := make(map[string]string, len(i.Variables))
	for name, value := range i.Variables {
		values[name] = expand(value, v, map[string]string{"PWD": p.work})
	}
	return values
}
