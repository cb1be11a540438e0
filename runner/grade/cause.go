package grade

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// Limits of causes. A place may follow a cause.
const (
	maxCause      = 200      // characters of a cause, and of the file of its place
	maxLineDigits = 9        // of the number of a line
	maxCauseText  = 64 << 10 // bytes of output that a cause is searched in
)

// causePattern matches the message with which a language reports the error that ended a program.
// Group "error" is the error, "kind" its class, and "file" and "line" its place.
type causePattern struct {
	says   *regexp.Regexp
	frames *regexp.Regexp // the stack below the message; nil: none
	last   bool           // the last frame is the place of the error, otherwise the first
	first  bool           // the first of several messages counts, otherwise the last
}

// causeFile matches the name of a file, and lineNumber the number of a line.
const (
	causeFile  = `(?P<file>[^\s:"'()]+)`
	lineNumber = `(?P<line>\d+)`
)

// Frames of stacks.
var (
	pythonFrames = regexp.MustCompile(`(?m)^ *File "(?P<file>[^"]+)", line ` + lineNumber)
	javaFrames   = regexp.MustCompile(`(?m)^\s+at (?:[\w.]+/)?(?P<class>[\w.$<>]+)\((?P<file>[\w$]+\.\w+):` + lineNumber + `\)`)
	scriptFrames = regexp.MustCompile(`(?m)^\s+at (?:.*\()?(?:file://)?` + causeFile + `:` + lineNumber + `:\d+\)?$`)
	nativeFrames = regexp.MustCompile(`(?m)^\s+#\d+ 0x[0-9a-f]+ in .* ` + causeFile + `:` + lineNumber)
	goFrames     = regexp.MustCompile(`(?m)^\t` + causeFile + `:` + lineNumber)
	sharpFrames  = regexp.MustCompile(`(?m)^\s+at .* in ` + causeFile + `:line ` + lineNumber + `$`)
)

// Messages of languages.
var (
	pythonTraceback = regexp.MustCompile(`(?m)Traceback \(most recent call last\):\n(?:[ \t].*\n)+(?P<error>\S.*)$`)
	pythonSyntax    = regexp.MustCompile(`(?m)^ *File "(?P<file>[^"]+)", line ` + lineNumber + `\n(?:[ \t].*\n)*(?P<error>(?:Syntax|Indentation|Tab)Error: .*)$`)
	javaUncaught    = regexp.MustCompile(`(?m)^Exception in thread "[^"]*" (?P<error>.+)$`)
	javaPrinted     = regexp.MustCompile(`(?m)^(?P<error>(?:[a-z_]\w*\.)+[A-Z][\w$]*(?:Exception|Error)(?:: .*)?)\n\s+at `)
	javaLauncher    = regexp.MustCompile(`(?m)^(?P<error>Error: (?:Could not find|Main method|Unable to|LinkageError).*)$`)
	scriptUncaught  = regexp.MustCompile(`(?m)^(?:Uncaught )?(?P<error>(?:[A-Z][\w$]*)?Error(?: \[\w+\])?(?:: .*)?)\n\s+at `)
	goPanic         = regexp.MustCompile(`(?m)^(?P<error>(?:panic|fatal error): .+)$`)
	rustPanicBefore = regexp.MustCompile(`(?m)^thread '.*' (?:\(\d+\) )?panicked at '(?P<error>(?s:.*?))', ` + causeFile + `:` + lineNumber + `:\d+$`) // before Rust 1.73
	rustPanic       = regexp.MustCompile(`(?m)^thread '.*' (?:\(\d+\) )?panicked at ` + causeFile + `:` + lineNumber + `:\d+:\n(?P<error>.*)$`)
	rustOverflow    = regexp.MustCompile(`(?m)^(?P<error>thread '.*' has overflowed its stack)$`)
	cppUncaught     = regexp.MustCompile(`(?m)^terminate called after throwing an instance of '(?P<kind>.+)'(?:\n  what\(\):  (?P<error>.*))?$`)
	cppTerminate    = regexp.MustCompile(`(?m)^(?P<error>terminate called without an active exception)$`)
	cAssert         = regexp.MustCompile(`(?m)^(?:[^\s:]+: )?` + causeFile + `:` + lineNumber + `: (?:.*: )?(?P<error>Assertion .* failed)\.$`)
	cHeap           = regexp.MustCompile(`(?m)^(?P<error>(?:free|malloc|realloc|munmap_chunk|malloc_consolidate)\(\): .*|double free or corruption.*|corrupted (?:size|double-linked).*|\*\*\* .* \*\*\*: terminated)$`)
	sanitizerReport = regexp.MustCompile(`(?m)^=+\d+=+ ?ERROR: (?P<error>\w+Sanitizer: [\w-]+)`)
	sanitizerLine   = regexp.MustCompile(`(?m)^` + causeFile + `:` + lineNumber + `:\d+: (?P<error>runtime error: .*)$`)
	rubyUncaught    = regexp.MustCompile(`(?m)^` + causeFile + `:` + lineNumber + `:in .+?: (?P<error>.*) \((?P<kind>[A-Z][\w:]*)\)$`)
	ocamlUncaught   = regexp.MustCompile(`(?m)^Fatal error: exception (?P<error>.*)$`)
	luaError        = regexp.MustCompile(`(?m)^lua[\w.]*: ` + causeFile + `:` + lineNumber + `: (?P<error>.*)$`)
	phpError        = regexp.MustCompile(`(?m)^(?:PHP )?(?:Fatal|Parse) error: +(?:Uncaught )?(?P<error>.*) in ` + causeFile + `(?::| on line )` + lineNumber + `$`)
	perlDied        = regexp.MustCompile(`(?m)^(?P<error>.*) at ` + causeFile + ` line ` + lineNumber + `\.$`)
	goCompiler      = regexp.MustCompile(`(?m)^# \S+(?: \[\S+\])?\n(?:# \[\S+\]\n)?(?:vet: )?` + causeFile + `:` + lineNumber + `(?::\d+)?: (?P<error>.*)$`)
	cCompiler       = regexp.MustCompile(`(?m)^` + causeFile + `:` + lineNumber + `(?::\d+)?: (?P<error>(?:fatal )?error: .*)$`)
	sharpUncaught   = regexp.MustCompile(`(?m)^Unhandled exception\. (?P<error>.*)$`)
)

