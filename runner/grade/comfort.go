package grade

import (
	"path"
	"strings"
)

// environment returns the image's variables for one step, and the settings that keep its languages
// within the step's limits.
func (i Image) environment(e environment) map[string]string {
	values := i.expanded(e.place, e.vars, e.java.runtime)
	if e.java.tool != "" {
		home := i.Variables["JAVA_HOME"]
		if a := e.java.runtime; a != "" {
			home = a.file(archivesRuntime)
		}
		values["JAVA_TOOL_OPTIONS"], values["JDK_JAVA_OPTIONS"] = e.java.tool, e.java.launcher
		// Without /proc, java does not find its own libraries.
		values["LD_LIBRARY_PATH"] = path.Join(home, "lib") + ":" + path.Join(home, "lib/server")
	}
	if i.Variables["GOROOT"] != "" {
		if values["GOCACHE"] == "" {
			values["GOCACHE"] = path.Join(e.place.tmp, "go-build")
		}
		values["GOPATH"] = path.Join(e.place.tmp, "go")
		for _, setting := range goSettings() {
			name, value, _ := strings.Cut(setting, "=")
			values[name] = value
		}
	}
	return values
}

// goSettings returns the go command's settings, as NAME=value. They must equal those with which the
// standard library was compiled in advance, because it would otherwise be compiled again.
func goSettings() []string {
	return []string{
		"GODEBUG=goindex=0", // an index of files that are old enough would be written to a cache that is read-only
		"GOFLAGS=-buildvcs=false", "GOPROXY=off", "GOTOOLCHAIN=local", "GOTELEMETRY=off", "CGO_ENABLED=0",
	}
}

// expanded returns the image's variables with references replaced by the step's values.
func (i Image) expanded(p *place, v variables, runtime archives) map[string]string {
	values := make(map[string]string, len(i.Variables))
	for name, value := range i.Variables {
		switch {
		case name == "PYTEST":
			value = launched(value, v["FRAMEWORKS"])
		case name == "CLASSPATH_JUNIT" && runtime != "":
			value = runtime.classPath(value)
		case name == "CLASSPATH_JUNIT":
			value = sealedClassPath(value, v["FRAMEWORKS"])
		}
		values[name] = expand(value, v, map[string]string{"PWD": p.work})
	}
	return values
}
