package grade

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/schema/assignment"
)

// variables holds the variables that a step may use, if they are defined for it: $ARTEFACTS,
// $NEEDS, $TEST_OUT, $REPORTS, $PREPARED, $PROGRAM.
type variables map[string]string

// with returns the variables plus one more. An empty value adds nothing.
func (v variables) with(name, value string) variables {
	if value == "" {
		return v
	}
	more := maps.Clone(v)
	if more == nil {
		more = variables{}
	}
	more[name] = value
	return more
}

// environment holds everything that determines a step's environment.
type environment struct {
	image Image
	place *place
	vars  variables
	java  javaSettings
	cores int // that the step may use
}

// list returns the environment in the form for execve, sorted. The step's directories override the
// image's values, which override the defaults.
func (e environment) list() []string {
	values := map[string]string{
		"PATH":                    e.image.Path,
		"HOME":                    e.place.tmp,
		"PWD":                     e.place.work,
		"USER":                    stepUser,
		"LOGNAME":                 stepUser,
		"LANG":                    "C.UTF-8",
		"LC_ALL":                  "C.UTF-8",
		"TZ":                      "UTC",
		"MALLOC_ARENA_MAX":        "2",
		"PYTHONDONTWRITEBYTECODE": "1",
		"PYTHONHASHSEED":          "0", // the same sets in the same order: the same verdict again
		"PERL_HASH_SEED":          "0",
		"PERL_PERTURB_KEYS":       "0",
		"ASAN_OPTIONS":            "detect_leaks=0", // looking for leaks takes ptrace
		"LSAN_OPTIONS":            "detect_leaks=0",
	}
	for _, name := range coreVariables() {
		values[name] = strconv.Itoa(max(e.cores, 1))
	}
	if a := e.java.runtime; a != "" {
		values["PATH"] = a.file(archivesRuntime+"/bin") + ":" + e.image.Path
	}
	maps.Copy(values, e.image.environment(e))
	maps.Copy(values, e.vars)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, name+"="+values[name])
	}
	return list
}

// stepUser is the user name of a step, the same as in the wall's /etc/passwd.
const stepUser = "student"

// coreVariables returns variables that tell programs how many threads to start at the same time.
// The machine may have more processors than the flavour allows. OMP_NUM_THREADS is OpenMP's, and
// determines what nproc prints.
func coreVariables() []string {
	return []string{"GOMAXPROCS", "OMP_NUM_THREADS", "PYTHON_CPU_COUNT"}
}

// argv returns the arguments that a command executes, with further arguments. In a list, $NAME and
// ${NAME} of the step's and the image's variables are replaced. A word that is one image variable
// becomes the words of the variable's value.
func (e environment) argv(c assignment.Command, more ...string) []string {
	if c.Shell != "" {
		line := c.Shell
		if len(more) > 0 && !takesArguments(line) {
			line += ` "$@"`
		}
		return append([]string{"/bin/sh", "-e", "-c", line, "sh"}, more...)
	}
	return append(e.words(c.Argv), more...)
}

// words returns the words of a list with their variables replaced.
func (e environment) words(list []string) []string {
	images := e.image.expanded(e.place, e.vars, e.java.runtime)
	var words []string
	for _, word := range list {
		if value, ok := images[strings.TrimPrefix(word, "$")]; ok && strings.HasPrefix(word, "$") {
			words = append(words, strings.Fields(value)...)
			continue
		}
		words = append(words, expand(word, e.vars, images))
	}
	return words
}

// takesArguments reports whether a shell line itself says where its arguments go.
func takesArguments(line string) bool {
	for _, name := range []string{"$@", "$*", "$1", "${1", "${@", "${*"} {
		if strings.Contains(line, name) {
			return true
		}
	}
	return false
}

// expand replaces the names that one of the maps contains, and leaves every other $ unchanged.
func expand(word string, known ...map[string]string) string {
	if !strings.Contains(word, "$") {
		return word
	}
	return os.Expand(word, func(name string) string {
		for _, values := range known {
			if value, ok := values[name]; ok {
				return value
			}
		}
		return "$" + name
	})
}