// causePatterns returns the patterns of the languages. A message of another language is found as
// the last line that a program wrote.
func causePatterns() []causePattern {
	return []causePattern{
		{says: pythonTraceback, frames: pythonFrames, last: true}, {says: pythonSyntax},
		{says: javaUncaught, frames: javaFrames}, {says: javaPrinted, frames: javaFrames}, {says: javaLauncher},
		{says: scriptUncaught, frames: scriptFrames},
		{says: goPanic, frames: goFrames},
		{says: rustPanicBefore}, {says: rustPanic}, {says: rustOverflow},
		{says: cppUncaught}, {says: cppTerminate}, {says: cAssert}, {says: cHeap},
		{says: sanitizerReport, frames: nativeFrames}, {says: sanitizerLine},
		{says: rubyUncaught}, {says: ocamlUncaught}, {says: luaError}, {says: phpError}, {says: perlDied},
		{says: goCompiler, first: true}, {says: cCompiler, first: true},
		{says: sharpUncaught, frames: sharpFrames},
	}
}

// endOfRun is like endOf for a run whose output its readers see, too. It adds why the program
// crashed.
func (r *trial) endOfRun(o order, run sandbox.Result) ending {
	return r.endOf(o, run, r.wanted()).because(o, run, true)
}

// endOfFramework is like endOf for the run of a framework with a readable output. A framework that
// writes files exits with a failure when tests fail, for which its output may name any error.
func (r *trial) endOfFramework(o order, run sandbox.Result, readable []byte, printed bool) ending {
	end := r.endOf(o, run, expectation{})
	if end.signal == "" && !printed {
		return end
	}
	run.Stdout = readable
	return end.because(o, run, false)
}

// because adds why a program crashed to its ending. With lastLine, the last line of a program that
// chose its exit status counts if no language reported an error.
func (e ending) because(o order, run sandbox.Result, lastLine bool) ending {
	if e.outcome == schema.OutcomeCrashed && o.execWords(run) == "" {
		local := func(text []byte) string { return o.place.localise(string(lastBytes(text, maxCauseText)), o.vars) }
		e.message = joinNonEmpty(": ", e.message, causeOf(local(run.Stdout), local(run.Stderr), lastLine && e.signal == ""))
	}
	return e
}

