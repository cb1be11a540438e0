package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlagsMayStandAnywhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ words, want string }{
		"already in front":             {"admin --data d user add --name N alice", "admin --data d user add --name N -- alice"},
		"behind the argument":          {"admin --data d user add alice --name N --key k", "admin --data d user add --name N --key k -- alice"},
		"with an equals sign":          {"admin user add alice --name=N", "admin user add --name=N -- alice"},
		"a switch takes no word":       {"check t --json s", "check --json -- t s"},
		"between two arguments":        {"admin enrol c101 --role student alice", "admin enrol --role student -- c101 alice"},
		"after -- all are arguments":   {"check -- --json s", "check -- --json s"},
		"a value that starts with -":   {"admin user add a --name -N", "admin user add --name -N -- a"},
		"an unknown flag is kept":      {"check t s --nonsense", "check --nonsense -- t s"},
		"a flag at the end lacks its":  {"admin user add a --name", "admin user add --name -- a"},
		"an unknown command is left":   {"admin usr add x --name N", "admin usr add x --name N"},
		"help of a group":              {"admin --help", "admin --help"},
		"no arguments at all":          {"", ""},
		"a lone dash is an argument":   {"check - s --json", "check --json -- - s"},
		"the first dash dash counts":   {"check t -- --json -- s", "check -- t --json -- s"},
		"flags of a leaf without args": {"admin queue --json", "admin queue --json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := permute(newApp(nil, nil, nil), append([]string{"grader"}, strings.Fields(c.words)...))
			if diff := cmp.Diff(strings.Fields("grader "+c.want), got); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ words, says string }{
		"unknown command":        {"sevre", `unknown command "sevre"`},
		"unknown subcommand":     {"admin usr", `unknown command "usr"`},
		"unknown flag":           {"check t s --nonsense", "nonsense"},
		"too few arguments":      {"check t", "TESTS_DIR SUBMISSION_DIR"},
		"too many arguments":     {"check a b c", "TESTS_DIR SUBMISSION_DIR"},
		"missing required flag":  {"admin enrol c101 alice", "role"},
		"no such configuration":  {"serve --config /does/not/exist", "configuration"},
		"no such shell":          {"completion tcsh", "use bash, zsh or fish"},
		"an argument too many":   {"serve here", "usage"},
		"a directory that isn't": {"check /does/not/exist /tmp", "is not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, problem bytes.Buffer
			status := run(append([]string{"grader"}, strings.Fields(c.words)...), nil, &out, &problem)
			if status != 2 || !strings.Contains(problem.String(), c.says) {
				t.Errorf("status %d, said %q; want 2 and %q", status, problem.String(), c.says)
			}
		})
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	app := newApp(nil, nil, nil)
	for _, c := range app.Commands {
		leaves := c.Subcommands
		if len(leaves) == 0 {
			leaves = append(leaves, c)
		}
		for _, leaf := range leaves {
			if len(leaf.Subcommands) == 0 && leaf.Action != nil && leaf.Usage == "" {
				t.Errorf("%s has no usage", leaf.Name)
			}
		}
		if !strings.Contains(c.Description, "Example") && len(c.Subcommands) == 0 {
			t.Errorf("%s has no example", c.Name)
		}
	}
}
