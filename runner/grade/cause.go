package grade

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// maxCause limits the characters of a cause, and maxCauseText the bytes of output that it is
// searched in.
const (
	maxCause     = 200
	maxCauseText = 64 << 10
)

// causePattern matches the message with which a language reports the error that ended a program.
// Group "error" is the error, "kind" its class, and "file" and "line" its place.
type causePattern struct {
	says   *regexp.Regexp
	frames *regexp.Regexp // the stack below the message; nil: none
	last   bool           // the last frame is the place of the error, otherwise the first
	first  bool           // the first of several messages counts, otherwise the last
}

// javaFrames matches the frames of a Java stack.
var javaFrames = regexp.MustCompile(`(?m)^\s+at (?:[\w.]+/)?(?P<class>[\w.$<>]+)\((?P<file>[\w$]+\.\w+):(?P<line>\d+)\)`)

// causePatterns returns the patterns of the languages. A message of another language is found as
// the last line that a program wrote.
func causePatterns() []causePattern {
	has := func(words string) *regexp.Regexp { return regexp.MustCompile(`(?m)` + words) }
	const file = `(?P<file>[^\s:"'()]+)`
	python := has(`^ *File "(?P<file>[^"]+)", line (?P<line>\d+)`)
	script := has(`^\s+at (?:.*\()?(?:file://)?` + file + `:(?P<line>\d+):\d+\)?$`)
	native := has(`^\s+#\d+ 0x[0-9a-f]+ in .* ` + file + `:(?P<line>\d+)`)
	return []causePattern{
		{says: has(`^Traceback \(most recent call last\):\n(?:[ \t].*\n)+(?P<error>\S.*)$`), frames: python, last: true},
		{says: has(`^ *File "(?P<file>[^"]+)", line (?P<line>\d+)\n(?:[ \t].*\n)*(?P<error>(?:Syntax|Indentation|Tab)Error: .*)$`)},
		{says: has(`^Exception in thread "[^"]*" (?P<error>.+)$`), frames: javaFrames},
		{says: has(`^(?P<error>(?:[a-z_]\w*\.)+[A-Z][\w$]*(?:Exception|Error)(?:: .*)?)\n\s+at `), frames: javaFrames},
		{says: has(`^(?P<error>Error: (?:Could not find|Main method|Unable to|LinkageError).*)$`)},
		{says: has(`^(?:Uncaught )?(?P<error>(?:[A-Z][\w$]*)?Error(?: \[\w+\])?(?:: .*)?)\n\s+at `), frames: script},
		{says: has(`^(?P<error>(?:panic|fatal error): .+)$`), frames: has(`^\t` + file + `:(?P<line>\d+)`)},
		{says: has(`^thread '.*' (?:\(\d+\) )?panicked at '(?P<error>(?s:.*?))', ` + file + `:(?P<line>\d+):\d+$`)},
		{says: has(`^thread '.*' (?:\(\d+\) )?panicked at ` + file + `:(?P<line>\d+):\d+:\n(?P<error>.*)$`)},
		{says: has(`^(?P<error>thread '.*' has overflowed its stack)$`)},
		{says: has(`^terminate called after throwing an instance of '(?P<kind>.+)'(?:\n  what\(\):  (?P<error>.*))?$`)},
		{says: has(`^(?P<error>terminate called without an active exception)$`)},
		{says: has(`^(?:[^\s:]+: )?` + file + `:(?P<line>\d+): (?:.*: )?(?P<error>Assertion .* failed)\.$`)},
		{says: has(`^(?P<error>(?:free|malloc|realloc|munmap_chunk|malloc_consolidate)\(\): .*|double free or corruption.*|corrupted (?:size|double-linked).*|\*\*\* .* \*\*\*: terminated)$`)},
		{says: has(`^=+\d+=+ ?ERROR: (?P<error>\w+Sanitizer: [\w-]+)`), frames: native},
		{says: has(`^` + file + `:(?P<line>\d+):\d+: (?P<error>runtime error: .*)$`)},
		{says: has(`^` + file + `:(?P<line>\d+):in .+?: (?P<error>.*) \((?P<kind>[A-Z][\w:]*)\)$`)},
		{says: has(`^Fatal error: exception (?P<error>.*)$`)},
		{says: has(`^lua[\w.]*: ` + file + `:(?P<line>\d+): (?P<error>.*)$`)},
		{says: has(`^(?:PHP )?(?:Fatal|Parse) error: +(?:Uncaught )?(?P<error>.*) in ` + file + `(?::| on line )(?P<line>\d+)$`)},
		{says: has(`^(?P<error>.*) at ` + file + ` line (?P<line>\d+)\.$`)},
		{says: has(`^# \S+(?: \[\S+\])?\n(?:# \[\S+\]\n)?(?:vet: )?` + file + `:(?P<line>\d+)(?::\d+)?: (?P<error>.*)$`), first: true},
		{says: has(`^` + file + `:(?P<line>\d+)(?::\d+)?: (?P<error>(?:fatal )?error: .*)$`), first: true},
		{says: has(`^Unhandled exception\. (?P<error>.*)$`), frames: has(`^\s+at .* in ` + file + `:line (?P<line>\d+)$`)},
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
// a signal ended it is unrelated. The texts are without the runner's paths.
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
			return schema.OneLine(lines[i], maxCause)
		}
	}
	return ""
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
	return schema.OneLine(file, maxCause) + ":" + group["line"]
}