// causeNoise matches lines that end a report of an error and do not name the error.
var causeNoise = regexp.MustCompile(`^(?:\s|CallStack \(from|note: |Node\.js v|\(Use .node |Execution halted|exit status \d|goroutine |[Ss]tack trace|#\d+ |make(?:\[\d+\])?: \*\*\*|[\]})]*$)`)

// causeOf returns why a program crashed, as its language reports it on standard error, or on
// standard output if both go there: the error, and its place in the submission. With lastLine, the
// last line on standard error is the cause if no language reported one; what a program wrote before
// a signal ended it is unrelated. It is quoted, because it can be any text, such as one that imitates
// the engine's messages. The texts are without the runner's paths.
func causeOf(stdout, stderr string, lastLine bool) string {
	for _, text := range []string{stderr, stdout} {
		if cause := reportedCause(schema.Plain(text)); cause != "" {
			return cause
		}
	}
	if !lastLine {
		return ""
	}
	lines := strings.Split(schema.Plain(stderr), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if !causeNoise.MatchString(lines[i]) {
			return quotedLine(lines[i])
		}
	}
	return ""
}

// quotedLine quotes a line, with at most maxCause characters.
func quotedLine(line string) string {
	quoted := strconv.Quote(schema.OneLine(line, maxCause))
	if utf8.RuneCountInString(quoted) > maxCause {
		quoted = schema.OneLine(quoted, maxCause-1) + `"`
	}
	return quoted
}

// reportedCause returns the cause in the last message of a language in a text.
func reportedCause(text string) string {
	var pattern causePattern
	var match []int
	for _, p := range causePatterns() {
		if found := p.find(text); found != nil && (match == nil || found[0] > match[0]) {
			pattern, match = p, found
		}
	}
	if match == nil {
		return ""
	}
	group := groupsOf(pattern.says, text, match)
	cause := schema.OneLine(joinNonEmpty(": ", group["kind"], group["error"]), maxCause)
	return withOwnPlace(cause, placeOf(group, pattern, text[match[0]:]))
}

// find returns the message in a text that counts, or nil.
func (p causePattern) find(text string) []int {
	all := p.says.FindAllStringSubmatchIndex(text, -1)
	switch {
	case all == nil:
		return nil
	case p.first:
		return all[0]
	}
	return all[len(all)-1]
}

// groupsOf returns the named groups of a match.
func groupsOf(r *regexp.Regexp, text string, match []int) map[string]string {
	groups := map[string]string{}
	for i, name := range r.SubexpNames() {
		if name != "" && match[2*i] >= 0 {
			groups[name] = text[match[2*i]:match[2*i+1]]
		}
	}
	return groups
}

// withOwnPlace adds the place of an error, if it is known.
func withOwnPlace(cause, place string) string {
	if place == "" {
		return cause
	}
	return fmt.Sprintf("%s (%s)", cause, place)
}

// placeOf returns the place of an error in the submission, or "" if it is elsewhere or unknown.
func placeOf(group map[string]string, pattern causePattern, report string) string {
	place := ownPlace(group)
	if pattern.frames == nil {
		return place
	}
	for _, match := range pattern.frames.FindAllStringSubmatchIndex(report, -1) {
		own := ownPlace(groupsOf(pattern.frames, report, match))
		if own == "" {
			continue
		}
		if place = own; !pattern.last {
			break
		}
	}
	return place
}

// ownPlace returns the place that groups name, if it is in the submission: its path is relative,
// and its class is not one of the platform's.
func ownPlace(group map[string]string) string {
	file := strings.TrimPrefix(group["file"], "./")
	if file == "" || strings.ContainsAny(file[:1], "/$<.[") || strings.HasPrefix(file, "node:") {
		return ""
	}
	for _, platform := range []string{"java.", "javax.", "jdk.", "sun.", "kotlin.", "scala."} {
		if strings.HasPrefix(group["class"], platform) {
			return ""
		}
	}
	line := group["line"]
	if len(line) > maxLineDigits {
		return ""
	}
	return schema.OneLine(file, maxCause) + ":" + line
}
