package gitd

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// staffCommand is a command of course staff over ssh. It has the words and flags of the grader
// admin command that calls the same action. The action checks permission.
type staffCommand struct {
	name  string // one or two words: "regrade create"
	usage string // arguments and flags; the command line is parsed by it: "COURSE [--owner LOGIN] [--json]"
	help  string
	role  schema.Role // help hides it from lower roles
	run   func(ctx context.Context, c *staffCall) error
}

// staffCall is one call of a staff command.
type staffCall struct {
	session *session
	actor   schema.Actor
	args    []string
	flags   map[string][]string // values of the given flags
	reply   tables.Writer
}

// is reports whether a flag was given.
func (c *staffCall) is(flag string) bool { return len(c.flags[flag]) > 0 }

// text returns a flag's last value, "" if it was not given.
func (c *staffCall) text(flag string) string {
	if all := c.flags[flag]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// number returns a flag's value as a whole number, 0 if it was not given.
func (c *staffCall) number(flag string) (int, error) {
	if !c.is(flag) {
		return 0, nil
	}
	n, err := strconv.Atoi(c.text(flag))
	if err != nil {
		return 0, schema.Errorf(schema.CodeInvalid, "--%s %q: write a whole number", flag, c.text(flag))
	}
	return n, nil
}

// length returns a flag's value as a duration, 0 if it was not given.
func (c *staffCall) length(flag string) (time.Duration, error) {
	if !c.is(flag) {
		return 0, nil
	}
	d, err := time.ParseDuration(c.text(flag))
	if err != nil {
		return 0, schema.Errorf(schema.CodeInvalid, "--%s %q: write a duration such as 90m or 24h", flag, c.text(flag))
	}
	return d, nil
}

// staffCommands implements the commands of course staff.
type staffCommands struct{ *services }

// run runs a staff command. It returns false if the name is unknown.
func (s *staffCommands) run(ctx context.Context, sess *session, args []string) (int, bool) {
	c, rest, found := findStaff(s.commands(), args)
	if !found {
		return 0, false
	}
	return s.runStaff(ctx, sess, c, rest), true
}

// runStaff runs a command with the words after its name and returns the exit status.
func (s *staffCommands) runStaff(ctx context.Context, sess *session, c staffCommand, rest []string) int {
	if asksHelp(rest) {
		fmt.Fprintf(sess.out, "%s %s\n  %s\n", c.name, c.usage, c.help)
		return 0
	}
	call, err := c.parse(rest)
	if err != nil {
		return sess.fail(err)
	}
	call.session, call.actor = sess, sess.actor()
	call.reply = tables.Writer{Out: sess.out, Note: sess.err, JSON: call.is("json"), Command: s.reach("grader")}
	if err := c.run(ctx, call); err != nil {
		return s.failed(sess, c.name, err)
	}
	return 0
}

// findStaff finds the command with the longest name that the words begin with.
func findStaff(all []staffCommand, args []string) (staffCommand, []string, bool) {
	for words := min(2, len(args)); words > 0; words-- {
		name := strings.Join(args[:words], " ")
		if i := slices.IndexFunc(all, func(c staffCommand) bool { return c.name == name }); i >= 0 {
			return all[i], args[words:], true
		}
	}
	return staffCommand{}, nil, false
}

// flagPattern matches a flag in a usage, with the name of its value if it has one.
var flagPattern = regexp.MustCompile(`\[?--([a-z-]+)(?: ([A-Z][A-Z=]*))?\]?(?:\.\.\.)?`)

// parse parses the words after a command's name according to its usage.
func (c staffCommand) parse(words []string) (*staffCall, error) {
	takes := make(map[string]bool) // flag → it has a value
	for _, m := range flagPattern.FindAllStringSubmatch(c.usage, -1) {
		takes[m[1]] = m[2] != ""
	}
	call := &staffCall{flags: make(map[string][]string)}
	words = rejoin(words)
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		name, value, has := strings.Cut(strings.TrimPrefix(word, "--"), "=")
		if !strings.HasPrefix(word, "--") {
			call.args = append(call.args, word)
			continue
		}
		valued, known := takes[name]
		switch {
		case !known:
			return nil, schema.Errorf(schema.CodeInvalid, "--%s is unknown; use: %s %s", name, c.name, c.usage)
		case !valued && has:
			return nil, schema.Errorf(schema.CodeInvalid, "--%s has no value; use: %s %s", name, c.name, c.usage)
		case !valued:
			value = "true"
		case !has && len(words) == 0:
			return nil, schema.Errorf(schema.CodeInvalid, "--%s needs a value; use: %s %s", name, c.name, c.usage)
		case !has:
			value, words = words[0], words[1:]
		}
		call.flags[name] = append(call.flags[name], value)
	}
	least, most := c.arguments()
	if len(call.args) < least || len(call.args) > most {
		return nil, schema.Errorf(schema.CodeInvalid, "use: %s %s", c.name, c.usage)
	}
	return call, c.required(call)
}

// arguments returns the smallest and the largest number of arguments that the usage allows.
func (c staffCommand) arguments() (least, most int) {
	for word := range strings.FieldsSeq(flagPattern.ReplaceAllString(c.usage, "")) {
		if most++; !strings.HasPrefix(word, "[") {
			least++
		}
	}
	return least, most
}

// required refuses a call that lacks a mandatory flag, which has no brackets in the usage.
func (c staffCommand) required(call *staffCall) error {
	for _, m := range flagPattern.FindAllStringSubmatch(c.usage, -1) {
		if !strings.HasPrefix(m[0], "[") && !call.is(m[1]) {
			return schema.Errorf(schema.CodeInvalid, "--%s is needed; use: %s %s", m[1], c.name, c.usage)
		}
	}
	return nil
}

var (
	datePattern  = regexp.MustCompile(`^(--[a-z-]+=)?[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	clockPattern = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}$`)
	prosePattern = regexp.MustCompile(`^--(reason|text)(=|$)`) // flags whose values have several words
)

// rejoin restores words that contain spaces. ssh sends the words of its command line with spaces
// between them and without the shell's quotes. A date and the time of day after it become one word,
// and so does everything after --reason or --text up to the next flag.
func rejoin(words []string) []string {
	var joined []string
	for n := 0; n < len(words); n++ {
		word := words[n]
		switch {
		case datePattern.MatchString(word) && n+1 < len(words) && clockPattern.MatchString(words[n+1]):
			n++
			word += " " + words[n]
		case prosePattern.MatchString(word):
			var prose []string
			for n+1 < len(words) && !strings.HasPrefix(words[n+1], "--") {
				n++
				prose = append(prose, words[n])
			}
			if !strings.Contains(word, "=") {
				joined = append(joined, word)
				word = ""
			} else if len(prose) > 0 {
				word += " "
			}
			word += strings.Join(prose, " ")
			if word == "" {
				continue
			}
		}
		joined = append(joined, word)
	}
	return joined
}
