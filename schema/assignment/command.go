package assignment

import "strings"

// command reads the command of a step: a line for the shell, or a list.
func (d *decoder) command(n *node, what string) Command {
	if n.kind == kindList {
		return Command{Argv: d.argv(n, what)}
	}
	if n.kind != kindString {
		d.fail(n, "%s must be a shell line or a list of words such as [./prog, \"7\"], not %s", what, n.describe())
		return Command{}
	}
	s, ok := d.text(n, what)
	if ok && strings.TrimSpace(s) == "" {
		d.fail(n, "%s is empty; write the command", what)
	}
	return Command{Shell: s}
}

func (d *decoder) argv(n *node, what string) []string {
	words := d.strings(n, what, `[./prog, "7"]`)
	if len(words) > 0 && strings.TrimSpace(words[0]) == "" {
		d.fail(n, "%s begins with an empty word; write the program first", what)
	}
	return words
}

// strings reads a list of texts.
func (d *decoder) strings(n *node, what, example string) []string {
	var words []string
	for _, item := range d.list(n, what, example) {
		if s, ok := d.text(item, what); ok {
			words = append(words, s)
		}
	}
	return words
}
