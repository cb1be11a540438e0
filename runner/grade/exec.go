package grade

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// maxExecCandidates is the maximum number of programs named in a step's error messages that are
// examined.
const maxExecCandidates = 8

// execComplaint matches an error message about a program that could not be run. Its group is the
// program's name.
type execComplaint struct {
	says *regexp.Regexp
	why  func(o order, name string) string
}

// execComplaints returns the patterns for messages of the wall, shells, make and env.
func execComplaints() []execComplaint {
	return []execComplaint{
		{regexp.MustCompile(`the program "([^"\n]+)" cannot be run`), order.whyNotFile},
		{regexp.MustCompile(`there is no program "([^"\n]+)" on the PATH`), order.whyNotCommand},
		{regexp.MustCompile(`(?m)env: [‘'"]?([^’'"\n:]+)[’'"]?: (?:No such file|Permission denied)`), order.whyNotInterpreter},
		{regexp.MustCompile(`(?m)(?:^|[\s:])([^\s:/]+): (?:command )?not found`), order.whyNotCommand},
		{regexp.MustCompile(`(?m)(?:^|[\s:])([^\s:]*/[^\s:]+): (?:not found|Permission denied|Exec format error|No such file or directory|cannot execute|bad interpreter)`), order.whyNotFile},
		{regexp.MustCompile(`(?m)^([^\s:]+): (?:line )?\d+: .*(?:\r|\\r)`), order.whyNotFile},
	}
}

// execFile is a file that a step tried to run.
type execFile struct {
	name  string
	exec  bool // has an execute bit
	start []byte
	path  string // of a file that students cannot write to, "" for any other
}

// execWords explains why a program of a step could not be run. It uses the step's output and the
// files themselves, and returns "" if there is nothing to explain.
func (o order) execWords(r sandbox.Result) string {
	if r.Exit == 0 || r.Limit != "" {
		return ""
	}
	said := lastBytes(r.Stderr, 64<<10)
	if len(said) == 0 {
		said = lastBytes(r.Stdout, 64<<10)
	}
	for _, complaint := range execComplaints() {
		for _, m := range complaint.says.FindAllSubmatch(said, maxExecCandidates) {
			name := strings.TrimSuffix(strings.TrimSuffix(string(m[1]), "\r"), `\r`)
			if why := complaint.why(o, name); why != "" {
				return schema.Sanitize(why)
			}
		}
	}
	return ""
}

// whyNotFile explains why the file with that name cannot be run.
func (o order) whyNotFile(name string) string {
	if f, ok := o.fileOf(name); ok {
		return f.flaw()
	}
	return o.absentFile(name)
}

// whyNotInterpreter explains the error of a script that asks env for an interpreter.
func (o order) whyNotInterpreter(name string) string {
	f, ok := o.scriptFor(name)
	if !ok {
		return ""
	}
	return f.flaw()
}

// whyNotCommand explains that a file has the name of the missing command.
func (o order) whyNotCommand(name string) string {
	for _, t := range o.trees {
		if t == nil {
			continue
		}
		for _, f := range t.files {
			if path.Base(f.path) == name {
				return fmt.Sprintf("there is no command %s; there is a file %s: write ./%s", name, f.path, f.path)
			}
		}
	}
	return ""
}

// fileOf finds the file with that name, in the step's working directory or in a tree that it reads.
func (o order) fileOf(name string) (execFile, bool) {
	for _, t := range o.trees {
		if t == nil {
			continue
		}
		inside := strings.TrimPrefix(path.Clean(name), t.path()+"/")
		for _, f := range t.files {
			if f.path == inside {
				at := filepath.Join(t.path(), f.path)
				start, err := startOf(at, binaryStart)
				return execFile{f.path, f.mode&0o111 != 0, start, at}, err == nil
			}
		}
	}
	inside := strings.TrimPrefix(path.Clean(name), o.place.work+"/")
	start, err := o.place.scratch.ReadFile(inside, binaryStart)
	if err != nil && schema.CodeOf(err) != schema.CodeLimit {
		return execFile{}, false
	}
	info, err := os.Lstat(filepath.Join(o.place.work, inside))
	return execFile{name: inside, exec: err == nil && info.Mode()&0o111 != 0, start: start}, true
}

// scriptFor finds the script whose first line names that interpreter.
func (o order) scriptFor(interpreter string) (execFile, bool) {
	for _, t := range o.trees {
		if t == nil {
			continue
		}
		for _, f := range t.files {
			at := filepath.Join(t.path(), f.path)
			if !f.program {
				continue
			}
			start, err := startOf(at, binaryStart)
			if err != nil {
				continue
			}
			words := strings.Fields(firstLine(start))
			if len(words) > 0 && strings.HasPrefix(words[0], "#!") && path.Base(strings.TrimPrefix(words[len(words)-1], "#!")) == interpreter {
				return execFile{f.path, true, start, at}, true
			}
		}
	}
	return execFile{}, false
}

