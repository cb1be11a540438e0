package command

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// permute moves a command's flags before its arguments, because urfave/cli v2 stops
// reading flags at the first argument. Everything after "--" stays an argument.
func permute(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	out, rest := args[:1:1], args[1:]
	flags, commands, takesArguments := app.Flags, app.Commands, false
	for len(rest) > 0 {
		word := rest[0]
		if isFlag(word) {
			n := min(flagWords(flags, word), len(rest))
			out, rest = append(out, rest[:n]...), rest[n:]
			continue
		}
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(word) })
		if i < 0 {
			break
		}
		out, rest = append(out, word), rest[1:]
		flags, commands, takesArguments = commands[i].Flags, commands[i].Subcommands, commands[i].ArgsUsage != ""
	}
	if len(commands) > 0 && !takesArguments {
		return append(out, rest...)
	}
	return append(out, flagsFirst(flags, rest)...)
}

func flagsFirst(flags []cli.Flag, words []string) []string {
	var front, back []string
	for len(words) > 0 {
		word := words[0]
		if word == "--" {
			back = append(back, words[1:]...)
			break
		}
		if !isFlag(word) {
			back, words = append(back, word), words[1:]
			continue
		}
		n := min(flagWords(flags, word), len(words))
		front, words = append(front, words[:n]...), words[n:]
	}
	if len(back) == 0 {
		return front
	}
	return append(append(front, "--"), back...)
}

// isFlag reports whether a word is a flag. A single dash and a negative number are arguments.
func isFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && word != "--" && (word[1] < '0' || word[1] > '9')
}

// flagWords returns the number of words of a flag: two if its value is the next word.
func flagWords(flags []cli.Flag, word string) int {
	name, _, hasValue := strings.Cut(strings.TrimLeft(word, "-"), "=")
	if hasValue {
		return 1
	}
	for _, f := range flags {
		value, ok := f.(cli.DocGenerationFlag)
		if ok && slices.Contains(f.Names(), name) && value.TakesValue() {
			return 2
		}
	}
	return 1
}
