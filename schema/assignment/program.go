package assignment

import (
	"fmt"
	"path"
	"strings"
)

// runsScripts reports whether a program's first argument is the path of a script.
func runsScripts(program string) bool {
	switch program {
	case "bash", "dash", "lua", "node", "perl", "php", "pypy3", "python", "python3", "ruby", "sh", "Rscript":
		return true
	}
	return false
}

// runsOthers reports whether a program runs another one that its arguments name.
func runsOthers(program string) bool {
	switch program {
	case "dotnet", "env", "go", "java", "mono":
		return true
	}
	return runsScripts(program)
}

// program checks the command list of a checker or driver against the files of the repository. Files
// that prepare makes are named by $PREPARED and do not exist yet.
func (l *loader) program(r *reading, o *object, key string, c Command) {
	at := o.get(key)
	if at == nil || len(c.Argv) == 0 {
		return
	}
	name := c.Argv[0]
	_, found := l.index[normalPath(name)]
	switch {
	case path.IsAbs(name) || strings.Contains(name, "$"):
	case strings.Contains(name, "/"):
		l.mustExist(r, at, key, normalPath(name))
	case found:
		r.fail(at, "%s %s is a file of this repository, and a word without a slash is looked up on the PATH; write ./%s", key, quote(name), name)
	}
	if script := c.script(); script != "" {
		l.mustExist(r, at, key, normalPath(script))
	}
	if !o.has("flags") {
		l.oldFlags(r, at, key, c)
	}
}

// script returns the file of the repository that a list passes to an interpreter, or "" if there is
// none.
func (c Command) script() string {
	if len(c.Argv) < 2 || !runsScripts(c.Argv[0]) {
		return ""
	}
	if s := c.Argv[1]; !strings.HasPrefix(s, "-") && !strings.Contains(s, "$") && !path.IsAbs(s) {
		return s
	}
	return ""
}

// oldFlags rejects a list that an earlier version of the format read differently: it passed the
// words after the program after FEEDBACK_DIR. The list does not show which meaning is intended.
// oldFlags accepts a list that could not work in the earlier version.
func (l *loader) oldFlags(r *reading, at *node, key string, c Command) {
	program := l.oldProgram(c.Argv)
	if program == 0 || program == len(c.Argv) {
		return
	}
	flags := c.Argv[program:]
	r.fail(at, "%s: words after the program now come before INPUT ANSWER FEEDBACK_DIR, no longer after them; to pass %s after them write %s: %s and flags: %s, to pass %s before them add flags: []",
		key, quote(strings.Join(flags, " ")), key, yamlList(c.Argv[:program]), yamlList(flags), pronoun(flags))
}

// oldProgram returns how many words of a list the earlier version read as the program: two for an
// interpreter and a script of the repository, 0 for a list that could not work.
func (l *loader) oldProgram(argv []string) int {
	if strings.ContainsAny(argv[0], "/$") || len(argv) < 2 {
		return 1
	}
	if _, found := l.index[normalPath(argv[1])]; found {
		return 2
	}
	if runsOthers(argv[0]) {
		return 0 // it would have run INPUT
	}
	return 1
}

func pronoun(words []string) string {
	if len(words) == 1 {
		return "it"
	}
	return "them"
}

// yamlList formats words as a YAML list.
func yamlList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