// firstLine returns the first line of a file, including a carriage return at its end.
func firstLine(start []byte) string {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	return string(line)
}

// flaw explains what prevents a file from being run. It returns "" if no reason is visible.
func (f execFile) flaw() string {
	if b, made := binaryOf(f.name, f.start); made {
		return f.binaryFlaw(b)
	}
	line := firstLine(f.start)
	script, isScript := strings.CutPrefix(line, "#!")
	switch {
	case len(f.start) == 0:
		return f.name + " is empty"
	case strings.HasPrefix(line, "\xef\xbb\xbf#!"):
		return f.name + " has a byte order mark (U+FEFF) before its #!: save it as UTF-8 without BOM"
	case bytes.Contains(f.start, []byte("\r\n")) && (isScript || path.Ext(f.name) == ".sh"):
		return fmt.Sprintf("%s has CR LF line ends, and a CR is part of each line's last word: save it with LF line ends", f.name)
	case isScript && missingInterpreter(script) != "":
		return fmt.Sprintf("the first line of %s asks for %s, which this machine does not have", f.name, missingInterpreter(script))
	case !f.exec:
		return fmt.Sprintf("%s has no execute bit: %s, then commit and push", f.name, schema.ExecutableCommand(f.name))
	case !isScript:
		return fmt.Sprintf("%s does not say what runs it: its first line must be #! and the interpreter, such as #!/bin/sh", f.name)
	}
	return ""
}

// binaryFlaw explains why a compiled file cannot be run here.
func (f execFile) binaryFlaw(b binaryFile) string {
	what := strings.TrimSuffix(fmt.Sprintf("%s (%s)", b.system, b.machine), " ()")
	switch {
	case b.kind == binaryObject:
		return f.name + " is an object file and no program: link it"
	case b.kind == binaryClass:
		return ""
	case b.system != "Linux" || b.machine != ourMachine():
		return fmt.Sprintf("%s is a program for %s, and this machine is Linux (%s): build it here, from its sources", f.name, what, ourMachine())
	case !f.exec:
		return fmt.Sprintf("%s has no execute bit: %s, then commit and push", f.name, schema.ExecutableCommand(f.name))
	}
	if loader := f.missingLoader(); loader != "" {
		return fmt.Sprintf("%s was linked for another Linux: it needs %s, which this machine does not have; build it here, from its sources", f.name, loader)
	}
	return ""
}

// missingLoader returns the dynamic loader of an ELF program if this machine lacks it.
func (f execFile) missingLoader() string {
	if f.path == "" {
		return ""
	}
	file, err := elf.Open(f.path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	for _, p := range file.Progs {
		if p.Type != elf.PT_INTERP || p.Filesz > 4096 {
			continue
		}
		name := make([]byte, p.Filesz)
		if _, err := p.ReadAt(name, 0); err != nil {
			return ""
		}
		loader := strings.TrimRight(string(name), "\x00")
		if _, err := os.Stat(loader); err != nil {
			return loader
		}
	}
	return ""
}

// missingInterpreter returns the interpreter in the rest of a script's first line if this machine
// lacks it.
func missingInterpreter(script string) string {
	words := strings.Fields(script)
	if len(words) == 0 {
		return "nothing"
	}
	if !path.IsAbs(words[0]) {
		return words[0]
	}
	if _, err := os.Stat(words[0]); err != nil {
		return words[0]
	}
	if path.Base(words[0]) != "env" {
		return ""
	}
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "-") || strings.Contains(word, "=") {
			continue
		}
		for _, dir := range []string{"/usr/local/bin", "/usr/bin", "/bin"} {
			if _, err := os.Stat(path.Join(dir, word)); err == nil {
				return ""
			}
		}
		return word
	}
	return ""
}

// absentFile explains that the program does not exist, and names similar ones.
func (o order) absentFile(name string) string {
	base := path.Base(name)
	for _, t := range o.trees {
		if t == nil {
			continue
		}
		for _, f := range t.files {
			other := path.Base(f.path)
			if strings.EqualFold(other, base) || strings.EqualFold(other, base+".exe") {
				return fmt.Sprintf("there is no file %s; there is %s", strings.TrimPrefix(name, "./"), f.path)
			}
		}
	}
	return ""
}

// ourMachine returns the architecture of this runner, in binaryOf's terms.
func ourMachine() string {
	if runtime.GOARCH == "amd64" {
		return "x86-64"
	}
	return runtime.GOARCH
}

// endOf returns how the step of an order ended, and explains why a program could not be run.
func (s *workspace) endOf(o order, r sandbox.Result, want expectation) ending {
	end := endingOf(r, s.bounds(o.limits), want, o.command.Shell != "")
	if end.outcome == schema.OutcomeCrashed {
		end.message = joinNonEmpty("; ", end.message, o.execWords(r))
	}
	return end
}
